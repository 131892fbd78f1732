"""Notices to people, and how each wants to be told."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, Select, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.types import Json, UTCDateTime, Word
from app.extensions import db
from app.users.models import User


class NoticeKind(StrEnum):
    """What a notice is about; each can be told differently."""

    MENTION = "mention"
    COMMENT = "comment"
    """On a document one is in charge of, or commented on."""
    ASSIGNED = "assigned"
    APPROVAL_ASKED = "approval_asked"
    DECIDED = "decided"
    """Approved, rejected or sent back: to whoever asked and to earlier approvers."""
    HANDED_OVER = "handed_over"
    FORWARDING = "forwarding"
    TO_SEND = "to_send"
    """A message to a customer that could not go by itself."""
    ACCOUNTANT = "accountant"
    """The accountant wrote something about a document, such as what is missing."""


class ByMail(StrEnum):
    """When a mail follows a notice."""

    NEVER = "never"
    AT_ONCE = "at_once"
    DAILY = "daily"


class Notice(db.Model):
    """Something one person should know."""

    __tablename__ = "notice"
    __table_args__ = (UniqueConstraint("user_id", "key"), Index("ix_notice_unseen", "user_id", "seen_at", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    kind: Mapped[NoticeKind] = mapped_column(Word(NoticeKind))
    key: Mapped[str] = mapped_column(String(120))
    """What makes it this one and no other, such as `mention:12`: told once, whoever asks again."""
    about_type: Mapped[str] = mapped_column(String(40), default="")
    about_id: Mapped[int | None]
    """Of what; shown only while the person may see that."""
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    arguments: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """What its sentence needs; put in words late, in the reader's language."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    seen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    mailed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Put into a mail then, by itself or among others of its day."""

    user: Mapped[User] = relationship(foreign_keys=[user_id])
    by: Mapped[User | None] = relationship(foreign_keys=[by_id])

    @classmethod
    def visible_to(cls, user: User) -> Select[tuple[Notice]]:
        """A person's own, newest first."""
        return select(cls).where(cls.user_id == user.id).order_by(cls.id.desc())


class NoticeChoice(db.Model):
    """How one person wants to be told of one kind of notice; without a row, as `notices.choices` says."""

    __tablename__ = "notice_choice"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[NoticeKind] = mapped_column(Word(NoticeKind), primary_key=True)
    in_app: Mapped[bool] = mapped_column(default=True)
    by_mail: Mapped[ByMail] = mapped_column(Word(ByMail), default=ByMail.AT_ONCE)
