"""Committed operations worked out once more, in plain Python from the raw rows."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import select

from app.bank.models import Match
from app.documents.models import Direction, Document, Kind
from app.extensions import db
from app.treasury.models import CommittedOperation

Row = tuple[int, str, date, date]


def payments(documents: list[Document]) -> list[tuple[Document, date, int]]:
    """(document, day, minor) of all money that moved."""
    by_id = {each.id: each for each in documents}
    matches = db.session.scalars(select(Match))
    found = [
        (by_id[each.document_id], each.date, each.amount_minor)
        for each in matches
        if each.document_id in by_id and each.transaction_id and each.difference is None and each.amount_minor
    ]
    return found + [(each, each.paid_date, each.paid_minor) for each in documents if each.paid_minor]


def counts_as_late(document: Document) -> bool:
    is_counted = document.validated_at and not document.trashed_at
    return bool(is_counted and document.kind is Kind.INVOICE and document.due_date)


def delay(paid: list[tuple[Document, date, int]]) -> Decimal | None:
    """The exact average; None where nothing was paid."""
    weight = sum((day - each.due_date).days * minor for each, day, minor in paid if counts_as_late(each))
    minor = sum(minor for each, _day, minor in paid if counts_as_late(each))
    return Decimal(weight) / Decimal(minor) if minor else None


def operations(documents: list[Document], moved: dict[int, date]) -> dict[int, Row]:
    """Document → amount, currency, contractual and expected day."""
    found = {}
    for each in documents:
        is_open = each.validated_at and not each.trashed_at and not each.awaits_approval
        minor = (each.gross_minor or 0) - each.settled_minor
        if is_open and minor:
            comes_in = (each.direction is Direction.SALE) == (each.kind is Kind.INVOICE)
            due = each.pay_date or each.due_date or each.issue_date
            shifted = moved.get(each.id) or each.pay_date or due + timedelta(_usual(documents, each))
            found[each.id] = (minor if comes_in else -minor, each.currency, due, shifted)
    return found


def _usual(documents: list[Document], about: Document) -> int:
    key: Any = lambda each: (each.company_id, each.counterparty_id, each.direction, each.currency)  # noqa: E731
    average = delay([each for each in payments(documents) if key(each[0]) == key(about)])
    return int(average.quantize(Decimal(1), ROUND_HALF_UP)) if average is not None else 0


def stored() -> dict[int, Row]:
    """The same, as the table has it."""
    query = select(CommittedOperation).where(CommittedOperation.is_open())
    rows = db.session.scalars(query.execution_options(populate_existing=True))
    return {
        each.document_id: (each.amount_minor, each.currency, each.contractual_date, each.expected_date) for each in rows
    }
