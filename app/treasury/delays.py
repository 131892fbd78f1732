"""How late a counterparty's documents are paid: payment date less due date, weighted by amount."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, select, union_all

from app.bank.models import Match
from app.documents.counted import counted
from app.documents.days import days_between
from app.documents.models import Direction, Document, Kind
from app.extensions import db


def weights(documents: Select[Any], *by: ColumnElement[Any]) -> Select[Any]:
    """By these columns, days late times amount, and the amount, of all money that moved for invoices among them.

    A credit note that was netted and a difference that was written off are no payments: nobody paid late or early.
    """
    asked = documents.where(counted(), Document.kind == Kind.INVOICE, Document.due_date.is_not(None)).order_by(None)
    by_bank = _weighed(asked.join(Match, Match.document_id == Document.id), by, Match.date, Match.amount_minor)
    by_hand = _weighed(asked, by, Document.paid_date, Document.paid_minor)
    by_hand = by_hand.where(Document.paid_minor > 0, Document.paid_date.is_not(None))
    paid = union_all(by_bank.where(is_payment()), by_hand).subquery("paid")
    *keys, weight, minor = paid.c
    return select(*keys, func.sum(weight), func.sum(minor)).group_by(*keys)


def _weighed(query: Select[Any], by: tuple[Any, ...], day: Any, minor: Any) -> Select[Any]:
    """Of each payment."""
    named = [column.label(f"by_{place}") for place, column in enumerate(by)]
    weight = (days_between(Document.due_date, day) * minor).label("weight")
    return query.with_only_columns(*named, weight, minor.label("minor"), maintain_column_froms=True)


def is_payment() -> ColumnElement[bool]:
    """Did a line of a bank statement pay this much?"""
    return and_(Match.transaction_id.is_not(None), Match.difference.is_(None), Match.amount_minor > 0)


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
    weight, minor = db.session.execute(weights(alike.documents())).one()
    return int((Decimal(weight) / Decimal(minor)).quantize(Decimal(1), ROUND_HALF_UP)) if minor else 0
