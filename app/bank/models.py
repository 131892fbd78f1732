"""Bank accounts, what their statements say, and what that settles."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    String,
    UniqueConstraint,
    and_,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.types import Json, UTCDateTime, Word
from app.counterparties.models import Counterparty, assigned
from app.documents.models import Category, Document
from app.extensions import db
from app.files.models import File
from app.users.models import Company, User
from app.web.access import Permission


def whole_banks(user: User) -> list[int]:
    """The companies whose bank this person sees whole; a restricted member sees some lines only (SPEC US-6)."""
    scoped = set(user.company_ids(Permission.SEE_ASSIGNED))
    return [each for each in user.company_ids(Permission.SEE_FIGURES) if each not in scoped]


class BankAccount(db.Model):
    """An account of a company, with what its statements said last."""

    __tablename__ = "bank_account"
    __table_args__ = (UniqueConstraint("company_id", "iban"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    iban: Mapped[str | None] = mapped_column(String(34))
    """None where the statements call it by another number."""
    number: Mapped[str] = mapped_column(String(40), default="")
    """As statements without an IBAN call it."""
    bic: Mapped[str] = mapped_column(String(11), default="")
    currency: Mapped[str] = mapped_column(String(3), default="EUR")
    balance_minor: Mapped[int | None] = mapped_column(BigInteger)
    """As the latest statement closes; None while none said one."""
    balance_date: Mapped[date | None]
    mapping: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """Which column of its spreadsheets is what, as somebody said once (SPEC BK-1)."""
    archived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)

    company: Mapped[Company] = relationship()

    @classmethod
    def visible_to(cls, user: User) -> Select[tuple[BankAccount]]:
        """The accounts `user` may look at."""
        return select(cls).where(cls.company_id.in_(user.company_ids(Permission.SEE_FIGURES)))


class ImportStage(StrEnum):
    """How far a file of statements has come."""

    READING = "reading"
    TO_MAP = "to_map"
    """Somebody says which column is what."""
    TO_CHOOSE = "to_choose"
    """Somebody says whose account it is."""
    TO_CONFIRM = "to_confirm"
    """Lines of it may be known in other words: somebody says what to do with them."""
    IMPORTED = "imported"
    REFUSED = "refused"
    UNDONE = "undone"


class BankImport(db.Model):
    """A file of statements that somebody brought, and what became of it."""

    __tablename__ = "bank_import"
    __table_args__ = (Index("ix_bank_import_company", "company_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    file_id: Mapped[int] = mapped_column(ForeignKey("file.id"), index=True)
    name: Mapped[str] = mapped_column(String(300), default="")
    stage: Mapped[ImportStage] = mapped_column(Word(ImportStage), default=ImportStage.READING)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("bank_account.id", ondelete="SET NULL"), index=True)
    """Whose it is, as somebody said; None: the file itself says so."""
    choices: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """What was said of it: its columns, whose accounts, what to do with lines that may be known."""
    notes: Mapped[list[Any]] = mapped_column(Json, default=list)
    """What should be known of it: {"key": …, arguments}; why, where it was refused."""
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)

    company: Mapped[Company] = relationship()
    file: Mapped[File] = relationship()
    account: Mapped[BankAccount | None] = relationship()
    by: Mapped[User | None] = relationship()
    statements: Mapped[list[Statement]] = relationship(back_populates="brought_by", order_by="Statement.id")

    @classmethod
    def visible_to(cls, user: User) -> Select[tuple[BankImport]]:
        """Those of companies whose bank this person sees whole."""
        return select(cls).where(cls.company_id.in_(whole_banks(user)))


class Statement(db.Model):
    """One statement as it was brought, and what of it was new."""

    __tablename__ = "bank_statement"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("bank_account.id"), index=True)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("file.id"), index=True)
    import_id: Mapped[int | None] = mapped_column(ForeignKey("bank_import.id"), index=True)
    name: Mapped[str] = mapped_column(String(300), default="")
    """The name of the file it came in."""
    format: Mapped[str] = mapped_column(String(20), default="")
    number: Mapped[str] = mapped_column(String(40), default="")
    from_date: Mapped[date | None]
    to_date: Mapped[date | None]
    opening_minor: Mapped[int | None] = mapped_column(BigInteger)
    closing_minor: Mapped[int | None] = mapped_column(BigInteger)
    difference_minor: Mapped[int | None] = mapped_column(BigInteger)
    """What its lines miss between the two balances: 0 is right, None: it says none."""
    balance_minor: Mapped[int | None] = mapped_column(BigInteger)
    balance_date: Mapped[date | None]
    """The latest day of which it says what the account held: its end, or any other day."""
    line_count: Mapped[int] = mapped_column(default=0)
    added_count: Mapped[int] = mapped_column(default=0)
    """The others were known from an earlier one."""
    imported_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    imported_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))

    account: Mapped[BankAccount] = relationship()
    file: Mapped[File | None] = relationship()
    brought_by: Mapped[BankImport | None] = relationship(back_populates="statements")

    @classmethod
    def visible_to(cls, user: User) -> Select[tuple[Statement]]:
        """Those of companies whose bank this person sees whole: their balances tell of every line."""
        return select(cls).where(cls.account.has(BankAccount.company_id.in_(whole_banks(user))))


class BankTransaction(db.Model):
    """One line of a statement."""

    __tablename__ = "bank_transaction"
    __table_args__ = (
        UniqueConstraint("account_id", "key"),
        Index("ix_bank_transaction_list", "company_id", "date", "id"),
        Index("ix_bank_transaction_amount", "company_id", "amount_minor"),
        Index("ix_bank_transaction_party", "company_id", "party_name"),
        CheckConstraint("matched_minor BETWEEN 0 AND abs(amount_minor)", name="matched_is_there"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("bank_account.id"), index=True)
    statement_id: Mapped[int] = mapped_column(ForeignKey("bank_statement.id"), index=True)
    key: Mapped[str] = mapped_column(String(64))
    """What makes it this line of its account, its place among equal ones included (SPEC BK-1)."""
    date: Mapped[date]
    value_date: Mapped[date | None]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    """In the account's currency; money that leaves is negative."""
    currency: Mapped[str] = mapped_column(String(3))
    label: Mapped[str] = mapped_column(String(1000), default="")
    """All that the bank wrote about it."""
    party_name: Mapped[str] = mapped_column(String(200), default="")
    """Who paid or was paid, as the bank calls them."""
    party_iban: Mapped[str] = mapped_column(String(34), default="", index=True)
    reference: Mapped[str] = mapped_column(String(140), default="")
    """Given by whoever ordered it (end to end)."""
    bank_reference: Mapped[str] = mapped_column(String(140), default="")
    original_minor: Mapped[int | None] = mapped_column(BigInteger)
    original_currency: Mapped[str] = mapped_column(String(3), default="")
    """What was paid in another currency, where the bank says so."""
    matched_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    """How much of it is allocated, without sign; the sum of its matches."""
    ignored_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Needs no document: a rule or a person said so."""
    ignored_reason: Mapped[str] = mapped_column(String(200), default="")
    counterparty_id: Mapped[int | None] = mapped_column(ForeignKey("counterparty.id", ondelete="SET NULL"), index=True)
    """Whose it is, as a label rule says."""
    category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)

    account: Mapped[BankAccount] = relationship()
    statement: Mapped[Statement] = relationship()
    counterparty: Mapped[Counterparty | None] = relationship()
    category: Mapped[Category | None] = relationship()

    @classmethod
    def visible_to(cls, user: User) -> Select[tuple[BankTransaction]]:
        """The lines `user` may know about: all, or only those of their own counterparties and documents."""
        whole = whole_banks(user)
        ways: list[ColumnElement[bool]] = [cls.company_id.in_(whole)]
        if scoped := set(user.company_ids(Permission.SEE_FIGURES)) - set(whole):
            ways.append(and_(cls.company_id.in_(scoped), cls._is_in_scope_of(user)))
        return select(cls).where(or_(*ways))

    @classmethod
    def _is_in_scope_of(cls, user: User) -> ColumnElement[bool]:
        """Of a counterparty assigned to them or settling a document they may see, and no other."""
        mine = select(assigned.c.counterparty_id).where(assigned.c.user_id == user.id)
        seen = Document.visible_to(user).where(Document.id == Match.document_id).correlate(Match).exists()
        settling = select(Match.id).where(Match.transaction_id == cls.id, Match.document_id.is_not(None))
        return and_(or_(cls.counterparty_id.in_(mine), settling.where(seen).exists()), ~settling.where(~seen).exists())

    @classmethod
    def waits(cls) -> ColumnElement[bool]:
        """Is something of it still to be matched?"""
        return and_(cls.ignored_at.is_(None), cls.matched_minor < func.abs(cls.amount_minor))

    @property
    def open_minor(self) -> int:
        """What of it is not allocated yet, without sign."""
        return abs(self.amount_minor) - self.matched_minor


class Difference(StrEnum):
    """Why a line and its document may differ in amount (SPEC BK-2)."""

    FEE = "fee"
    ROUNDING = "rounding"
    DISCOUNT = "discount"
    EXCHANGE = "exchange"

    @property
    def label(self) -> Any:
        return {
            "fee": _("Bank fee"),
            "rounding": _("Rounding"),
            "discount": _("Discount"),
            "exchange": _("Exchange rate"),
        }[self.value]


class Match(db.Model):
    """An amount of a bank line, or of a credit note, allocated to a document; or a difference written off.

    A line without document is what is written off of the line; a document without line and credit note is what
    is written off of the document.
    """

    __tablename__ = "document_match"
    __table_args__ = (
        CheckConstraint("amount_minor >= 0 AND line_minor >= 0 AND amount_minor + line_minor > 0", name="match_amount"),
        CheckConstraint("transaction_id IS NULL OR credit_note_id IS NULL", name="match_of_one"),
        CheckConstraint("transaction_id IS NOT NULL OR document_id IS NOT NULL", name="match_of_something"),
        CheckConstraint("credit_note_id IS NULL OR credit_note_id != document_id", name="match_of_two"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"), index=True)
    transaction_id: Mapped[int | None] = mapped_column(ForeignKey("bank_transaction.id"), index=True)
    credit_note_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"), index=True)
    """The other document that is used up by it."""
    amount_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    """In the document's currency, without sign: what it settles of it (and uses of the credit note)."""
    line_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    """In the account's currency, without sign: what it takes of the line."""
    date: Mapped[date]
    """The day the money moved; of a netting or a difference, the day it was decided."""
    difference: Mapped[Difference | None] = mapped_column(Word(Difference))
    """Why it was written off; None for an allocation."""
    act_id: Mapped[str] = mapped_column(String(36), default="", index=True)
    """What was decided in one go, and is undone in one go."""
    why: Mapped[list[Any]] = mapped_column(Json, default=list)
    """The reasons it was proposed for, as keys with arguments."""
    is_automatic: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))

    document: Mapped[Document | None] = relationship(foreign_keys=[document_id])
    credit_note: Mapped[Document | None] = relationship(foreign_keys=[credit_note_id])
    transaction: Mapped[BankTransaction | None] = relationship()
    made_by: Mapped[User | None] = relationship()


class LabelRule(db.Model):
    """What lines with these words in their label are: whose, of which category, or nothing to match (SPEC BK-3)."""

    __tablename__ = "label_rule"
    __table_args__ = (Index("ix_label_rule_order", "company_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    position: Mapped[int] = mapped_column(default=0)
    words: Mapped[str] = mapped_column(String(200))
    """All of them stand in the label, in any order."""
    counterparty_id: Mapped[int | None] = mapped_column(ForeignKey("counterparty.id", ondelete="SET NULL"))
    category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id", ondelete="SET NULL"))
    is_ignoring: Mapped[bool] = mapped_column(default=False)
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)

    company: Mapped[Company] = relationship()
    counterparty: Mapped[Counterparty | None] = relationship()
    category: Mapped[Category | None] = relationship()

    @classmethod
    def visible_to(cls, user: User) -> Select[tuple[LabelRule]]:
        """The rules of companies whose bank this person sees whole: they name counterparties and speak of all lines."""
        return select(cls).where(cls.company_id.in_(whole_banks(user)))
