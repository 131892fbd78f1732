"""What stands around a value and where: by this it is found again on the next page of the layout."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from rapidfuzz import fuzz

from app.extraction.evidence import aligned, column_around
from app.extraction.labels import fold, tables
from app.extraction.layout import Layout, Line
from app.extraction.values import currency_of
from app.reader.contents import Box

_WORDS = 4
_LINES_ABOVE = 6
_ALIKE = 80
"""From this likeness on (of 100) words are the same, read a little differently."""
_NEAR, _EXACT = 0.02, 0.006
"""Shares of a page within which a value stands in the same column or row, and at the very same place."""
_LEFT, _ABOVE, _COLUMN, _ROW, _PLACE = 0.5, 0.25, 0.15, 0.1, 0.15
"""What each says for a value."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The words to the left of a value and above it, its place, and whether its page is the first or the last."""

    left: str
    above: str
    box: Box
    is_first: bool
    is_last: bool


def around(layout: Layout, line: Line, start: int, end: int) -> Surroundings:
    """What stands around the characters from `start` to `end` of a line."""
    number, last = line.page.number, max(page.number for page in layout.pages)
    above = _above(layout, line, start, end)
    return Surroundings(_left(line, start), above, line.box_of(start, end), number == 1, number == last)


def agreement(known: Surroundings, seen: Surroundings) -> float:
    """How much one place is like the other, from 0 to 1."""
    if not _on_such_a_page(known, seen):
        return 0.0
    said = _LEFT * _like(known.left, seen.left) + _ABOVE * _like(known.above, seen.above)
    in_column = min(abs(known.box[0] - seen.box[0]), abs(known.box[2] - seen.box[2]))
    in_row = abs(known.box[1] - seen.box[1])
    said += _COLUMN * (in_column < _NEAR) + _ROW * (in_row < _NEAR)
    return min(said + _PLACE * (in_column < _EXACT and in_row < _EXACT), 1.0)


def is_named_alike(known: Surroundings, seen: Surroundings) -> bool:
    """Whether the same words stand to the left, or there were none to compare."""
    return not known.left or _like(known.left, seen.left) > 0


def as_plain(known: Surroundings) -> dict[str, Any]:
    """As JSON has it."""
    return asdict(known) | {"box": list(known.box)}


def from_plain(stored: dict[str, Any]) -> Surroundings:
    """What `as_plain` gave."""
    return Surroundings(**{**stored, "box": tuple(stored["box"])})


def _on_such_a_page(known: Surroundings, seen: Surroundings) -> bool:
    """Whether both stand on the first page, or on the last, or on one between."""
    if not (known.is_first or known.is_last):
        return not (seen.is_first or seen.is_last)
    return (known.is_first and seen.is_first) or (known.is_last and seen.is_last)


def _like(known: str, seen: str) -> float:
    """1 for the same words, half where there are none on either side."""
    if not known or not seen:
        return 0.5 if known == seen else 0.0
    return 1.0 if known == seen else 0.8 if fuzz.ratio(known, seen) >= _ALIKE else 0.0


def _left(line: Line, start: int) -> str:
    """The words before it in its column, else in the nearest column that has some."""
    first, _ = column_around(line, start)
    for begin, end in reversed([(begin, min(end, start)) for begin, end in line.columns() if begin <= first]):
        if said := words_of(line.text[begin:end]):
            return " ".join(said[-_WORDS:])
    return ""


def _above(layout: Layout, line: Line, start: int, end: int) -> str:
    """The words of the nearest text above that stands in its column."""
    area = line.area_of(start, end)
    for above in reversed(layout.lines[max(line.index - _LINES_ABOVE, 0) : line.index]):
        if above.page is not line.page:
            break
        for begin, stop in above.columns():
            is_aligned = stop > begin and aligned(above.area_of(begin, stop), area, max(line.height, 1.0))
            if is_aligned and (said := words_of(above.text[begin:stop])):
                return " ".join(said[:_WORDS])
    return ""


def words_of(text: str) -> list[str]:
    """Its words without currencies and those that hold digits; an invoice and a credit note are called the same."""
    plain = " ".join(token for token in text.split() if not re.search(r"\d", token))
    words = re.findall("[a-z]+", _titles().sub("invoice", fold(plain)))
    return [word for word in words if not currency_of(word)]


@cache
def _titles() -> re.Pattern[str]:
    """All that an invoice or a credit note is called."""
    names = {name for role in ("invoice", "credit_note") for each in tables()[role].values() for name in each}
    said = sorted((re.escape(fold(name)) for name in names), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(said)})\b")
