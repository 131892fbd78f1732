"""What is open now, and how old it is."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import and_, case, func

from app.analytics.figure import Column, Figure, Line, Look
from app.analytics.scope import OPEN_MINOR, Scope, asked, signed, total
from app.core import clock
from app.documents.models import Direction, Document, Kind
from app.documents.wanted import OPEN

AGES = ((1, 30), (31, 60), (61, 90), (91, None))
"""Days after the due date; the first age, what is not due yet, stands before them."""
DIRECTIONS = (Direction.SALE, Direction.PURCHASE)


def owed(direction: Direction) -> str:
    """Whose money it is."""
    return _("Owed by customers") if direction is Direction.SALE else _("Owed to suppliers")


def outstanding(scope: Scope) -> Figure:
    """Open invoices less available credit notes, and what of it is overdue."""
    is_late = and_(Document.kind == Kind.INVOICE, Document.due_date < clock.today(scope.company))
    columns = (total(signed(OPEN_MINOR)), total(case((is_late, OPEN_MINOR), else_=0)), func.count(Document.id))
    found = {row[0]: row[1:] for row in asked(scope.documents(OPEN), *columns, by=(Document.direction,))}
    lines = []
    for direction in DIRECTIONS:
        filters = scope.as_filter | {"direction": direction.value}
        urls = {1: url_for("documents.index", **filters, tab="outstanding", late="yes")}
        values = [int(value) for value in found.get(direction, (0, 0, 0))]
        lines.append(Line(owed(direction), values, url_for("documents.index", **filters, open="yes"), urls))
    return Figure(
        "outstanding",
        _("Outstanding and overdue"),
        _("What is open today: invoices less credit notes that are available. Overdue are invoices past their day."),
        [
            Column(_("Direction")),
            Column(_("Outstanding"), Look.MONEY),
            Column(_("Of which overdue"), Look.MONEY),
            Column(_("Documents"), Look.COUNT),
        ],
        lines,
        scope.currency,
        bar=0,
        note=_outside(scope),
    )


def _outside(scope: Scope) -> str:
    """What is open of documents that were not issued in the period, where there is any."""
    if scope.period.since is None and scope.period.until is None:
        return ""
    columns = (total(signed(OPEN_MINOR)), func.count(Document.id))
    ever, here = asked(scope.ever().where(OPEN), *columns)[0], asked(scope.documents(OPEN), *columns)[0]
    count = ever[1] - here[1]
    return _("%(count)s more open documents were issued at other times: see all.", count=count) if count else ""


def age_of(today: date) -> Any:
    """0: not due yet, 1 to 4: how late an invoice is, 5: a credit note."""
    due = Document.due_date
    bounds = [(due >= today - timedelta(last), place) for place, (_first, last) in enumerate(AGES, 1) if last]
    return case((Document.kind == Kind.CREDIT_NOTE, 5), (due.is_(None), 0), (due >= today, 0), *bounds, else_=len(AGES))


def age_names() -> list[str]:
    """What the ages are called, credit notes at the end."""
    between = [_("%(first)d to %(last)d days late", first=first, last=last) for first, last in AGES if last]
    return [_("Not due yet"), *between, _("More than 90 days late"), _("Available credit notes")]


def age_filters(today: date) -> list[dict[str, str]]:
    """What a list of documents is asked for each of these."""
    found = [{"tab": "outstanding", "due_since": today.isoformat()}]
    for first, last in AGES:
        bounds = {"due_until": today - timedelta(first), "due_since": today - timedelta(last) if last else None}
        found.append({"tab": "outstanding"} | {name: day.isoformat() for name, day in bounds.items() if day})
    return [*found, {"tab": "credits"}]


def ageing(scope: Scope) -> Figure:
    """Open amounts by how many days after the due date it is."""
    today = clock.today(scope.company)
    age = age_of(today)
    found = {
        (direction, int(place)): int(minor)
        for direction, place, minor in asked(
            scope.documents(OPEN), total(signed(OPEN_MINOR)), by=(Document.direction, age)
        )
    }
    lines = []
    for place, (name, filters) in enumerate(zip(age_names(), age_filters(today), strict=True)):
        values = [found.get((direction, place), 0) for direction in DIRECTIONS]
        urls = {
            number: url_for("documents.index", **(scope.as_filter | filters | {"direction": direction.value}))
            for number, direction in enumerate(DIRECTIONS)
        }
        lines.append(Line(name, values, urls=urls))
    return Figure(
        "ageing",
        _("Ageing"),
        _("How long ago what is open today was due. It adds up to what is outstanding."),
        [Column(_("Age")), *(Column(owed(direction), Look.MONEY) for direction in DIRECTIONS)],
        lines,
        scope.currency,
        chart="stacked",
        series=(0, 1),
        total=Line(_("Total"), [sum(line.values[number] for line in lines) for number in (0, 1)]),
    )
