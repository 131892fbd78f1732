"""How late invoices were paid, and by whom."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from babel.dates import format_skeleton
from flask import url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import case, func

from app.analytics.figure import Column, Figure, Line, Look
from app.analytics.position import DIRECTIONS
from app.analytics.scope import OPEN_MINOR, Scope, asked, named, total
from app.core import clock
from app.counterparties.models import Counterparty
from app.documents.models import Direction, Document, Kind
from app.documents.wanted import OPEN
from app.treasury import delays

SHOWN = 10


def weights(scope: Scope, key: Callable[[Any], Any]) -> dict[Any, tuple[int, int]]:
    """(days late × amount, amount) of all that was paid, by what `key` makes of a row of `Scope.paid`."""
    found: dict[Any, tuple[int, int]] = {}
    for row in scope.paid:
        weight, minor = found.get(key(row), (0, 0))
        found[key(row)] = weight + row[-2], minor + row[-1]
    return found


def average_delay(scope: Scope) -> Figure:
    """Payment date less due date, weighted by amount, by the month of issue."""
    found = weights(scope, lambda row: row[:3])
    months = sorted({key[1:] for key in found if all(key)})
    lines = [_month(scope, each, found) for each in months]
    whole = [
        delays.average(*(sum(pair[place] for key, pair in found.items() if key[0] is direction) for place in (0, 1)))
        for direction in DIRECTIONS
    ]
    return Figure(
        "delay",
        _("Average delay"),
        _("Payment date less due date, in days, weighted by amount. What was netted or written off is no payment."),
        [
            Column(_("Month of issue")),
            Column(_("Customers"), Look.DAYS),
            Column(_("We, to suppliers"), Look.DAYS),
        ],
        lines,
        scope.currency,
        chart="columns",
        series=(0, 1),
        total=Line(_("Whole period"), whole) if lines else None,
    )


def _month(scope: Scope, month: tuple[int, int], found: dict[Any, tuple[int, int]]) -> Line:
    first = date(*month, 1)
    last = first.replace(day=monthrange(*month)[1])
    values = [delays.average(*found.get((direction, *month), (0, 0))) for direction in DIRECTIONS]
    since, until = max(first, scope.period.since or first), min(last, scope.period.until or last)
    filters = scope.as_filter | {"since": since.isoformat(), "until": until.isoformat(), "kind": "invoice"}
    urls = {
        place: url_for("documents.index", **filters, direction=direction.value)
        for place, direction in enumerate(DIRECTIONS)
    }
    name = lambda skeleton: format_skeleton(skeleton, first, locale=get_locale())  # noqa: E731
    return Line(name("yMMM"), values, urls=urls, short=name("y" if month[1] == 1 else "MMM"))


@dataclass
class Payer:
    """A customer that owes what is overdue, or usually pays late."""

    overdue_minor: int = 0
    oldest: date | None = None
    delay: Decimal | None = None


def late_payers(scope: Scope) -> Figure:
    """Customers with most overdue first, then those that pay latest."""
    today, payers = clock.today(scope.company), _overdue(scope)
    for (direction, party_id), pair in weights(scope, lambda row: (row[0], row[3])).items():
        delay = delays.average(*pair)
        if direction is Direction.SALE and delay is not None and (delay > 0 or party_id in payers):
            payers.setdefault(party_id, Payer()).delay = delay
    order = lambda pair: (-pair[1].overdue_minor, -(pair[1].delay or 0), pair[0] or 0)  # noqa: E731
    first = sorted(payers.items(), key=order)[:SHOWN]
    names = named(Counterparty, [party_id for party_id, _payer in first])
    lines = [_payer(scope, party_id, payer, names, today) for party_id, payer in first]
    return Figure(
        "late-payers",
        _("Customers who pay late"),
        _("Those that owe most past its due date, then those that usually pay latest."),
        [
            Column(_("Customer")),
            Column(_("Overdue"), Look.MONEY),
            Column(_("Oldest, days late"), Look.COUNT),
            Column(_("Average delay"), Look.DAYS),
        ],
        lines,
        scope.currency,
        bar=0,
    )


def _overdue(scope: Scope) -> dict[int | None, Payer]:
    is_late = (Document.kind == Kind.INVOICE, Document.due_date < clock.today(scope.company), OPEN)
    query = scope.documents(Document.direction == Direction.SALE, *is_late)
    minor = total(case((Document.kind == Kind.INVOICE, OPEN_MINOR), else_=0))
    rows = asked(query, minor, func.min(Document.due_date), by=(Document.counterparty_id,))
    return {party_id: Payer(int(minor), oldest) for party_id, minor, oldest in rows}


def _payer(scope: Scope, party_id: int | None, payer: Payer, names: dict[int, str], today: date) -> Line:
    filters = scope.as_filter | {"direction": "sale", "counterparty": str(party_id)}
    urls = {
        0: url_for("documents.index", **filters, tab="outstanding", late="yes"),
        2: url_for("documents.index", **filters, paid_late="yes"),
    }
    days = (today - payer.oldest).days if payer.oldest else None
    url = url_for("documents.index", **filters)
    return Line(names.get(party_id or 0, "–"), [payer.overdue_minor, days, payer.delay], url, urls)
