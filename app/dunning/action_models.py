"""Actions: what is due for a customer, and what became of it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import BigInteger, ForeignKey, Index, Select, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.channels.models import GatewayMessage, Letter
from app.core import clock
from app.core.types import Json, UTCDateTime, Word
from app.counterparties.models import Counterparty
from app.documents.models import Document, only_where
from app.dunning.models import Channel, PlanStep
from app.extensions import db
from app.outbox.models import OutgoingMail
from app.users.models import User
from app.web.access import Permission


class ActionKind(StrEnum):
    """What an action is for."""

    SENDING = "sending"
    REMINDER = "reminder"

    @property
    def label(self) -> Any:
        return {"sending": _("Send the invoice"), "reminder": _("Remind")}[self.value]


class ActionState(StrEnum):
    """Where an action stands."""

    WAITING = "waiting"
    """Goes by itself when its time has come."""
    TO_DO = "to_do"
    """A person's: in the to-do list of its owner."""
    LEAVING = "leaving"
    """Handed to the outbox, the printer or a gateway; not there yet."""
    DONE = "done"
    SKIPPED = "skipped"
    """A person decided that it is not needed: an invoice counts as sent (SPEC SE-6)."""
    WITHDRAWN = "withdrawn"
    """Not needed any more: paid, in the trash, sent another way."""

    @property
    def label(self) -> Any:
        return {
            "waiting": _("Planned"),
            "to_do": _("To do"),
            "leaving": _("Leaving"),
            "done": _("Completed"),
            "skipped": _("Skipped"),
            "withdrawn": _("Not needed any more"),
        }[self.value]

    @property
    def is_over(self) -> bool:
        """Will nothing more come of it?"""
        return self in {ActionState.DONE, ActionState.SKIPPED, ActionState.WITHDRAWN}


class Action(db.Model):
    """Something due for a customer: send the invoice, remind; by itself or by a person."""

    __tablename__ = "action"
    __table_args__ = (
        Index("ix_action_list", "company_id", "state", "due_at", "id"),
        Index("ix_action_due", "due_at", "id", **only_where("state = 'waiting'")),
        Index("ix_action_counterparty", "counterparty_id", "id"),
        Index("ix_action_document", "document_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    key: Mapped[str] = mapped_column(String(200), unique=True)
    """kind:document:round or kind:document:step, never a time: the same cause makes the same action once."""
    kind: Mapped[ActionKind] = mapped_column(Word(ActionKind))
    channel: Mapped[Channel] = mapped_column(Word(Channel))
    state: Mapped[ActionState] = mapped_column(Word(ActionState), default=ActionState.WAITING)
    counterparty_id: Mapped[int] = mapped_column(ForeignKey("counterparty.id"))
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"))
    """The invoice that is sent, or the oldest of those it reminds of: it sets the step."""
    step_id: Mapped[int | None] = mapped_column(ForeignKey("plan_step.id", ondelete="SET NULL"), index=True)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"), index=True)
    """Whose it is; None: anybody's of the company."""
    reason: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """Why a person must do it, or why it is not needed: {"key": …, arguments}, put in words late."""
    to: Mapped[list[str]] = mapped_column(Json, default=list)
    """As somebody chose them; empty: found when it leaves."""
    cc: Mapped[list[str]] = mapped_column(Json, default=list)
    language: Mapped[str] = mapped_column(String(5), default="")
    subject: Mapped[str] = mapped_column(String(300), default="")
    text: Mapped[str] = mapped_column(Text, default="")
    """As somebody edited them; empty: from the step's wording when it leaves."""
    mail_id: Mapped[int | None] = mapped_column(ForeignKey("outgoing_mail.id", ondelete="SET NULL"), index=True)
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letter.id", ondelete="SET NULL"), index=True)
    gateway_message_id: Mapped[int | None] = mapped_column(ForeignKey("gateway_message.id", ondelete="SET NULL"))
    note: Mapped[str] = mapped_column(String(500), default="")
    """What came of a call, or why it was skipped."""
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    """None where it went by itself."""
    bounced_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    bounce_reason: Mapped[str] = mapped_column(String(500), default="")
    version: Mapped[int] = mapped_column(default=1)
    """Counts the edits, so that two people do not both send it."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)

    counterparty: Mapped[Counterparty] = relationship()
    document: Mapped[Document] = relationship()
    step: Mapped[PlanStep | None] = relationship()
    owner: Mapped[User | None] = relationship(foreign_keys=[owner_id])
    done_by: Mapped[User | None] = relationship(foreign_keys=[done_by_id])
    mail: Mapped[OutgoingMail | None] = relationship()
    letter: Mapped[Letter | None] = relationship()
    gateway_message: Mapped[GatewayMessage | None] = relationship()
    covers: Mapped[list[ActionDocument]] = relationship(
        back_populates="action", cascade="all, delete-orphan", order_by="ActionDocument.document_id"
    )

    @classmethod
    def visible_to(cls, user: User) -> Select[tuple[Action]]:
        """Actions about customers whose page `user` may see, in companies in which they work with documents."""
        seen = Counterparty.visible_to(user).with_only_columns(Counterparty.id)
        mine = cls.company_id.in_(user.company_ids(Permission.EDIT))
        return select(cls).where(mine, cls.counterparty_id.in_(seen))


class ActionDocument(db.Model):
    """An invoice that a message is about."""

    __tablename__ = "action_document"

    action_id: Mapped[int] = mapped_column(ForeignKey("action.id", ondelete="CASCADE"), primary_key=True)
    document_id: Mapped[int] = mapped_column(
        ForeignKey("document.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    reached_days: Mapped[int | None]
    """The step it counts as reminded at, by its days: its next is a later one. None where it was only sent."""
    open_minor: Mapped[int | None] = mapped_column(BigInteger)
    """What was open of it then."""

    action: Mapped[Action] = relationship(back_populates="covers")
    document: Mapped[Document] = relationship()


class ContactDay(db.Model):
    """An address that was reminded on a day: the key refuses a second time (SAFETY R7, S48)."""

    __tablename__ = "contact_day"

    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), primary_key=True)
    address: Mapped[str] = mapped_column(String(254), primary_key=True)
    """An e-mail address in lower case, a telephone number, or `letter:` and the counterparty's id."""
    day: Mapped[date] = mapped_column(primary_key=True)
    action_id: Mapped[int | None] = mapped_column(ForeignKey("action.id", ondelete="SET NULL"))
