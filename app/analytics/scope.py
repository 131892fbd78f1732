"""The documents that figures count: whose they are, in which currency, issued when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Select, case, extract, func, select

from app.documents.counted import counted
from app.documents.models import Direction, Document, Kind
from app.documents.period import Period
from app.extensions import db
from app.treasury import delays
from app.users.models import Company, User


@dataclass(frozen=True)
class Scope:
    """What a page of figures is about."""

    user: User
    company: Company
    currency: str
    period: Period

    def documents(self, *tests: ColumnElement[bool]) -> Select[tuple[Document]]:
        """Those that count, among what the person may see."""
        return self.ever().where(*self.period.issued(), *tests)

    def ever(self) -> Select[tuple[Document]]:
        """The same whenever they were issued."""
        query = Document.visible_to(self.user).where(Document.company_id == self.company.id, counted())
        return query.where(Document.currency == self.currency)

    def during(self, period: Period) -> Scope:
        """The same of another period."""
        return replace(self, period=period)

    @cached_property
    def paid(self) -> list[tuple[Direction, int, int, int | None, int, int]]:
        """(direction, year and month of issue, counterparty, days late × amount, amount) of what was paid."""
        by = (Document.direction, *(extract(each, Document.issue_date) for each in ("year", "month")))
        rows = db.session.execute(delays.weights(self.documents(), *by, Document.counterparty_id))
        return [(row[0], int(row[1] or 0), int(row[2] or 0), row[3], int(row[4]), int(row[5])) for row in rows]

    @property
    def as_filter(self) -> dict[str, str]:
        """As a list of documents is asked for these."""
        return self.period.as_filter | {"currency": self.currency, "counted": "yes"}


OPEN_MINOR = Document.gross_minor - Document.settled_minor


def signed(amount: Any) -> ColumnElement[Any]:
    """A credit note counts against invoices."""
    return case((Document.kind == Kind.CREDIT_NOTE, -amount), else_=amount)


def total(amount: Any) -> ColumnElement[int]:
    """The sum; 0 of nothing."""
    return func.coalesce(func.sum(amount), 0)


def asked(query: Select[Any], *columns: Any, by: tuple[Any, ...] = ()) -> list[Any]:
    """These columns of the documents of `query`, added up per `by`."""
    query = query.order_by(None).with_only_columns(*by, *columns, maintain_column_froms=True)
    return list(db.session.execute(query.group_by(*by) if by else query))


def currencies(user: User, company: Company) -> list[str]:
    """Those of documents that count; the one of most documents first."""
    query = Document.visible_to(user).where(Document.company_id == company.id, counted())
    rows = asked(query, func.count(Document.id), by=(Document.currency,))
    return [code for code, _count in sorted(rows, key=lambda row: (-row[1], row[0]))]


def named(model: Any, ids: Any) -> dict[int, str]:
    """What these rows are called, by one query."""
    wanted = [each for each in ids if each]
    return dict(db.session.execute(select(model.id, model.name).where(model.id.in_(wanted))).all()) if wanted else {}
