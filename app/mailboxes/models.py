"""Mailboxes that are looked into for invoices, and which of their mails are known already."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import BigInteger, Date, ForeignKey, Select, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.types import Json, UTCDateTime, Word
from app.documents.models import Direction
from app.extensions import db
from app.intake.models import Message
from app.users.models import Company, User
from app.web.access import Permission

MOST_FAILURES = 5
"""In a row; then the mailbox rests until somebody looks."""
LONGEST_LOOK = timedelta(minutes=2)
"""Then nobody waits for it any more."""


class Tls(StrEnum):
    """How the line to the mail server is protected."""

    SSL = "ssl"
    STARTTLS = "starttls"
    NONE = "none"

    @property
    def label(self) -> Any:
        return {
            "ssl": _("SSL/TLS"),
            "starttls": _("STARTTLS"),
            "none": _("None (only on this machine)"),
        }[self]


class AfterAction(StrEnum):
    """What is done in the mailbox with a mail that was taken."""

    NOTHING = "nothing"
    SEEN = "seen"
    MOVE = "move"

    @property
    def label(self) -> Any:
        return {
            "nothing": _("Leave it as it is"),
            "seen": _("Mark it as read"),
            "move": _("Move it to a folder"),
        }[self]


class Mailbox(db.Model):
    """A mailbox of a company, for purchases or for sales: how it is reached, what is taken of it, how it went."""

    __tablename__ = "mailbox"

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)
    direction: Mapped[Direction] = mapped_column(Word(Direction))
    host: Mapped[str] = mapped_column(String(253))
    port: Mapped[int]
    tls: Mapped[Tls] = mapped_column(Word(Tls), default=Tls.SSL)
    login: Mapped[str] = mapped_column(String(254))
    sealed_password: Mapped[str] = mapped_column(Text, default="")
    folder: Mapped[str] = mapped_column(String(200), default="INBOX")
    sender_contains: Mapped[str] = mapped_column(String(200), default="")
    subject_contains: Mapped[str] = mapped_column(String(200), default="")
    since_date: Mapped[date | None] = mapped_column(Date)
    """All mails since that day; without one, those nobody has read."""
    after: Mapped[AfterAction] = mapped_column(Word(AfterAction), default=AfterAction.NOTHING)
    target_folder: Mapped[str] = mapped_column(String(200), default="")

    place: Mapped[int] = mapped_column(default=1)
    """Which account and folder it is that it was set up for."""
    is_on: Mapped[bool] = mapped_column(default=False)
    paused_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """It failed too often in a row, and rests since."""
    failure_count: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    polled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    succeeded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    trouble: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """Why the last poll failed: {"key": …, "said": what the server said}."""
    taken_count: Mapped[int] = mapped_column(default=0)
    fence: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    sight: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """What was seen when somebody last asked what would be taken."""
    sight_asked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)

    company: Mapped[Company] = relationship()

    @property
    def name(self) -> str:
        """What people call it."""
        return f"{self.login} · {self.folder}" if "@" in self.login else f"{self.login}@{self.host} · {self.folder}"

    @property
    def state(self) -> str:
        """`off`, `paused`, `failing`, `new` or `well`."""
        if self.paused_at:
            return "paused"
        if not self.is_on:
            return "off"
        return "failing" if self.trouble else "well" if self.succeeded_at else "new"

    @property
    def is_looked_into(self) -> bool:
        """Has somebody asked what would be taken, and is the answer still to come?"""
        asked = self.sight_asked_at
        return bool(asked) and self.sight.get("asked") != asked.isoformat() and clock.now() - asked < LONGEST_LOOK

    @classmethod
    def visible_to(cls, user: User) -> Select[tuple[Mailbox]]:
        """The mailboxes `user` may know about: those of the companies they administer."""
        mine = cls.company_id.in_(user.company_ids(Permission.ADMINISTER))
        return select(cls).where(mine).order_by(cls.id)


def of(company: Company) -> list[Mailbox]:
    """The mailboxes of a company."""
    return list(db.session.scalars(select(Mailbox).filter_by(company_id=company.id).order_by(Mailbox.id)))


class Found(StrEnum):
    """What became of a mail that was found in a mailbox."""

    TAKEN = "taken"
    UNWANTED = "unwanted"
    """By its filters; looked at again when those change."""
    NOT_GIVEN = "not_given"
    """Asked for in vain; it is asked for again some times."""
    LEFT = "left"
    """Told in the mail log without its contents: too large, or the server does not give it."""


class FoundMail(db.Model):
    """A mail of a mailbox, by the numbers its server gives: known once, it is not fetched again."""

    __tablename__ = "found_mail"
    __table_args__ = (UniqueConstraint("mailbox_id", "numbering", "uid", name="uq_found_mail_once"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    mailbox_id: Mapped[int] = mapped_column(ForeignKey("mailbox.id", ondelete="CASCADE"))
    numbering: Mapped[str] = mapped_column(String(40))
    """Which place of the mailbox, and the UIDVALIDITY of its folder: in another, the same number is another mail."""
    uid: Mapped[int] = mapped_column(BigInteger)
    found: Mapped[Found] = mapped_column(Word(Found))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id", ondelete="SET NULL"), index=True)
    tries: Mapped[int] = mapped_column(default=0)
    found_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Marked or moved at the server; until then that is tried again."""

    message: Mapped[Message | None] = relationship()
