"""The one small picture of money on Home: what will come and go in the next thirteen weeks."""

from __future__ import annotations

from functools import partial
from typing import Any

from app.treasury import accounts, forecast
from app.treasury.forecast import WEEKS, Forecast
from app.treasury.showing import chosen, day_short
from app.treasury.wanted import Curve
from app.users.models import Company, User
from app.web import charts
from app.web.filters import short_amount

HEIGHT = 140


def picture(user: User, company: Company) -> dict[str, Any] | None:
    """In the currency in which most is to come; nothing where nothing is."""
    living = accounts.living(user, company)
    wanted, _codes = chosen(user, company, {}, living)
    told = forecast.of(user, company, wanted, living)
    total = told.total(Curve.PROBABLE)
    if not total.count:
        return None
    return {
        "total": total,
        "currency": wanted.currency,
        "plot": _plot(told),
        "places": [day_short(told.week(number)[0]) for number in range(WEEKS)],
        "says": partial(short_amount, currency=wanted.currency),
    }


def _plot(told: Forecast) -> charts.Plot:
    weeks = told.curves[Curve.PROBABLE]
    comes, goes = [week.comes_minor for week in weeks], [week.goes_minor for week in weeks]
    return charts.plot(comes, goes, height=HEIGHT, unit=100)
