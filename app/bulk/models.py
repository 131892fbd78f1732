"""What was asked for many documents at once, and what became of each."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import ForeignKey, Index, Select, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.types import Json, UTCDateTime, Word
from app.extensions import db
from app.users.models import Company, User


class Act(StrEnum):
    """What is done to each."""

    VALIDATE = "validate"
    TAG = "tag"
    UNTAG = "untag"
    CATEGORISE = "categorise"
    ASSIGN = "assign"
    MOVE = "move"
    PAY = "pay"
    TO_PAY = "to_pay"
    NOT_TO_PAY = "not_to_pay"
    MARK_SENT = "mark_sent"
    TRASH = "trash"
    RESTORE = "restore"

    @property
    def label(self) -> Any:
        return LABELS[self]


LABELS = {
    Act.VALIDATE: _("Validate"),
    Act.TAG: _("Put a tag on"),
    Act.UNTAG: _("Take a tag off"),
    Act.CATEGORISE: _("Set the category"),
    Act.ASSIGN: _("Put somebody in charge"),
    Act.MOVE: _("Move to another company"),
    Act.PAY: _("Mark as paid by hand"),
    Act.TO_PAY: _("To be paid"),
    Act.NOT_TO_PAY: _("Not to be paid after all"),
    Act.MARK_SENT: _("Mark as sent"),
    Act.TRASH: _("Put into the trash"),
    Act.RESTORE: _("Take out of the trash"),
}


class BulkAct(db.Model):
    """One act on the documents a person selected (SPEC RV-7); kept, to be looked at afterwards."""

    __tablename__ = "bulk_act"
    __table_args__ = (Index("ix_bulk_act_by", "by_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    act: Mapped[Act] = mapped_column(Word(Act))
    arguments: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """With what: the tag's name, the ids of a category, a person or a company, how and when it was paid."""
    ids: Mapped[list[Any]] = mapped_column(Json, default=list)
    """The documents, in the order of the list."""
    results: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """Document's id → why it stayed as it was; empty where it was done."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    company: Mapped[Company] = relationship()
    by: Mapped[User] = relationship()

    @classmethod
    def visible_to(cls, user: User) -> Select[tuple[BulkAct]]:
        """A person's own."""
        return select(cls).where(cls.by_id == user.id)

    @property
    def done(self) -> list[int]:
        """The documents to which it was done."""
        return [each for each in self.ids if self.results.get(str(each)) == ""]

    @property
    def stayed(self) -> dict[int, str]:
        """Those that stayed as they were, and why."""
        return {each: why for each in self.ids if (why := self.results.get(str(each)))}
