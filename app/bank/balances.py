"""Whether statements follow each other: each begins with what the one before it ended with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from app.bank.models import Statement
from app.extensions import db

COLUMNS = (
    *(Statement.id, Statement.account_id, Statement.from_date, Statement.to_date),
    *(Statement.opening_minor, Statement.closing_minor),
)


def gaps(statements: Iterable[Statement]) -> dict[int, int]:
    """Statement's id → what is missing between it and the one before it; those that follow are left out."""
    wanted = list(statements)
    query = select(*COLUMNS).where(Statement.account_id.in_({each.account_id for each in wanted}))
    query = query.where(Statement.closing_minor.is_not(None), Statement.to_date.is_not(None))
    ends: dict[int, list[Any]] = {}
    for each in db.session.execute(query.order_by(Statement.to_date, Statement.id)) if wanted else ():
        ends.setdefault(each.account_id, []).append(each)
    found = {each.id: _gap(each, ends.get(each.account_id, [])) for each in wanted}
    return {statement_id: missing for statement_id, missing in found.items() if missing}


def _gap(statement: Statement, ends: list[Any]) -> int:
    begins = statement.from_date or statement.to_date
    if statement.opening_minor is None or begins is None:
        return 0
    before = [each for each in ends if each.to_date and each.to_date <= begins and not _is_same(each, statement)]
    if not before:
        return 0
    last = [each.closing_minor for each in before if each.to_date == before[-1].to_date]
    return 0 if statement.opening_minor in last else statement.opening_minor - (last[-1] or 0)


def _is_same(one: Any, other: Statement) -> bool:
    """Is it that one, or the same once more?"""
    facts = lambda each: (each.opening_minor, each.closing_minor, each.from_date, each.to_date)  # noqa: E731
    return one.id == other.id or facts(one) == facts(other)
