"""A number whose label is left out among facts that have theirs: the document's own, which alone needs no name."""

from __future__ import annotations

from collections.abc import Iterator

from app.extraction.belonging import stands_alone
from app.extraction.evidence import Evidence, aligned
from app.extraction.labels import Label
from app.extraction.layout import Line
from app.extraction.spots import Spot
from app.extraction.titled import shape

_DATES = frozenset({"issue_date", "issue_date_weak", "due_date", "due_date_weak", "other_date"})
_FACTS = _DATES | {"order_reference", "other_number", "payment_reference"}
_SAYS = 0.6
"""How much it says, of a label's 1."""
_SHAPE = 0.08
"""The least shape of such a number: a few digits alone are none."""
_AROUND, _AWAY = 6, 8
"""Lines above and below, and heights of a line, within which the other facts of a list stand."""
_FACTS_NEEDED = 2


def left_blank(evidence: Evidence, spot: Spot) -> float:
    """How much the place says where a label was left out, in a row below headings or in a list beside labels."""
    if spot.line.page.number > 1 or not stands_alone(spot) or shape(str(spot.value)) < _SHAPE:
        return 0.0
    for labels in (_headings(evidence, spot), _labels_beside(evidence, spot)):
        if len(labels) >= _FACTS_NEEDED and any(label.roles & _DATES for label in labels):
            return _SAYS
    return 0.0


def _headings(evidence: Evidence, spot: Spot) -> list[Label]:
    """The labels over the other values of its row, where nothing stands over it."""
    above = _line(evidence, spot, -1)
    if above is None or above.index in evidence.item_headers or spot.area[1] - above.area[3] > 1.5 * spot.line.height:
        return []
    slack = 0.5 * spot.line.height
    if any(left < spot.area[2] + slack and spot.area[0] - slack < right for left, right in _columns(above)):
        return []
    labels = [label for label in evidence.labels_of[above.index] if label.roles & _FACTS]
    return [
        label
        for label in labels
        if any(aligned(label.area, value.area, spot.line.height) for value in _values(evidence, spot.line, spot))
    ]


def _labels_beside(evidence: Evidence, spot: Spot) -> list[Label]:
    """The labels of the values right above and below it, where nothing stands on its line in their place."""
    height, found = spot.line.height, []
    for away in (*range(-_AROUND, 0), *range(1, _AROUND + 1)):
        line = _line(evidence, spot, away)
        if line is None or abs(line.area[1] - spot.line.area[1]) > _AWAY * height:
            continue
        for value in _values(evidence, line, spot):
            is_below = min(abs(value.area[0] - spot.area[0]), abs(value.area[2] - spot.area[2])) < 0.6 * height
            found += [label for label in _named_by(evidence, value) if is_below]
    first = min((label.area[0] for label in found), default=spot.area[0])
    return [] if any(left < spot.area[0] and first < right for left, right in _columns(spot.line, spot)) else found


def _named_by(evidence: Evidence, value: Spot) -> list[Label]:
    """The label right before a value, if it names a fact."""
    before = [label for label in evidence.labels_of[value.line.index] if label.end <= value.start]
    between = value.line.text[before[-1].end : value.start] if before else ""
    return before[-1:] if before and before[-1].roles & _FACTS and not any(map(str.isalnum, between)) else []


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
