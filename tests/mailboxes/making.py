"""Mailboxes for tests, and polling them as a worker does."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from app.documents.models import Direction
from app.extensions import db
from app.intake.models import Message
from app.mailboxes import polling, reaching
from app.mailboxes.models import FoundMail, Mailbox, Tls
from app.tasks.jobs import commit
from tests.factories import the_company
from tests.mailboxes.server import Server


def make_mailbox(server: Server | None = None, company=None, **facts) -> Mailbox:
    """One that is on, takes all mails, and lies on this server."""
    password = facts.pop("password", server.password if server else "right password")
    defaults = {"host": "127.0.0.1", "port": server.port if server else 1, "tls": Tls.NONE, "login": "zoe@example.org"}
    defaults |= {"direction": Direction.PURCHASE, "is_on": True, "since_date": None}
    mailbox = Mailbox(company=company or the_company(), **(defaults | facts))
    reaching.seal(mailbox, password)
    db.session.add(mailbox)
    commit()
    return mailbox


def poll(mailbox: Mailbox | int) -> Mailbox:
    """As the job does it; the mailbox afterwards."""
    mailbox_id = mailbox if isinstance(mailbox, int) else mailbox.id
    polling.poll(mailbox_id)
    db.session.expire_all()
    return db.session.get_one(Mailbox, mailbox_id)


def log() -> list[Message]:
    """All messages, the oldest first."""
    return list(db.session.scalars(select(Message).order_by(Message.id)))


def found() -> list[FoundMail]:
    """All that is remembered of mails in mailboxes."""
    return list(db.session.scalars(select(FoundMail).order_by(FoundMail.id)))


def in_context(app: Flask, call, *args):
    """Call it in a context of its own, as a worker's process does."""
    with app.app_context():
        try:
            return call(*args)
        finally:
            db.session.remove()
