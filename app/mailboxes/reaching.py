"""How a mailbox is reached: its account, with the password opened for as long as the line lasts."""

from __future__ import annotations

from flask import current_app

from app.core import sealing
from app.mailboxes.line import Account
from app.mailboxes.models import Mailbox
from app.mailboxes.words import Trouble

PURPOSE = "mailbox password"


def account(mailbox: Mailbox) -> Account:
    """What is needed to open it; raises `Trouble` where the password was sealed with another secret."""
    settings = current_app.config["SETTINGS"]
    try:
        password = sealing.opened(mailbox.sealed_password, settings.secret, PURPOSE)
    except sealing.Unreadable:
        raise Trouble("password") from None
    private = tuple(host.lower() for host in settings.private_hosts)
    facts = (mailbox.host, mailbox.port, mailbox.tls, mailbox.login, password, mailbox.folder)
    return Account(*facts, most=settings.largest_message, private_hosts=private)


def seal(mailbox: Mailbox, password: str) -> None:
    """Keep its password so that only this installation reads it."""
    mailbox.sealed_password = sealing.seal(password, current_app.config["SETTINGS"].secret, PURPOSE)


def is_readable(mailbox: Mailbox) -> bool:
    """Was its password sealed with the secret of today?"""
    try:
        account(mailbox)
    except Trouble:
        return False
    return True
