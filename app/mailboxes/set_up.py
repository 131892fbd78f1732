"""Setting up the mailboxes of a company: added, changed, turned on and off, asked, removed; each act in the trail."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, or_, select, update

from app.audit import trail
from app.core import clock
from app.core.database import looking
from app.core.errors import Refused
from app.core.faultpoint import hurried
from app.extensions import db
from app.mailboxes import found, reaching
from app.mailboxes.jobs import look_into_mailbox, poll_mailbox
from app.mailboxes.models import FoundMail, Mailbox
from app.tasks import sweep
from app.tasks.models import State, Task
from app.users.models import Company, User

EVERY = timedelta(seconds=hurried(120))
WHERE = ("host", "port", "tls", "login")
"""A password typed for one place is not sent to another."""
FILTERS = ("since_date", "sender_contains", "subject_contains")


def add(company: Company, facts: dict[str, Any], password: str, *, by: User) -> Mailbox:
    """A new one, off until somebody has seen what it would bring; that is looked at now."""
    mailbox = Mailbox(company=company, **facts)
    reaching.seal(mailbox, password)
    db.session.add(mailbox)
    db.session.flush()
    trail.record(mailbox, by=by, act="created", changes={"name": ["", mailbox.name]})
    look(mailbox)
    return mailbox


def needs_password(mailbox: Mailbox, facts: dict[str, Any]) -> bool:
    """Must the password be typed again with these facts?"""
    return any(getattr(mailbox, name) != facts[name] for name in WHERE) or not reaching.is_readable(mailbox)


def change(mailbox: Mailbox, facts: dict[str, Any], password: str, *, by: User) -> None:
    """Change how it is reached, or what is taken; an empty password stays what it is."""
    was = {name: getattr(mailbox, name) for name in facts}
    changes = {name: [was[name], value] for name, value in facts.items() if was[name] != value}
    for name, (_was, value) in changes.items():
        setattr(mailbox, name, value)
    if password:
        reaching.seal(mailbox, password)
        changes["password"] = ["", ""]
    if set(changes) & {*FILTERS}:
        found.forget_unwanted(mailbox)
    if set(changes) & {"host", "login", "folder"}:
        mailbox.place += 1
    if changes:
        trail.record(mailbox, by=by, act="changed", changes=changes)
    _overtake(mailbox)
    look(mailbox)


def look(mailbox: Mailbox) -> None:
    """Ask what would be taken; a worker looks, and the page shows it when it has come."""
    mailbox.sight_asked_at = clock.now()
    _ask(look_into_mailbox, mailbox, "look")


def turn_on(mailbox: Mailbox, *, by: User) -> None:
    """Fetch from it from now on, beginning at once; also one that was paused."""
    if not reaching.is_readable(mailbox):
        raise Refused(_("Its password cannot be read any more: type it again first."))
    mailbox.is_on, mailbox.paused_at, mailbox.failure_count = True, None, 0
    trail.record(mailbox, by=by, act="mailbox turned on")
    poll_now(mailbox)


def turn_off(mailbox: Mailbox, *, by: User) -> None:
    """Fetch nothing more; a poll that goes on just now takes no further mail."""
    mailbox.is_on, mailbox.paused_at, mailbox.failure_count, mailbox.trouble = False, None, 0, {}
    _overtake(mailbox)
    trail.record(mailbox, by=by, act="mailbox turned off")


def poll_now(mailbox: Mailbox) -> None:
    """Without waiting for its time."""
    if not mailbox.is_on or mailbox.paused_at:
        raise Refused(_("This mailbox is not turned on."))
    mailbox.asked_at = clock.now()
    _ask(poll_mailbox, mailbox, "poll")


def remove(mailbox: Mailbox, *, by: User) -> None:
    """Forget it, and which of its mails are known; what it brought stays."""
    trail.record(mailbox, by=by, act="mailbox removed", changes={"name": [mailbox.name, ""]})
    db.session.flush()
    db.session.execute(delete(FoundMail).filter_by(mailbox_id=mailbox.id))
    db.session.execute(delete(Mailbox).filter_by(id=mailbox.id))


def _overtake(mailbox: Mailbox) -> None:
    """Whatever polls it now goes by what it was: it takes no further mail."""
    mailbox.fence, mailbox.lease_until = Mailbox.fence + 1, None


def _ask(job: Any, mailbox: Mailbox, what: str) -> None:
    key = f"{what}:{mailbox.id}"
    if job.again(mailbox.id, key=key) is None:
        for task in db.session.scalars(select(Task).filter_by(key=key, state=State.FAILED)):
            sweep.try_again(task)


def ask_what_is_due() -> int:
    """Ask for a poll of each mailbox whose time has come, however many sweeps there are; how many."""
    now = clock.now()
    before, ahead = now - EVERY, now + clock.MAY_DIFFER
    due = or_(Mailbox.asked_at.is_(None), Mailbox.asked_at < before, Mailbox.asked_at > ahead)
    waiting = (Mailbox.is_on, Mailbox.paused_at.is_(None), due)
    with looking(db.session()):
        waits = list(db.session.scalars(select(Mailbox.id).where(*waiting)))
    for mailbox_id in waits:
        mine = update(Mailbox).where(Mailbox.id == mailbox_id, *waiting).values(asked_at=now)
        if db.session.execute(mine.execution_options(synchronize_session=False)).rowcount:
            poll_mailbox.again(mailbox_id, key=f"poll:{mailbox_id}")
    return len(waits)
