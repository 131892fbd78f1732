"""What is open and what is late, from the documents a person may see."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, case, func

from app.core import clock
from app.documents.counted import counted
from app.documents.models import Direction, Document, Kind
from app.documents.search import OPEN
from app.extensions import db
from app.users.models import Company, User


@dataclass
class Sums:
    """Open and late amounts, each by currency; credit notes count against invoices."""

    open: dict[str, int] = field(default_factory=dict)
    late: dict[str, int] = field(default_factory=dict)


def _rows(user: User, company: Company, by: Any, *tests: Any) -> list[Any]:
    """(by, currency, open, late) of all that is validated and not settled."""
    amount = Document.gross_minor - Document.settled_minor
    signed = case((Document.kind == Kind.CREDIT_NOTE, -amount), else_=amount)
    is_late = and_(Document.kind == Kind.INVOICE, Document.due_date < clock.today(company))
    late = func.sum(case((is_late, amount), else_=0))
    query = Document.visible_to(user).where(Document.company_id == company.id, counted(), OPEN, *tests)
    query = query.with_only_columns(by, Document.currency, func.sum(signed), late)
    return list(db.session.execute(query.group_by(by, Document.currency).order_by(Document.currency)))


def _gathered(rows: list[Any]) -> dict[Any, Sums]:
    sums: dict[Any, Sums] = {}
    for key, currency, open_minor, late_minor in rows:
        mine = sums.setdefault(key, Sums())
        if open_minor:
            mine.open[currency] = mine.open.get(currency, 0) + int(open_minor)
        if late_minor:
            mine.late[currency] = mine.late.get(currency, 0) + int(late_minor)
    for mine in sums.values():
        mine.open = {currency: minor for currency, minor in mine.open.items() if minor}
    return sums


def of(user: User, company: Company, counterparty_ids: list[int]) -> dict[int, Sums]:
    """Per counterparty, by one query."""
    if not counterparty_ids:
        return {}
    return _gathered(_rows(user, company, Document.counterparty_id, Document.counterparty_id.in_(counterparty_ids)))


def by_direction(user: User, company: Company) -> dict[Direction, Sums]:
    """What is to be paid and what is to be received."""
    asked = (_rows(user, company, Document.direction, Document.kind == kind) for kind in Kind)  # as the index stands
    return _gathered([row for rows in asked for row in rows])
