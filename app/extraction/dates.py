"""Dates as invoices print them, in six languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache

from app.extraction.labels import fold, tables

_NUMERIC = re.compile(
    r"(?<![\w./-])(?<!\d,)(?P<a>\d{1,4})\s?(?P<mark>[./\-–])\s?(?P<b>\d{1,2})\s?(?P=mark)\s?(?P<c>\d{4}|\d{2})(?!\d|[/.-]\d)"
)
_AFTER_NUMBER = re.compile(r"(?<=\w/)(?P<a>\d{1,2})(?P<mark>\.)(?P<b>\d{1,2})\.(?P<c>\d{4})(?![\w/-]|\.\d)")
"""As in "9000005666/01.06.2024"."""
_COMPACT = re.compile(r"(?<![\w.,/-])(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})(?![\w/]|[.,-]\d)")
_MISREAD_POINT = re.compile(r"(?<=\d),(?=\s?\d)")
_EARLIEST, _LATEST = 1980, 2100


@dataclass(frozen=True, slots=True)
class Dated:
    """A date in a text; `readings` are the days it may mean, the likeliest first."""

    start: int
    end: int
    readings: tuple[date, ...]
    order: str = ""
    """`day` or `month` where this numeric date itself proves which comes first."""

    @property
    def is_ambiguous(self) -> bool:
        """Whether day and month could be the other way round."""
        return len(self.readings) > 1


@cache
def _months() -> dict[str, int]:
    names = {}
    for months in tables()["months"].values():
        for number, written in enumerate(months, 1):
            names |= {fold(name): number for name in written.split()}
    return names


@cache
def _named() -> tuple[re.Pattern[str], ...]:
    names = "|".join(sorted(_months(), key=len, reverse=True))
    gap = r"(?: ?[.,/] ?|- ?|[ ]{1,2})?"  # " - " parts two dates
    between = rf"(?:{gap}| +de +| +del +)"
    year = r"(?P<year>(?:19|20)\d{2}|\d{2})(?!\d|[.,:/]\d)"
    day = r"(?P<day>\d{1,2})(?:er|st|nd|rd|th|°|\.)?"
    return (
        re.compile(rf"(?<![\w.,/]){day}{between}(?P<month>{names})\b{between}'?{year}"),
        re.compile(rf"(?<!\w)(?P<month>{names})\b{gap}{day}(?: ?, ?| |-|/){year}"),
        re.compile(rf"(?<!\w)(?P<year>(?:19|20)\d{{2}}){gap}(?P<month>{names})\b{gap}(?P<day>\d{{1,2}})(?!\d)"),
    )


def find_dates(text: str, *, is_ocr: bool = False) -> list[Dated]:
    """All dates in a text, from left to right; OCR often reads the point as a comma."""
    if is_ocr:
        text = _MISREAD_POINT.sub(".", text)
    found = [dated for form in (_NUMERIC, _AFTER_NUMBER) for match in form.finditer(text) if (dated := _numeric(match))]
    found += [dated for match in _COMPACT.finditer(text) if (dated := _of_parts(match))]
    if any(character.isalpha() for character in text):
        plain = fold(text)
        for pattern in _named():
            found += [dated for match in pattern.finditer(plain) if (dated := _of_parts(match))]
    return _apart(found)


def is_month_first(all_dates: list[Dated], *, likely: bool = False) -> bool:
    """Whether numeric dates here put the month first: what unambiguous ones say, else `likely`."""
    orders = [dated.order for dated in all_dates]
    if orders.count("day") == orders.count("month"):
        return likely
    return orders.count("month") > orders.count("day")


def _numeric(match: re.Match[str]) -> Dated | None:
    a, b, c = match["a"], int(match["b"]), match["c"]
    if len(a) == 3 or (len(a) == 4 and len(c) == 4):
        return None
    if len(a) == 4:
        # A year in front is followed by the month, whatever the country; only an impossible month swaps it.
        day = _day(int(a), b, int(c)) or _day(int(a), int(c), b)
        return Dated(match.start(), match.end(), (day,)) if day else None
    day_first, month_first = _day(_full_year(c), b, int(a)), _day(_full_year(c), int(a), b)
    readings = tuple(dict.fromkeys(day for day in (day_first, month_first) if day))
    order = "month" if not day_first else "day" if not month_first else ""
    return Dated(match.start(), match.end(), readings, order) if readings else None


def _of_parts(match: re.Match[str]) -> Dated | None:
    month = match["month"]
    number = int(month) if month.isdigit() else _months()[month]
    day = _day(_full_year(match["year"]), number, int(match["day"]))
    return Dated(match.start(), match.end(), (day,)) if day else None


def _full_year(written: str) -> int:
    return int(written) if len(written) == 4 else 2000 + int(written)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if _EARLIEST <= year <= _LATEST else None
    except ValueError:
        return None


def _apart(found: list[Dated]) -> list[Dated]:
    """Without those that overlap a longer one."""
    kept: list[Dated] = []
    for dated in sorted(found, key=lambda dated: (dated.start - dated.end, dated.start)):
        if all(dated.end <= other.start or dated.start >= other.end for other in kept):
            kept.append(dated)
    return sorted(kept, key=lambda dated: dated.start)
