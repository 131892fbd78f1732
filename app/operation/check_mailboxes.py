"""The doctor looks at the mailboxes: which are asked, which fail, which rest. No mail server is asked for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from flask_babel import force_locale
from sqlalchemy import select

from app.core import clock
from app.extensions import db
from app.mailboxes import reaching
from app.mailboxes.models import Mailbox
from app.mailboxes.words import words
from app.operation.finding import Finding, broken, ok, warning

LONGEST_PAUSE = timedelta(minutes=15)
"""Between two polls; then the sweep or the general worker is at fault."""


def check_mailboxes() -> Iterator[Finding]:
    """How does each stand?"""
    on = list(db.session.scalars(select(Mailbox).where(Mailbox.is_on).order_by(Mailbox.id)))
    if not on:
        yield ok("mailboxes", "none is turned on")
    for mailbox in on:
        yield _finding(mailbox)


def _finding(mailbox: Mailbox) -> Finding:
    part = f"mailbox {mailbox.id}"
    with force_locale("en"):
        why = words(mailbox.trouble)
    page = f"/settings/companies/{mailbox.company_id}/mailboxes/{mailbox.id}"
    if not reaching.is_readable(mailbox):
        return broken(part, "its password was sealed with another secret key", f"Type it again on {page}.")
    if mailbox.paused_at:
        return broken(part, f"paused since {mailbox.paused_at:%Y-%m-%d %H:%M} UTC: {why}", f"Try again on {page}.")
    if mailbox.trouble:
        said = f"failed {mailbox.failure_count} times in a row: {why}"
        return warning(part, said, f"It rests after five failures; see {page}.")
    asked = mailbox.polled_at
    if asked is None or clock.now() - asked > LONGEST_PAUSE:
        said = f"last asked {asked:%Y-%m-%d %H:%M} UTC" if asked else "not asked yet"
        return warning(part, said, "See that the sweep and the general worker run.")
    return ok(part, f"asked {asked:%H:%M} UTC, {mailbox.taken_count} mails taken so far")
