"""How late a counterparty's documents are paid: payment date less due date, weighted by amount."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Subquery, and_, func, select, union_all

from app.bank.models import Match
from app.documents.counted import counted
from app.documents.days import days_between
from app.documents.models import Direction, Document, Kind
from app.extensions import db


def payments(documents: Select[Any]) -> Subquery:
    """(document_id, date, minor) of all money that moved for the invoices among `documents`.

    A credit note that was netted and a difference that was written off are no payments: nobody paid late or early.
    """
    is_asked = and_(counted(), Document.kind == Kind.INVOICE, Document.due_date.is_not(None))
    ids = documents.where(is_asked).order_by(None).with_only_columns(Document.id, maintain_column_froms=True)
    by_bank = select(
        Match.document_id.label("document_id"), Match.date.label("date"), Match.amount_minor.label("minor")
    )
    by_bank = by_bank.where(Match.document_id.in_(ids), is_payment())
    by_hand = select(Document.id, Document.paid_date, Document.paid_minor)
    by_hand = by_hand.where(Document.id.in_(ids), Document.paid_minor > 0, Document.paid_date.is_not(None))
    return union_all(by_bank, by_hand).subquery("payments")


def is_payment() -> ColumnElement[bool]:
    """Did a line of a bank statement pay this much?"""
    return and_(Match.transaction_id.is_not(None), Match.difference.is_(None), Match.amount_minor > 0)


def weighed(paid: Subquery) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Days late times amount, and the amount; to be asked of `paid` joined with its documents."""
    late = days_between(Document.due_date, paid.c.date)
    return func.sum(late * paid.c.minor), func.sum(paid.c.minor)


def average(weight: Any, minor: Any) -> Decimal | None:
    """Days with one decimal, half up; None where nothing was paid."""
    days = (Decimal(weight) / Decimal(minor)).quantize(Decimal("0.1"), ROUND_HALF_UP) if minor else None
    return days + 0 if days is not None else None  # never -0.0


class Alike(NamedTuple):
    """Documents that are expected to be paid as late as each other."""

    company_id: int
    counterparty_id: int | None
    direction: Direction
    currency: str

    @classmethod
    def to(cls, document: Document) -> Alike:
        """Those of its counterparty, direction and currency."""
        return cls(document.company_id, document.counterparty_id, document.direction, document.currency)

    def documents(self) -> Select[Any]:
        """All of them, whoever may see them: nothing of them is shown but their delay."""
        return select(Document).where(*(getattr(Document, name) == value for name, value in self._asdict().items()))


def usual_days(alike: Alike) -> int:
    """In whole days, half up; 0 where nothing was paid yet."""
    if alike.counterparty_id is None:
        return 0
    paid = payments(alike.documents())
    weight, minor = db.session.execute(select(*weighed(paid)).join(Document, Document.id == paid.c.document_id)).one()
    return int((Decimal(weight) / Decimal(minor)).quantize(Decimal(1), ROUND_HALF_UP)) if minor else 0
