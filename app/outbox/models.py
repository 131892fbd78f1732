"""Outgoing mails and their recipients."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, ForeignKey, Index, Select, String, Text, and_, exists, or_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.types import Json, UTCDateTime, Word
from app.extensions import db
from app.files.models import File
from app.web.access import Permission, Person, companies_with


class Mark(StrEnum):
    """Where a mail stands. `transmitting` found after a crash is `uncertain`, and no program sends it again."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    TRANSMITTING = "transmitting"
    SENT = "sent"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Will nothing more happen to it by itself?"""
        return self in {Mark.SENT, Mark.REFUSED, Mark.UNCERTAIN, Mark.CANCELLED}

    @property
    def label(self) -> Any:
        return {
            "queued": _("Waiting"),
            "claimed": _("Leaving"),
            "transmitting": _("Leaving"),
            "sent": _("Sent"),
            "refused": _("Refused"),
            "uncertain": _("Uncertain"),
            "cancelled": _("Cancelled"),
        }[self]


class OutgoingMail(db.Model):
    """One mail, as it will leave: its Message-ID and Date are fixed for all attempts."""

    __tablename__ = "outgoing_mail"
    __table_args__ = (
        Index("ix_outgoing_mail_mark", "mark", "send_after"),
        Index("ix_outgoing_mail_marked", "mark", "marked_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    """kind:object:version:envelope, never a time: the same cause makes the same mail once."""
    kind: Mapped[str] = mapped_column(String(40))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("company.id"), index=True)
    about_type: Mapped[str] = mapped_column(String(40), default="")
    about_id: Mapped[int | None]
    subject: Mapped[str] = mapped_column(String(300))
    sender_name: Mapped[str] = mapped_column(String(200), default="")
    """Shown as the sender's in the place of Facteur's own; the address stays that of the settings."""
    return_path: Mapped[str] = mapped_column(String(254), default="")
    """Where it comes back to when it cannot be delivered; empty: the sender's address."""
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text, default="")
    """Both without the tokens in them: the database must hold none that work."""
    sealed_text: Mapped[str] = mapped_column(Text, default="")
    """Both with their tokens (`sealed.py`), until it has left; empty where there are none."""
    headers: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    message_id: Mapped[str] = mapped_column(String(200), unique=True)
    dated_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    mark: Mapped[Mark] = mapped_column(Word(Mark), default=Mark.QUEUED)
    marked_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    send_after: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    attempts: Mapped[int] = mapped_column(default=0)
    answer: Mapped[str] = mapped_column(Text, default="")
    """What the mail server said last."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)

    recipients: Mapped[list[Recipient]] = relationship(back_populates="mail", cascade="all, delete-orphan")
    attachments: Mapped[list[MailAttachment]] = relationship(cascade="all, delete-orphan")

    @classmethod
    def visible_to(cls, user: Person) -> Select[tuple[OutgoingMail]]:
        """The mails of the companies `user` administers; those of no one company, for admins of all of them.

        A mail of no one company may hold a link that opens somebody's whole account.
        """
        mine = companies_with(user, Permission.ADMINISTER)
        company = db.metadata.tables["company"]
        is_everywhere = and_(bool(mine), ~exists().where(company.c.id.not_in(mine)))
        return select(cls).where(or_(cls.company_id.in_(mine), and_(cls.company_id.is_(None), is_everywhere)))

    @classmethod
    def due(cls, now: datetime) -> ColumnElement[bool]:
        """Its time has come, or was set by a clock that was ahead (SAFETY S107)."""
        return or_(cls.send_after <= now, cls.marked_at > now + clock.MAY_DIFFER)


class Recipient(db.Model):
    """One address of a mail, with its own fate."""

    __tablename__ = "recipient"

    id: Mapped[int] = mapped_column(primary_key=True)
    mail_id: Mapped[int] = mapped_column(ForeignKey("outgoing_mail.id", ondelete="CASCADE"), index=True)
    address: Mapped[str] = mapped_column(String(254))
    role: Mapped[str] = mapped_column(String(3), default="to")
    """`to`, or `cc`: everybody sees who else got it."""
    mark: Mapped[Mark] = mapped_column(Word(Mark), default=Mark.QUEUED)
    answer: Mapped[str] = mapped_column(Text, default="")

    mail: Mapped[OutgoingMail] = relationship(back_populates="recipients")


OUTLETS = ("all", "mail", "sms", "letter")
LONGEST_REST = timedelta(hours=1)


class Outlet(db.Model):
    """One way out, and whether it is shut: by a person, after equal failures, or in a copy (SAFETY R7, S56)."""

    __tablename__ = "outlet"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    """`all`, or a channel: `mail`, `sms`, `letter`."""
    shut_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    shut_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    why: Mapped[str] = mapped_column(String(20), default="")
    """`person`, `failures` or `copy`."""
    failure: Mapped[str] = mapped_column(Text, default="")
    """What went wrong last, the same `failure_count` times in a row."""
    failure_count: Mapped[int] = mapped_column(default=0)
    try_after: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """After a failure, nothing is tried this way before."""
    identity: Mapped[str] = mapped_column(String(100), default="")
    """Of `all`: which installation this database belongs to; another one that finds it is a copy."""

    @property
    def id(self) -> int:
        """By which the trail knows it: it counts."""
        return 1 + OUTLETS.index(self.name)

    @classmethod
    def is_shut(cls, *names: str) -> ColumnElement[bool]:
        """Is one of these shut?"""
        return exists().where(cls.name.in_(names), cls.shut_at.is_not(None))

    @classmethod
    def rests(cls, name: str, now: datetime) -> ColumnElement[bool]:
        """Failed a moment ago: tried again later, unless that moment is one of a clock that was ahead (SAFETY S107)."""
        soon = cls.try_after.between(now, now + LONGEST_REST + clock.MAY_DIFFER)
        return exists().where(cls.name == name, soon)


class MailAttachment(db.Model):
    """A stored file that goes with a mail."""

    __tablename__ = "mail_attachment"

    id: Mapped[int] = mapped_column(primary_key=True)
    mail_id: Mapped[int] = mapped_column(ForeignKey("outgoing_mail.id", ondelete="CASCADE"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("file.id"))
    name: Mapped[str] = mapped_column(String(300))
    content_id: Mapped[str] = mapped_column(String(100), default="")
    """Under which the text shows it as a picture; empty: it only goes with the mail."""

    file: Mapped[File] = relationship()
