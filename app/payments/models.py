"""Payments and the batches in which a bank is asked for them."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from itertools import groupby
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import BigInteger, ForeignKey, Index, Select, String, and_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.bank.models import BankAccount
from app.core import clock
from app.core.types import UTCDateTime, Word
from app.documents.models import Document, only_where
from app.extensions import db
from app.files.models import File
from app.users.models import Company, User
from app.web.access import Permission


class BatchState(StrEnum):
    """How far a batch has come."""

    DRAFT = "draft"
    MADE = "made"
    """Its file exists; the bank may have it."""
    EXECUTED = "executed"
    CANCELLED = "cancelled"

    @property
    def label(self) -> Any:
        return {
            "draft": _("Draft"),
            "made": _("File made"),
            "executed": _("Executed"),
            "cancelled": _("Cancelled"),
        }[self.value]


class PaymentState(StrEnum):
    """What became of one document in a batch."""

    LIVE = "live"
    EXECUTED = "executed"
    FREED = "freed"
    DOUBTFUL = "doubtful"
    """Its batch was cancelled after the bank could have its file: it may have been executed (SAFETY S92)."""


class PaymentBatch(db.Model):
    """What is paid together from one account on one day."""

    __tablename__ = "payment_batch"
    __table_args__ = (Index("ix_payment_batch_list", "company_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("bank_account.id"), index=True)
    state: Mapped[BatchState] = mapped_column(Word(BatchState), default=BatchState.DRAFT)
    execution_date: Mapped[date]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    released_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Its file was made then, once and for all."""
    released_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    file_id: Mapped[int | None] = mapped_column(ForeignKey("file.id"), index=True)
    message_id: Mapped[str | None] = mapped_column(String(35), unique=True)
    """By which banks know the file."""
    downloaded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Executed or cancelled then."""
    cancel_reason: Mapped[str] = mapped_column(String(500), default="")

    company: Mapped[Company] = relationship()
    account: Mapped[BankAccount] = relationship()
    created_by: Mapped[User | None] = relationship(foreign_keys=[created_by_id])
    released_by: Mapped[User | None] = relationship(foreign_keys=[released_by_id])
    file: Mapped[File | None] = relationship()
    payments: Mapped[list[Payment]] = relationship(back_populates="batch", order_by="(Payment.transfer, Payment.id)")

    @classmethod
    def visible_to(cls, user: User) -> Select[tuple[PaymentBatch]]:
        """The batches `user` may look at: those of which they may know every document."""
        seen = Document.visible_to(user).where(Document.id == Payment.document_id).correlate(Payment).exists()
        hidden = cls.payments.any(and_(Payment.document_id.is_not(None), ~seen))
        return select(cls).where(cls.company_id.in_(user.company_ids(Permission.SEE_FIGURES)), ~hidden)

    @property
    def currency(self) -> str:
        """Of all its amounts."""
        return self.account.currency

    @property
    def total_minor(self) -> int:
        """What it takes from the account."""
        return sum(each.amount_minor for each in self.payments)

    @property
    def transfers(self) -> list[list[Payment]]:
        """Its payments, those of one transfer together."""
        return [list(group) for _number, group in groupby(self.payments, key=lambda each: each.transfer)]


class Payment(db.Model):
    """One document in a batch, as it was when it was put there. Several of one payee may be one transfer."""

    __tablename__ = "payment"
    __table_args__ = (
        Index("ix_payment_live", "document_id", unique=True, **only_where("state = 'live'")),
        Index("ix_payment_document", "document_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("payment_batch.id", ondelete="CASCADE"), index=True)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id", ondelete="SET NULL"))
    state: Mapped[PaymentState] = mapped_column(Word(PaymentState), default=PaymentState.LIVE)
    transfer: Mapped[int]
    """Its number within the batch; a credit note has that of the invoices it is deducted from."""
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    """Below zero where it is deducted."""
    iban: Mapped[str] = mapped_column(String(34))
    bic: Mapped[str] = mapped_column(String(11), default="")
    name: Mapped[str] = mapped_column(String(200))
    """Whose account it is."""
    remittance: Mapped[str] = mapped_column(String(140), default="")
    """What the payee is told."""

    batch: Mapped[PaymentBatch] = relationship(back_populates="payments")
    document: Mapped[Document | None] = relationship()

    @property
    def end_to_end(self) -> str:
        """By which the payee and our own statement know its transfer."""
        return f"FACTEUR-{self.batch_id}-{self.transfer}"
