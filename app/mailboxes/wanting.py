"""Which mails of a mailbox are taken: by who read them, when they came, sender and subject; and why another is not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _

from app.mailboxes.folder import Heading
from app.mailboxes.models import Mailbox
from app.web.filters import size


@dataclass(frozen=True)
class Wanted:
    """The filters of a mailbox."""

    since: date | None
    sender: str
    subject: str
    most: int

    @property
    def is_unread_only(self) -> bool:
        """Without a day to begin with, what somebody has read already is not taken."""
        return self.since is None


def of(mailbox: Mailbox, most: int) -> Wanted:
    """Its filters, and how large a mail may be."""
    return Wanted(mailbox.since_date, mailbox.sender_contains, mailbox.subject_contains, most)


def against(heading: Heading, wanted: Wanted) -> str:
    """The key of what speaks against a mail; empty where it is to be taken."""
    if wanted.is_unread_only and heading.is_seen:
        return "seen"
    if wanted.since and heading.received_at and heading.received_at.date() < wanted.since:
        return "old"
    if wanted.sender.casefold() not in heading.sender.casefold():
        return "sender"
    if wanted.subject.casefold() not in heading.subject.casefold():
        return "subject"
    return "large" if heading.size > wanted.most else ""


def words(key: str, wanted: dict[str, Any]) -> str:
    """Why it would not be taken."""
    return {
        "seen": _("Left: somebody has read it."),
        "old": _("Left: it came before the first day."),
        "sender": _("Left: its sender does not contain “%(text)s”.", text=wanted.get("sender", "")),
        "subject": _("Left: its subject does not contain “%(text)s”.", text=wanted.get("subject", "")),
        "large": _("Left: larger than %(size)s; the mail log would say so.", size=size(wanted.get("most", 0))),
        "known": _("Already there."),
        "told": _("Already told in the mail log, without its contents."),
    }.get(key, _("Would be taken."))
