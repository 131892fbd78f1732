"""What is bought, by category and by supplier."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import func

from app.analytics.figure import Column, Figure, Line, Look
from app.analytics.scope import Scope, asked, named, signed, total
from app.counterparties.models import Counterparty
from app.documents.models import Category, Direction, Document

SHOWN = 15
NET = func.coalesce(Document.net_minor, Document.gross_minor - func.coalesce(Document.tax_minor, 0), 0)
"""Without tax, as far as that is known."""


class Grouping(NamedTuple):
    """What purchases are added up by."""

    name: str
    title: str
    head: str
    filter: str
    """Of a list of documents."""
    column: Any
    model: Any
    without: str


def by_category(scope: Scope) -> Figure:
    """Purchases less credit notes, without tax, by accounting category."""
    told = (_("Purchases by category"), _("Category"), "category")
    return _figure(scope, Grouping("categories", *told, Document.category_id, Category, _("Without a category")))


def by_supplier(scope: Scope) -> Figure:
    """The same, by supplier."""
    told = (_("Purchases by supplier"), _("Supplier"), "counterparty")
    return _figure(scope, Grouping("suppliers", *told, Document.counterparty_id, Counterparty, "–"))


def _figure(scope: Scope, group: Grouping) -> Figure:
    query = scope.documents(Document.direction == Direction.PURCHASE)
    rows = [(key, int(minor), count) for key, minor, count in asked(query, *_sums(), by=(group.column,))]
    rows.sort(key=lambda row: (-row[1], row[0] or 0))
    names = named(group.model, [key for key, _minor, _count in rows[:SHOWN]])
    filters = scope.as_filter | {"direction": "purchase"}
    url = lambda key: url_for("documents.index", **filters, **{group.filter: key or "none"})  # noqa: E731
    lines = [Line(names.get(key, group.without), [minor, count], url(key)) for key, minor, count in rows[:SHOWN]]
    if rest := rows[SHOWN:]:
        lines.append(
            Line(_("%(count)s others", count=len(rest)), [sum(each[place] for each in rest) for place in (1, 2)])
        )
    return Figure(
        group.name,
        group.title,
        _("Without tax; credit notes are taken off."),
        [Column(group.head), Column(_("Net amount"), Look.MONEY), Column(_("Documents"), Look.COUNT)],
        lines,
        scope.currency,
        bar=0,
        total=Line(_("Total"), [sum(each[place] for each in rows) for place in (1, 2)]) if rows else None,
    )


def _sums() -> tuple[Any, Any]:
    return total(signed(NET)), func.count(Document.id)
