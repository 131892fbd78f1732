"""Of which documents figures and downloads speak: those issued in a month, a quarter, a year, or between two days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import ColumnElement

from app.documents import search
from app.documents.models import Document
from app.web.filters import day

NAMES = {
    "year": lazy_gettext("Last 12 months"),
    "this_month": lazy_gettext("This month"),
    "last_month": lazy_gettext("Last month"),
    "this_quarter": lazy_gettext("This quarter"),
    "last_quarter": lazy_gettext("Last quarter"),
    "this_year": lazy_gettext("This year"),
    "last_year": lazy_gettext("Last year"),
    "all": lazy_gettext("All"),
    "dates": lazy_gettext("Any days"),
}
USUAL = "year"


@dataclass(frozen=True)
class Period:
    """Two days, both within it; None: open on that side."""

    name: str
    since: date | None
    until: date | None
    today: date

    @property
    def label(self) -> str:
        """From when to when."""
        since, until = day(self.since), day(self.until)
        if since and until:
            return _("Issued from %(since)s to %(until)s", since=since, until=until)
        if since or until:
            return _("Issued since %(day)s", day=since) if since else _("Issued until %(day)s", day=until)
        return _("Whenever they were issued")

    @property
    def end(self) -> date:
        """The last day of it that is not still to come."""
        return min(self.until or self.today, self.today)

    @property
    def in_address(self) -> dict[str, str]:
        """As it stands in the address of this page."""
        if self.name != "dates":
            return {} if self.name == USUAL else {"period": self.name}
        return {"period": "dates"} | self.as_filter

    @property
    def as_filter(self) -> dict[str, str]:
        """As a list of documents is asked for it."""
        days = {"since": self.since, "until": self.until}
        return {name: value.isoformat() for name, value in days.items() if value}

    def issued(self) -> Iterator[ColumnElement[bool]]:
        """What is so of the documents that were issued in it."""
        return search.between(Document.issue_date, search.ORDERS["date"].value, self.since, self.until)


def from_address(said: Any, today: date, usual: str = USUAL) -> Period:
    """What the address says; the usual one, such as the last twelve months, where it makes no sense."""
    name = said.get("period", usual)
    if name == "dates":
        since, until = _day(said.get("since")), _day(said.get("until"))
        return Period(name, since, until, today) if not (since and until and since > until) else of(usual, today)
    return of(name if name in NAMES else usual, today)


def of(name: str, today: date) -> Period:
    """The period of this name, as seen from today."""
    month, quarter = today.replace(day=1), today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    begins = {"month": month, "quarter": quarter, "year": today.replace(month=1, day=1)}
    if name == "all":
        return Period(name, None, None, today)
    if name == "year":
        return Period(name, _a_year_before(today) + timedelta(1), today, today)
    when, _mark, unit = name.partition("_")
    first = begins[unit]
    if when == "last":
        last = first - timedelta(1)
        return Period(name, of(f"this_{unit}", last).since, last, today)
    return Period(name, first, _last(first, unit), today)


def _last(first: date, unit: str) -> date:
    """The last day of the month, quarter or year that begins then."""
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    far = first.replace(day=1) + timedelta(days=31 * months)
    return far.replace(day=1) - timedelta(1)


def _a_year_before(today: date) -> date:
    """29 February has none: the day before it stands for it."""
    try:
        return today.replace(year=today.year - 1)
    except ValueError:
        return today.replace(year=today.year - 1, day=28)


def _day(said: str | None) -> date | None:
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        return None
