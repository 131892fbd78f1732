"""For how many days' sales customers owe, and for how many days' purchases we do: DSO and DPO."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import Select, select

from app.analytics.figure import Column, Figure, Line, Look
from app.analytics.position import DIRECTIONS
from app.analytics.scope import OPEN_MINOR, Scope, asked, signed, total
from app.bank.models import Match
from app.core import clock
from app.documents import period
from app.documents.models import Direction, Document
from app.documents.wanted import OPEN
from app.extensions import db


def days_outstanding(scope: Scope) -> Figure:
    """Open at the end of the period ÷ invoiced in it × its days, as textbooks define DSO by the simple method."""
    scope = _bounded(scope)
    billed_by = _billed(scope)
    end = scope.period.end
    since = scope.period.since or end
    length = (end - since).days + 1
    lines = []
    for direction in DIRECTIONS:
        open_then, billed = open_at(scope, direction, end), billed_by.get(direction, 0)
        name = _("Sales (DSO)") if direction is Direction.SALE else _("Purchases (DPO)")
        filters = scope.as_filter | {"direction": direction.value}
        days = _days(open_then, billed, length)
        lines.append(Line(name, [days, open_then, billed], url_for("documents.index", **filters)))
    return Figure(
        "dso",
        _("Days outstanding (DSO)"),
        _("What was open at the end of the period, divided by what was invoiced in it, times its days."),
        [
            Column(_("Direction")),
            Column(_("Days"), Look.DAYS),
            Column(_("Open at the end"), Look.MONEY),
            Column(_("Invoiced"), Look.MONEY),
        ],
        lines,
        scope.currency,
        bar=0,
        note=_("%(period)s: %(days)s days", period=scope.period.label, days=length),
    )


def _bounded(scope: Scope) -> Scope:
    """A period without a first day is the twelve months before its end."""
    if scope.period.since:
        return scope
    today = clock.today(scope.company)
    year = period.of("year", scope.period.end)
    return scope.during(period.Period("dates", year.since, year.until, today))


def _billed(scope: Scope) -> dict[Direction, int]:
    query = scope.documents(Document.issue_date <= scope.period.end)
    rows = asked(query, total(signed(Document.gross_minor)), by=(Document.direction,))
    return {direction: int(minor) for direction, minor in rows}


def open_at(scope: Scope, direction: Direction, day: date) -> int:
    """What was open at the end of that day: what is open now, and what settled it since."""
    query = scope.ever().where(Document.direction == direction, Document.issue_date <= day)
    now = int(asked(query.where(OPEN), total(signed(OPEN_MINOR)))[0][0])
    return now + (_settled_after(query, day) if day < clock.today(scope.company) else 0)


def _settled_after(query: Select[Any], day: date) -> int:
    """By matches on either side, and by hand."""
    by_hand = asked(query.where(Document.paid_date > day), total(signed(Document.paid_minor)))[0][0]
    found = int(by_hand)
    ids = query.order_by(None).with_only_columns(Document.id, maintain_column_froms=True)
    for side in (Match.document_id, Match.credit_note_id):
        matched = select(total(signed(Match.amount_minor))).join(Document, Document.id == side)
        found += int(db.session.scalar(matched.where(side.in_(ids), Match.date > day)) or 0)
    return found


def _days(open_minor: int, billed_minor: int, length: int) -> Decimal | None:
    if billed_minor <= 0:
        return None
    return (Decimal(open_minor) * length / billed_minor).quantize(Decimal("0.1"), ROUND_HALF_UP)
