"""How much the labels around a value speak for what it could be."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, field

from app.extraction.labels import Label, fold, lexicon
from app.extraction.layout import Layout, Line, middle_of
from app.extraction.spots import Spot, Values

_LINES_ABOVE = 12
_NEVER_IN_ITEMS = frozenset({"due_date", "number"})
"""What no column of the items is about: such a label only stands beside their head."""
_STOP = re.compile(r"[.;!?] (?=\D)")
"""The end of a sentence; "n. 12" is none."""


@dataclass(slots=True)
class Nearby:
    """A label near a value, `closeness` from 0 to 1."""

    label: Label
    closeness: float
    where: str


@dataclass(slots=True)
class Evidence:
    """Answers, for one document, which labels are near a value."""

    layout: Layout
    labels_of: dict[int, list[Label]] = field(default_factory=lambda: defaultdict(list))
    item_headers: set[int] = field(default_factory=set)
    """Lines that head the table of items: "Total" there says nothing about the invoice's total."""
    spots_of: dict[int, list[Spot]] = field(default_factory=lambda: defaultdict(list))
    """Amounts and dates of each line, from left to right."""
    codes_of: dict[int, list[Spot]] = field(default_factory=lambda: defaultdict(list))
    """Whatever else has digits."""
    asked: dict[tuple[int, int, int], list[Nearby]] = field(default_factory=dict)
    """Answers already given, by line, start and end."""

    def near(self, spot: Spot) -> list[Nearby]:
        """The labels to the left of a value and above it, the closest first."""
        place = (spot.line.index, spot.start, spot.end)
        if place not in self.asked:
            found = [*self._left(spot), *self._askew(spot), *self._above(spot)]
            self.asked[place] = sorted(found, key=lambda nearby: -nearby.closeness)
        return self.asked[place]

    def labels_in(self, part: tuple[Line, int, int]) -> list[Label]:
        """The labels that begin between two places of a line."""
        line, start, end = part
        return [label for label in self.labels_of[line.index] if start <= label.start < end]

    def _left(self, spot: Spot) -> list[Nearby]:
        before = [label for label in self.labels_of[spot.line.index] if label.end <= spot.start]
        found, factor, last = [], 1.0, None
        for label in reversed(before):
            between = spot.line.text[label.end : spot.start]
            if last is not None and spot.line.text[label.end : last.start].strip() == "/":
                factor /= 0.45  # "Invoice date/Delivery date" names both
            last = label
            closeness = factor * (1.0 if not any(c.isalnum() for c in between) else 0.85)
            if any(label.end <= other.start < spot.start for other in self.spots_of[spot.line.index]):
                closeness *= 0.75
            if between.count(")") > between.count("("):
                closeness *= 0.3
            else:
                factor *= 0.45
            found.append(Nearby(label, closeness, "left"))
        return found

    def _askew(self, spot: Spot) -> list[Nearby]:
        """Labels to the left on a line that is hardly higher or lower and has no value of its own."""
        found, lines = [], self.layout.lines
        for index in (spot.line.index - 1, spot.line.index + 1):
            if 0 <= index < len(lines) and lines[index].page is spot.line.page and not self.spots_of[index]:
                away = abs(middle_of(lines[index].area) - middle_of(spot.area)) / max(spot.line.height, 1.0)
                labels = [label for label in self.labels_of[index] if label.area[2] <= spot.area[0]]
                if away < 0.9 and labels:
                    found.append(Nearby(labels[-1], 0.9 - 0.3 * away, "left"))
        return found

    def _above(self, spot: Spot) -> list[Nearby]:
        found = []
        height = max(spot.line.height, 1.0)
        lines = self.layout.lines
        between: list[Spot] = []
        for index in range(spot.line.index - 1, max(-1, spot.line.index - 1 - _LINES_ABOVE), -1):
            line = lines[index]
            if line.page is not spot.line.page:
                break
            gap = (spot.area[1] - line.area[3]) / height
            if gap > 9:
                break
            for label in self.labels_of[index]:
                if (
                    aligned(_reach(label), spot.area, height)
                    and (share := _share_of_column(label, self.labels_of[index])) > 0.3
                ):
                    closeness = (0.92 - 0.05 * max(gap, 0)) * (0.6 + 0.4 * share) * 0.6 ** len(between)
                    closeness *= 0.3 if index in self.item_headers and label.roles.isdisjoint(_NEVER_IN_ITEMS) else 1.0
                    closeness *= 0.5 if self.has_own_value(label) else 1.0
                    found.append(Nearby(label, max(closeness, 0.0), "above"))
            between += [other for other in self.spots_of[index] if aligned(other.area, spot.area, height)]
        return found

    def has_own_value(self, label: Label) -> bool:
        """Whether a value follows the label on its own line."""
        return any(
            label.end <= other.start
            and not any(c.isalnum() for c in label.line.text[label.end : other.start])
            and other.area[0] - label.area[2] < 12 * max(label.line.height, 1.0)
            for other in (*self.spots_of[label.line.index], *self.codes_of[label.line.index])
        )


def gather(layout: Layout, labels: list[Label], values: Values) -> Evidence:
    """Everything that is asked again and again, put in order once."""
    evidence = Evidence(layout)
    for label in labels:
        evidence.labels_of[label.line.index].append(label)
    for spot in [*values.dates, *(money for money in values.amounts if money.decimals or money.currency)]:
        evidence.spots_of[spot.line.index].append(spot)
    for spot in values.codes:
        evidence.codes_of[spot.line.index].append(spot)
    for spots in evidence.spots_of.values():
        spots.sort(key=lambda spot: spot.start)
    for index, found in list(evidence.labels_of.items()):
        columns = [label for label in found if "item_column" in label.roles]
        if len({label.line.text[label.start : label.end].casefold() for label in columns}) >= 2:
            evidence.item_headers.add(index)
    _widen_headers(evidence)
    return evidence


def _widen_headers(evidence: Evidence) -> None:
    """A header may run over several lines: those beside it that hold no value belong to it."""
    lines = evidence.layout.lines
    for index in list(evidence.item_headers):
        header = lines[index]
        for line in lines[max(index - 2, 0) : index + 3]:
            is_beside = line.page is header.page and abs(line.area[1] - header.area[1]) < 2.5 * header.height
            if is_beside and not evidence.spots_of[line.index]:
                evidence.item_headers.add(line.index)


def weight(nearby: list[Nearby], *roles: str) -> float:
    """How much the labels speak for any of these roles, from 0 to 1; a longer label counts a little more."""
    return max(
        (
            near.closeness * near.label.is_for(role) * (0.94 + 0.02 * min(near.label.length, 3))
            for near in nearby
            for role in roles
        ),
        default=0.0,
    )


def named(near: list[Nearby], role: str) -> str:
    """The label that speaks most for a role, in quotes."""
    best = max(near, key=lambda nearby: nearby.closeness * nearby.label.is_for(role), default=None)
    if best is None or not best.label.is_for(role):
        return ""
    return f"“{best.label.line.text[best.label.start : best.label.end]}” {best.where}"


def aligned(one: tuple, other: tuple, height: float) -> bool:
    """Whether two areas stand in one column: they overlap, or share their left or right edge."""
    overlap = min(one[2], other[2]) - max(one[0], other[0])
    narrow = min(one[2] - one[0], other[2] - other[0])
    return (
        overlap > 0.3 * max(narrow, 1.0)
        or abs(one[0] - other[0]) < 0.5 * height
        or abs(one[2] - other[2]) < 0.7 * height
    )


def is_paired(label: Label) -> bool:
    """Whether it is half of a pair, whose values stand side by side too: "Belegnummer/Datum"."""
    start, end = column_around(label.line, label.start)
    before, after = label.line.text[start : label.start].rstrip(), label.line.text[label.end : end].lstrip()
    return before.endswith("/") or after.startswith("/")


def _reach(label: Label) -> tuple:
    """Where its values may stand below: each half of a pair heads the whole column."""
    return label.line.area_of(*column_around(label.line, label.start)) if is_paired(label) else label.area


def _share_of_column(label: Label, beside: list[Label]) -> float:
    """How much it fills of its column, or half of a pair, other labels left out: a word in a sentence heads nothing."""
    start, end = column_around(label.line, label.start)
    if is_paired(label):
        start = label.line.text.rfind("/", start, label.start) + 1 or start
        stop = label.line.text.find("/", label.end, end)
        end = end if stop < 0 else stop
    others = sum(other.end - other.start + 1 for other in beside if other is not label and start <= other.start < end)
    return (label.end - label.start) / max(len(label.line.text[start:end].strip(" :.*")) - others, 1)


def column_around(line: Line, at: int) -> tuple[int, int]:
    """Start and end of the stretch between tabs that holds the character `at`."""
    columns = line.columns()
    return columns[max(bisect_left([start for start, _ in columns], at + 1) - 1, 0)]


def is_prose(line: Line, at: int) -> bool:
    """Whether the place is in the middle of a sentence: labels and values there are mentions, not facts."""
    start, end = column_around(line, at)
    words = line.text[start:end].split()
    return len(words) > 9 and sum(word.strip(".,;:()").isalpha() for word in words) > 0.7 * len(words)


def speaks_of_another(label: Label) -> bool:
    """Whether the words before or in a label say that it is another document's: "zur Rechnung Nr. 12"."""
    start, _ = column_around(label.line, label.start)
    known, text = lexicon(), fold(label.line.text)
    words = re.findall(r"[^\W_]+", text[start : label.start])
    while len(words) > 1 and words[-1] in known.small | known.whose and words[-1] not in known.another:
        words.pop()  # "annule et remplace la facture"
    inside = re.findall(r"[^\W_]+", text[label.start : label.end])[1:]
    return bool(words and words[-1] in known.another) or not known.another.isdisjoint(inside)  # "credit for invoice"


def is_corrected(spot: Spot) -> bool:
    """Whether its sentence says that this document replaces another, whose number and day follow."""
    start, _ = column_around(spot.line, spot.start)
    before = spot.line.text[start : spot.start]
    if " " not in before.strip():
        return False  # by far the most: asked of every number and date
    before = _STOP.split(fold(before))[-1]
    return not lexicon().corrects.isdisjoint(re.findall(r"[a-z]+", before))
