"""Plans with their steps, and what is written at each."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import ForeignKey, Index, Select, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.types import UTCDateTime, Word
from app.counterparties.models import Counterparty, Position
from app.documents.models import only_where
from app.extensions import db
from app.users.models import User
from app.web.access import Permission


class Channel(StrEnum):
    """How a customer is reached."""

    EMAIL = "email"
    LETTER = "letter"
    SMS = "sms"
    CALL = "call"
    """By telephone: always a person's, the text is what to say."""

    @property
    def label(self) -> Any:
        return {"email": _("E-mail"), "letter": _("Letter"), "sms": _("Text message"), "call": _("Call")}[self.value]


class Level(StrEnum):
    """Whether each invoice is reminded of by itself, or the customer of all that is overdue at once."""

    INVOICE = "invoice"
    CUSTOMER = "customer"

    @property
    def label(self) -> Any:
        return {
            "invoice": _("One message for each invoice"),
            "customer": _("One message for all that is overdue"),
        }[self.value]


class DunningPlan(db.Model):
    """What customers of one kind are sent and when; how their invoices are sent is its first step."""

    __tablename__ = "dunning_plan"
    __table_args__ = (
        Index("ix_dunning_plan_default", "company_id", unique=True, **only_where("is_default")),
        UniqueConstraint("company_id", "name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    level: Mapped[Level] = mapped_column(Word(Level), default=Level.CUSTOMER)
    is_default: Mapped[bool] = mapped_column(default=False)
    """New customers get it."""
    version: Mapped[int] = mapped_column(default=1)
    """Counts the edits, so that a second person saving an older one is told."""
    archived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)

    steps: Mapped[list[PlanStep]] = relationship(
        back_populates="plan", cascade="all, delete-orphan", order_by="(PlanStep.is_sending.desc(), PlanStep.days)"
    )

    @classmethod
    def visible_to(cls, user: User) -> Select[tuple[DunningPlan]]:
        """The plans of the companies in which `user` works with documents."""
        return select(cls).where(cls.company_id.in_(user.company_ids(Permission.EDIT)))

    @property
    def sending(self) -> PlanStep | None:
        """How invoices are sent to its customers; None: they are not."""
        return next((step for step in self.steps if step.is_sending), None)

    @property
    def reminders(self) -> list[PlanStep]:
        """What is sent around the due date, in the order of days."""
        return sorted((step for step in self.steps if not step.is_sending), key=lambda step: step.days)


class PlanStep(db.Model):
    """One step of a plan: the day, the channel, the text, and whether it goes by itself."""

    __tablename__ = "plan_step"
    __table_args__ = (
        Index("ix_plan_step_sending", "plan_id", unique=True, **only_where("is_sending")),
        UniqueConstraint("plan_id", "is_sending", "days"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("dunning_plan.id", ondelete="CASCADE"), index=True)
    is_sending: Mapped[bool] = mapped_column(default=False)
    """It sends the invoice; the others remind of it."""
    days: Mapped[int] = mapped_column(default=0)
    """Of a reminder: after the due date, before it when negative. Of the sending: after arrival (SPEC SE-5)."""
    channel: Mapped[Channel] = mapped_column(Word(Channel), default=Channel.EMAIL)
    is_automatic: Mapped[bool] = mapped_column(default=False)
    position: Mapped[Position | None] = mapped_column(Word(Position))
    """Contacts of that position; None, or where there is none: as `whom` of the step's kind finds them."""
    cc: Mapped[str] = mapped_column(String(500), default="")
    """More addresses, separated by commas."""
    attaches_file: Mapped[bool] = mapped_column(default=True)
    """The invoices' PDF goes along."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)

    plan: Mapped[DunningPlan] = relationship(back_populates="steps")
    wordings: Mapped[list[Wording]] = relationship(
        back_populates="step", cascade="all, delete-orphan", order_by="Wording.language"
    )


class Wording(db.Model):
    """What a step says in one language: plain text with `{name}` variables, nothing else (SAFETY R11)."""

    __tablename__ = "wording"
    __table_args__ = (UniqueConstraint("step_id", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    step_id: Mapped[int] = mapped_column(ForeignKey("plan_step.id", ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(String(5))
    subject: Mapped[str] = mapped_column(String(200), default="")
    text: Mapped[str] = mapped_column(Text, default="")

    step: Mapped[PlanStep] = relationship(back_populates="wordings")


Counterparty.dunning_plan = relationship(DunningPlan)
