"""On which days banks pay: those of TARGET, the system of the European central banks."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import holidays

ONE_DAY = timedelta(days=1)


@lru_cache(maxsize=8)
def _closed(year: int) -> frozenset[date]:
    """The holidays of TARGET in that year."""
    return frozenset(holidays.financial_holidays("XECB", years=year))


def is_open(day: date) -> bool:
    """Do banks pay on this day?"""
    return day.weekday() < 5 and day not in _closed(day.year)


def on_or_after(day: date) -> date:
    """This day, or the first after it on which banks pay."""
    while not is_open(day):
        day += ONE_DAY
    return day


def after(day: date) -> date:
    """The next day on which banks pay."""
    return on_or_after(day + ONE_DAY)
