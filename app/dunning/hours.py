"""When messages leave: at the company's hour, on its working days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from app.users.models import Company

ONE_DAY = timedelta(days=1)
LATEST = date(9998, 12, 31)
"""Beyond that no calendar goes on."""


def is_open(day: date, company: Company) -> bool:
    """Monday to Friday, and no public holiday where the company keeps those."""
    return day.weekday() < 5 and not (company.keeps_holidays and day in _holidays(company.country, day.year))


@lru_cache(maxsize=64)
def _holidays(country: str, year: int) -> frozenset[date]:
    """The public holidays of a country in a year; none where the library does not know the country."""
    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        return frozenset()


def open_day(day: date, company: Company) -> date:
    """This day, or the first after it on which messages leave."""
    while day < LATEST and not is_open(day, company):
        day += ONE_DAY
    return day


def at_send_time(day: date, company: Company) -> datetime:
    """The company's hour on that day. An hour that the clock leaves out comes when it goes on, a doubled one first."""
    local = datetime.combine(min(day, LATEST), company.send_time, ZoneInfo(company.time_zone))
    return local.astimezone(UTC)


def opening(moment: datetime, company: Company) -> datetime:
    """This moment, if messages may leave then, else the next at which they may: what was missed is caught up so."""
    day = moment.astimezone(ZoneInfo(company.time_zone)).date()
    first = at_send_time(open_day(day, company), company)
    return max(moment, first)
