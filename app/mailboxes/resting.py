"""How a poll ended; a mailbox that fails five times in a row rests, and the company's admins are told once."""

from __future__ import annotations

from typing import Any

import structlog
from sqlalchemy import select

from app.audit import trail
from app.core import clock
from app.extensions import db
from app.mailboxes import mails
from app.mailboxes.models import MOST_FAILURES, Mailbox
from app.users import people

log = structlog.get_logger()
NO_FAULT_OF_ITS = {"no_room"}
"""The mailbox is well; it waits for us."""


def note(mailbox_id: int, fence: int, taken: int, told: dict[str, Any] | None, *, is_more: bool) -> None:
    """Write down how it went, unless another has taken over since; what is left is asked for at once."""
    mailbox = db.session.scalar(select(Mailbox).filter_by(id=mailbox_id, fence=fence).with_for_update())
    if mailbox is None:
        return
    now = clock.now()
    mailbox.lease_until, mailbox.polled_at, mailbox.trouble = None, now, told or {}
    mailbox.taken_count += taken
    if is_more:
        mailbox.asked_at = None
    if told is None:
        mailbox.failure_count, mailbox.succeeded_at = 0, now
    elif told["key"] not in NO_FAULT_OF_ITS:
        mailbox.failure_count += 1
    if mailbox.failure_count >= MOST_FAILURES and mailbox.paused_at is None:
        _pause(mailbox)


def _pause(mailbox: Mailbox) -> None:
    mailbox.paused_at = clock.now()
    trail.record(mailbox, by=None, act="mailbox paused")
    log.warning("mailbox.paused", mailbox=mailbox.id, trouble=mailbox.trouble.get("key"))
    for user in people.admins_of(mailbox.company_id):
        mails.mailbox_paused(user, mailbox)
