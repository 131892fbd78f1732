"""Days and amounts as the cells of a table write them: the format is guessed from all values of its columns."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from app.core import money
from app.extraction.dates import find_dates
from app.web.fields import FIRST_DAY, LAST_DAY

ORDERS = ("dmy", "mdy", "ymd")
MARKS = (",", ".")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]\d{2}:\d{2}.*)?")
_PARTED = re.compile(r"(\d{1,4})\s*[./\-\s]\s*(\d{1,2})\s*[./\-\s]\s*(\d{1,4})\.?(?:\s+\d{1,2}:\d{2}.*)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SERIAL = re.compile(r"[2-7]\d{4}")
"""Days since 1900, as a spreadsheet counts them where a cell lost its format."""
_FIRST_SERIAL = date(1899, 12, 30)
_COMPUTED = re.compile(r"-?\d+\.\d{5,}")
"""What is left of computing in twos: 119.99999999999999."""


class NoSuchDay(ValueError):
    """It is written like a day, and there is none."""


def day(text: str, order: str) -> date | None:
    """The day that is written there; None where it is none, `NoSuchDay` where the calendar does not have it."""
    text = text.strip()
    match = _ISO.fullmatch(text) or _COMPACT.fullmatch(text)
    if match:
        return _day(*match.groups(), text=text)
    if _SERIAL.fullmatch(text):
        return _FIRST_SERIAL + timedelta(int(text))
    if match := _PARTED.fullmatch(text):
        first, second, third = match.groups()
        if len(first) == 4 or order == "ymd":
            return _day(first, second, third, text=text)
        return _day(third, *((first, second) if order == "mdy" else (second, first)), text=text)
    found = find_dates(text) if any(each.isalpha() for each in text) else []
    return found[0].readings[0] if len(found) == 1 else None


def _day(year: str, month: str, day: str, *, text: str) -> date:
    full = int(year) + (2000 if len(year) <= 2 else 0)
    try:
        found = date(full, int(month), int(day))
    except ValueError:
        raise NoSuchDay(text) from None
    if not FIRST_DAY <= found <= LAST_DAY:
        raise NoSuchDay(text)
    return found


def guess_order(values: Iterable[str], usual: str = "dmy") -> str:
    """The order in which most of them are days; the usual one where nothing tells."""
    counts = dict.fromkeys(ORDERS, 0)
    for value in filter(None, values):
        for order in ORDERS:
            counts[order] += _is_day(value, order)
    return max((usual, *ORDERS), key=lambda order: counts[order])


def _is_day(value: str, order: str) -> bool:
    try:
        return day(value, order) is not None
    except NoSuchDay:
        return False


def amount(text: str, mark: str) -> Decimal | None:
    """The amount that is written there with this decimal mark; None where it is none."""
    text = text.strip()
    if _COMPUTED.fullmatch(text):
        return Decimal(text).quantize(Decimal("0.0001")).normalize() + 0
    return money.parse_amount(text, decimal_mark=mark)


def guess_mark(values: Iterable[str], usual: str) -> str:
    """The decimal mark of most of them; the usual one where nothing tells."""
    votes = dict.fromkeys(MARKS, 0)
    for value in values:
        if mark := _mark_of(value):
            votes[mark] += 1
    return usual if votes[","] == votes["."] else max(MARKS, key=lambda mark: votes[mark])


def _mark_of(value: str) -> str:
    """The decimal mark this amount proves; empty where it proves none."""
    marks = [each for each in value if each in MARKS]
    if not marks:
        return ""
    last, other = marks[-1], "." if marks[-1] == "," else ","
    if other in marks:
        return last
    if len(marks) > 1:
        return other
    after = re.search(r"[.,](\d*)\D*$", value)
    return "" if after and len(after[1]) == 3 else last
