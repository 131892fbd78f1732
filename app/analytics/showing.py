"""What the page of analytics shows: each figure with its chart."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from flask import url_for
from flask_babel import format_decimal, format_timedelta

from app.analytics import approvers, lateness, position, scope, spending, stays, turnover
from app.analytics.figure import Figure
from app.analytics.scope import Scope
from app.core import clock
from app.documents import period
from app.users.models import Company, User
from app.web import charts

FIGURES: dict[str, Callable[[Scope], Figure]] = {
    "outstanding": position.outstanding,
    "ageing": position.ageing,
    "dso": turnover.days_outstanding,
    "delay": lateness.average_delay,
    "late-payers": lateness.late_payers,
    "approvals": approvers.approvals_waiting,
    "categories": spending.by_category,
    "suppliers": spending.by_supplier,
    "stays": stays.in_each_status,
}
"""As they stand on the page."""


def asked(user: User, company: Company, said: Any) -> tuple[Scope, list[str]]:
    """What the address asks for, in a currency that counts; and all of those."""
    codes = scope.currencies(user, company)
    wanted = said.get("currency", "")
    code = wanted if wanted in codes else next(iter(codes), "EUR")
    return Scope(user, company, code, period.from_address(said, clock.today(company))), codes


def front_page(user: User, company: Company, said: Any) -> dict[str, Any]:
    """All figures of one period and currency."""
    about, codes = asked(user, company, said)
    figures = [make(about) for make in FIGURES.values()]
    return {
        "figures": figures,
        "charts": {figure.name: drawn(figure) for figure in figures},
        "period": about.period,
        "periods": period.NAMES,
        "currency": about.currency,
        "currencies": codes,
        "kept": about.period.in_address | {"currency": about.currency},
        "is_empty": not codes,
        "ever_url": url_for("analytics.index", period="all", currency=about.currency),
        "widths": {figure.name: _widths(figure) for figure in figures if figure.bar is not None},
        "span": span,
        "tenths": tenths,
    }


def drawn(figure: Figure) -> Any:
    """What its chart is made of: a plot over time in tenths of days, or the parts of each whole."""
    if figure.chart == "columns" and figure.lines:
        values = [[int((line.values[place] or 0) * 10) for line in figure.lines] for place in figure.series]
        return charts.plot(*values, unit=10)
    if figure.chart == "stacked":
        parts = [line for line in figure.lines if all(value >= 0 for value in line.values)]
        return [charts.shares([line.values[place] for line in parts]) for place in figure.series]
    return None


def _widths(figure: Figure) -> list[float]:
    """How wide the bar of each line is."""
    values = [line.values[figure.bar or 0] or 0 for line in figure.lines]
    return [charts.width_of(value, max(values)) for value in values] if values else []


def span(seconds: int) -> str:
    """A time in words."""
    return format_timedelta(timedelta(seconds=seconds), granularity="minute", threshold=1.2)


def tenths(value: int) -> str:
    """Tenths of days as days."""
    return format_decimal(Decimal(value) / 10)
