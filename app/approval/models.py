"""Who is asked about a document, in which order, and what they decided."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import ForeignKey, Index, Select, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.types import Json, UTCDateTime, Word
from app.documents.models import Document, only_where
from app.extensions import db
from app.users.models import User


class Mode(StrEnum):
    """How many of a step's approvers it takes."""

    ANY = "any"
    ALL = "all"


class Outcome(StrEnum):
    """How an approval ended."""

    APPROVED = "approved"
    REJECTED = "rejected"
    SENT_BACK = "sent_back"
    SUPERSEDED = "superseded"
    """A fact of SPEC LC-5 changed: it was asked anew."""
    NOT_NEEDED = "not_needed"
    """No rule asks for it any more, or the document is not validated any more."""


class Choice(StrEnum):
    """What an approver may decide."""

    APPROVE = "approve"
    REJECT = "reject"
    SEND_BACK = "send_back"

    @property
    def label(self) -> Any:
        words = {"approve": _("Approve"), "reject": _("Reject"), "send_back": _("Send back for correction")}
        return words[self.value]

    @property
    def needs_reason(self) -> bool:
        """Must it be said why?"""
        return self is not Choice.APPROVE


class Way(StrEnum):
    """Through what a decision came."""

    MAIL = "mail"
    APP = "app"
    BULK = "bulk"


class Handed(StrEnum):
    """Why somebody else sits where a rule named another."""

    DELEGATED = "delegated"
    ABSENT = "absent"
    REASSIGNED = "reassigned"


class Approval(db.Model):
    """One round of asking about a document as it was then (SPEC AP-1, LC-5)."""

    __tablename__ = "approval"
    __table_args__ = (
        Index("ix_approval_open", "document_id", unique=True, **only_where("ended_at IS NULL")),
        Index("ix_approval_document", "document_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"))
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("rule.id", ondelete="SET NULL"))
    why: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """For what reason it is asked: the rule's name, and its conditions that hold, as `rules.words` says them."""
    facts: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """What is asked about: gross, currency, counterparty, IBAN, original file (SPEC LC-5)."""
    revision: Mapped[str] = mapped_column(String(64))
    """The digest of `facts`: a link, a page and a decision are for this and no other."""
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    """Whoever validated it, or changed it since; None where a rule did."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    outcome: Mapped[Outcome | None] = mapped_column(Word(Outcome))

    document: Mapped[Document] = relationship()
    asked_by: Mapped[User | None] = relationship(foreign_keys=[asked_by_id])
    steps: Mapped[list[ApprovalStep]] = relationship(
        back_populates="approval", cascade="all, delete-orphan", order_by="ApprovalStep.position"
    )

    @classmethod
    def last_of(cls, document: Document) -> Select[tuple[Approval]]:
        """The rounds about one document, the newest first; whoever asks may see the document."""
        return select(cls).where(cls.document_id == document.id).order_by(cls.id.desc())

    @property
    def open_step(self) -> ApprovalStep | None:
        """The step whose approvers are asked now."""
        return next((each for each in self.steps if each.is_open), None) if self.ended_at is None else None

    @property
    def seats(self) -> list[Seat]:
        """All seats, step by step."""
        return [seat for step in self.steps for seat in step.seats]


class ApprovalStep(db.Model):
    """One step of an approval: open only when those before it are done."""

    __tablename__ = "approval_step"
    __table_args__ = (UniqueConstraint("approval_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    approval_id: Mapped[int] = mapped_column(ForeignKey("approval.id", ondelete="CASCADE"))
    position: Mapped[int]
    mode: Mapped[Mode] = mapped_column(Word(Mode), default=Mode.ANY)
    opened_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    approval: Mapped[Approval] = relationship(back_populates="steps")
    seats: Mapped[list[Seat]] = relationship(back_populates="step", cascade="all, delete-orphan", order_by="Seat.id")

    @property
    def is_open(self) -> bool:
        """Is its word waited for now?"""
        return self.opened_at is not None and self.ended_at is None


class Seat(db.Model):
    """One approver of one step: whose word is waited for."""

    __tablename__ = "approval_seat"
    __table_args__ = (UniqueConstraint("step_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    step_id: Mapped[int] = mapped_column(ForeignKey("approval_step.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    """Who decides now."""
    named_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    """Whom the rule named, where the seat was handed over."""
    handed: Mapped[Handed | None] = mapped_column(Word(Handed))
    asked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reminded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    step: Mapped[ApprovalStep] = relationship(back_populates="seats")
    user: Mapped[User] = relationship(foreign_keys=[user_id])
    named: Mapped[User | None] = relationship(foreign_keys=[named_id])
    decisions: Mapped[list[Decision]] = relationship(
        back_populates="seat", cascade="all, delete-orphan", order_by="Decision.id"
    )

    @classmethod
    def waiting(cls) -> Select[tuple[Seat]]:
        """Whose word is waited for now, what was asked first first; `Approval` is joined."""
        return (
            select(cls)
            .join(cls.step)
            .join(ApprovalStep.approval)
            .where(Approval.ended_at.is_(None))
            .where(ApprovalStep.opened_at.is_not(None), ApprovalStep.ended_at.is_(None))
            .where(~cls.decisions.any(Decision.undone_at.is_(None)))
            .order_by(cls.asked_at, cls.id)
        )

    @classmethod
    def waiting_for(cls, user: User) -> Select[tuple[Seat]]:
        """Where this person is asked now and has not decided."""
        return cls.waiting().where(cls.user_id == user.id)

    @property
    def decision(self) -> Decision | None:
        """What stands: the one decision that was not taken back."""
        return next((each for each in self.decisions if each.undone_at is None), None)


class Decision(db.Model):
    """What one approver decided; one at a seat, until it is taken back (SAFETY S59)."""

    __tablename__ = "approval_decision"
    __table_args__ = (
        Index("ix_approval_decision_standing", "seat_id", unique=True, **only_where("undone_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    seat_id: Mapped[int] = mapped_column(ForeignKey("approval_seat.id", ondelete="CASCADE"), index=True)
    choice: Mapped[Choice] = mapped_column(Word(Choice))
    reason: Mapped[str] = mapped_column(Text, default="")
    revision: Mapped[str] = mapped_column(String(64))
    """What was seen when it was taken."""
    was: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """What it changed that does not come back by itself: who validated a document sent back, and when."""
    way: Mapped[Way] = mapped_column(Word(Way))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    undone_why: Mapped[str] = mapped_column(String(200), default="")

    seat: Mapped[Seat] = relationship(back_populates="decisions")
    by: Mapped[User | None] = relationship(foreign_keys=[by_id])


class DecisionLink(db.Model):
    """A mailed link to decide at one seat, about one revision; only its token's hash is kept (SAFETY R9)."""

    __tablename__ = "decision_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    seat_id: Mapped[int] = mapped_column(ForeignKey("approval_seat.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    revision: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Dead since: changed, handed over, decided by another, revoked."""
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("approval_decision.id", ondelete="CASCADE"))
    """The decision it takes back; None for a link to decide."""
    is_mailed: Mapped[bool] = mapped_column(default=True)
    """Not where the approver wants no mail for it at once: nobody has its token."""
    suspicion: Mapped[int] = mapped_column(default=0)
    """How much what was answered on its page looks like a machine's (SAFETY S58)."""

    seat: Mapped[Seat] = relationship()
    decision: Mapped[Decision | None] = relationship()
    user: Mapped[User] = relationship(foreign_keys=[user_id])


class DecisionPage(db.Model):
    """An answer given on a served page: two that differ come from a machine (SAFETY S58)."""

    __tablename__ = "decision_page"

    id: Mapped[int] = mapped_column(primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("decision_link.id", ondelete="CASCADE"), index=True)
    nonce_hash: Mapped[str] = mapped_column(String(64), unique=True)
    choice: Mapped[Choice | None] = mapped_column(Word(Choice))
    """None: what no person can press was pressed."""
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("approval_decision.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)

    decision: Mapped[Decision | None] = relationship()


class Absence(db.Model):
    """Days on which somebody else decides for a person; no chains (SPEC AP-5)."""

    __tablename__ = "absence"
    __table_args__ = (Index("ix_absence_user", "user_id", "last_date"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    stand_in_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    first_date: Mapped[date]
    last_date: Mapped[date]
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Back earlier, or taken back."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)

    user: Mapped[User] = relationship(foreign_keys=[user_id])
    stand_in: Mapped[User] = relationship(foreign_keys=[stand_in_id])
