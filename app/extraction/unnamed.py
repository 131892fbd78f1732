"""A number whose label is left out among facts that have theirs: the document's own, which alone needs no name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.extraction.belonging import stands_alone
from app.extraction.evidence import Evidence, aligned
from app.extraction.layout import Area, Line
from app.extraction.spots import Spot
from app.extraction.titled import shape

_DATES = frozenset({"issue_date", "issue_date_weak", "due_date", "due_date_weak", "other_date"})
_FACTS = _DATES | {"order_reference", "other_number", "payment_reference"}
_SAYS = 0.6
"""How much it says, of a label's 1."""
_SHAPE = 0.08
"""The least shape of such a number: a few digits alone are none."""
_IS_ELSE = re.compile(
    r"^0\d{8,}$|^\d{1,5}$|^\d{13,}$|^(?:\d{2}[./-]){3,}\d{2}$|\w\.[a-z]{2,}|^(?:siret?n?|tel|fax|tva|rcs|iban)\d",
    re.IGNORECASE,
)
"""A telephone, a postcode, an address in the web, what a company is registered under."""
_AROUND, _AWAY = 6, 8
"""Lines above and below, and heights of a line, within which the other facts of a list stand."""
_FACTS_NEEDED = 2
_WORDS = 3
"""That a name may have which is no known label."""


@dataclass(frozen=True, slots=True)
class Name:
    """What names a fact: where it begins, and what its label may mean, if it is one."""

    left: float
    roles: frozenset[str]


def left_blank(evidence: Evidence, spot: Spot) -> float:
    """How much the place says where a label was left out: in a row below headings, in a list, on top of a stack."""
    text = str(spot.value)
    if spot.line.page.number > 1 or not stands_alone(spot) or shape(text) < _SHAPE or _IS_ELSE.search(text):
        return 0.0
    for places in (_headings, _names_beside, _names_below):
        names = places(evidence, spot)
        if len(names) >= _FACTS_NEEDED and any(name.roles & _DATES for name in names):
            return 0.0 if _goes_on(evidence, spot) else _SAYS
    return 0.0


def _goes_on(evidence: Evidence, spot: Spot) -> bool:
    """Whether it looks like a further line, or column, of the value before it: one more order of "Commandes"."""
    above = _above(evidence, spot, spot.area[0])
    before = [value for value in _values(evidence, spot.line, spot) if value.end <= spot.start]
    before += [value for value in _values(evidence, above, spot) if _is_below(value.area, spot)] if above else []
    return any(_pattern(str(value.value)) == _pattern(str(spot.value)) for value in before)


def _above(evidence: Evidence, spot: Spot, left: float) -> Line | None:
    """The next line above that has something between this place and where the spot ends."""
    lines = (_line(evidence, spot, -away) for away in range(1, _AROUND))
    there = (line for line in lines if line and spot.area[1] - line.area[3] < spot.line.height)
    return next((line for line in there if any(a < spot.area[2] and left < b for a, b in _columns(line))), None)


def _pattern(text: str) -> str:
    """The letters it begins with, else where it has digits."""
    return re.match(r"[A-Za-z]*", text)[0].casefold() or re.sub(r"\d", "9", text)


def _headings(evidence: Evidence, spot: Spot) -> list[Name]:
    """The labels over the other values of its row, where nothing stands over it."""
    above = _line(evidence, spot, -1)
    if above is None or above.index in evidence.item_headers or spot.area[1] - above.area[3] > 1.5 * spot.line.height:
        return []
    slack = 0.5 * spot.line.height
    if any(left < spot.area[2] + slack and spot.area[0] - slack < right for left, right in _columns(above)):
        return []
    labels = [label for label in evidence.labels_of[above.index] if label.roles & _FACTS]
    return [
        Name(label.area[0], label.roles)
        for label in labels
        if any(aligned(label.area, value.area, spot.line.height) for value in _values(evidence, spot.line, spot))
    ]


def _names_beside(evidence: Evidence, spot: Spot) -> list[Name]:
    """What names the values right above and below it, where nothing stands on its line in their place."""
    found = [
        name
        for line in _lines_around(evidence, spot)
        for value in _values(evidence, line, spot)
        if _is_below(value.area, spot)
        for name in _named_by(evidence, value)
    ]
    first = min((name.left for name in found), default=spot.area[0])
    is_named = any(left < spot.area[0] and first < right for left, right in _columns(spot.line, spot))
    return [] if is_named or _is_under_a_name(evidence, spot, first) else found


def _is_under_a_name(evidence: Evidence, spot: Spot, first: float) -> bool:
    """Whether the line above has a label in the same place, and words for a value: whose further line may be this."""
    above = _above(evidence, spot, first)
    if above is None or any(_is_below(value.area, spot) for value in _values(evidence, above, spot)):
        return False
    return any(abs(label.area[0] - first) < above.height for label in evidence.labels_of[above.index])


def _names_below(evidence: Evidence, spot: Spot) -> list[Name]:
    """The labels of the dates in the stack below it, each over its value, where nothing stands over it."""
    lines = _lines_around(evidence, spot)
    above = [line for line in lines if line.index < spot.line.index and spot.area[1] - line.area[3] < spot.line.height]
    if any(left < spot.area[2] and spot.area[0] < right for line in above for left, right in _columns(line)):
        return []
    dates = [value for line in lines if line.index > spot.line.index for value in evidence.spots_of[line.index]]
    below = [evidence.near(value)[:1] for value in dates if abs(value.area[0] - spot.area[0]) < 0.6 * spot.line.height]
    heads = [near[0].label for near in below if near and near[0].where == "above"]
    stacked = [label for label in heads if abs(label.area[0] - spot.area[0]) < 0.6 * spot.line.height]
    return [Name(label.area[0], label.roles) for label in stacked if label.roles & _DATES]


def _is_below(area: Area, spot: Spot) -> bool:
    """Whether it begins or ends where the spot does."""
    return min(abs(area[0] - spot.area[0]), abs(area[2] - spot.area[2])) < 0.6 * spot.line.height


def _named_by(evidence: Evidence, value: Spot) -> list[Name]:
    """What stands right before a value: a label of a fact, or a few words nobody knows in a column of their own."""
    before = [label for label in evidence.labels_of[value.line.index] if label.end <= value.start]
    if before and not any(map(str.isalnum, value.line.text[before[-1].end : value.start])):
        return [Name(before[-1].area[0], before[-1].roles)] if before[-1].roles & _FACTS else []
    columns = [(start, end) for start, end in value.line.columns() if end <= value.start]
    start, end = columns[-1] if columns else (0, 0)
    text = value.line.text[start:end]
    is_name = any(map(str.isalpha, text)) and len(text.split()) <= _WORDS and stands_alone(value)
    return [Name(value.line.area_of(start, end)[0], frozenset())] if is_name else []


def _lines_around(evidence: Evidence, spot: Spot) -> list[Line]:
    """The lines above and below it that are near enough to be of one list."""
    around = (_line(evidence, spot, away) for away in (*range(-_AROUND, 0), *range(1, _AROUND + 1)))
    return [line for line in around if line and abs(line.area[1] - spot.line.area[1]) <= _AWAY * spot.line.height]


def _line(evidence: Evidence, spot: Spot, away: int) -> Line | None:
    lines, index = evidence.layout.lines, spot.line.index + away
    return lines[index] if 0 <= index < len(lines) and lines[index].page is spot.line.page else None


def _values(evidence: Evidence, line: Line, but: Spot) -> list[Spot]:
    """Dates, amounts and codes of a line, each once."""
    there = [*evidence.spots_of[line.index], *evidence.codes_of[line.index]]
    return [value for value in there if value.line is not but.line or value.end <= but.start or but.end <= value.start]


def _columns(line: Line, but: Spot | None = None) -> Iterator[tuple[float, float]]:
    """From where to where something stands on a line."""
    for start, end in line.columns():
        if line.text[start:end].strip() and not (but and start <= but.start < end):
            area = line.area_of(start, end)
            yield area[0], area[2]
