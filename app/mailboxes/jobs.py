"""Fetching from a mailbox, and looking into one."""

from __future__ import annotations

from app.core.database import looking
from app.extensions import db
from app.mailboxes import polling, sights
from app.tasks.jobs import job


@job("default", timeout=300, attempts=3)
def poll_mailbox(mailbox_id: int) -> None:
    """Take what is new in a mailbox; run again or twice at once, each mail is taken once.

    It commits each mail by itself, as it may be marked at its server only once it is kept (SAFETY R1).
    """
    polling.poll(mailbox_id)


@job("default", timeout=300, attempts=2)
def look_into_mailbox(mailbox_id: int) -> None:
    """Find out what would be taken from a mailbox; changes nothing there."""
    with looking(db.session()):
        wish = sights.wish(mailbox_id)
    if wish:
        sights.note(mailbox_id, sights.look(wish))  # no transaction open while the server is asked
