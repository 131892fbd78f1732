"""The expected cash movement of each open document."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, ColumnElement, ForeignKey, Index, Select, String
from sqlalchemy.orm import Mapped, contains_eager, mapped_column, relationship

from app.bank.models import BankAccount
from app.documents.models import Document
from app.extensions import db
from app.users.models import Company, User


class CommittedOperation(db.Model):
    """What is expected of one open document: how much, when by contract, when as things go (SPEC TS-1).

    `aligning.align` writes it after each change of the document; a person moves its day and names its account.
    """

    __tablename__ = "committed_operation"
    __table_args__ = (Index("ix_committed_operation_list", "company_id", "contractual_date", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), unique=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("bank_account.id", ondelete="SET NULL"), index=True)
    """As somebody said; without a word it is the company's only account in that currency, if there is but one."""
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    """What is open: money that comes in, or below zero, money that leaves. 0: paid since, and kept for `moved_date`."""
    currency: Mapped[str] = mapped_column(String(3))
    contractual_date: Mapped[date]
    """When it is due, or is to be paid on somebody's word."""
    delay_days: Mapped[int] = mapped_column(default=0)
    """How late this counterparty's documents are usually paid."""
    expected_date: Mapped[date]
    """When it will probably be paid."""
    moved_date: Mapped[date | None]
    """The day somebody expects instead; kept until it is taken back."""

    company: Mapped[Company] = relationship()
    document: Mapped[Document] = relationship()
    account: Mapped[BankAccount | None] = relationship()

    @classmethod
    def visible_to(cls, user: User) -> Select[tuple[CommittedOperation]]:
        """Those of the documents `user` may see."""
        query = Document.visible_to(user).join(cls, cls.document_id == Document.id).where(cls.is_open())
        return query.with_only_columns(cls, maintain_column_froms=True).options(contains_eager(cls.document))

    @classmethod
    def is_open(cls) -> ColumnElement[bool]:
        """Is anything of it still to come?"""
        return cls.amount_minor != 0

    @property
    def label(self) -> str:
        """Whose it is and its number, as they are called today."""
        return " - ".join(part for part in (self.document.party_name, self.document.number) if part)

    @property
    def is_moved_by_hand(self) -> bool:
        """Did somebody say another day than the one that was worked out?"""
        return self.moved_date is not None
