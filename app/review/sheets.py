"""The pages beside the form: where each field was read, and every word that can be clicked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from app.documents.models import Document
from app.extraction.models import DocumentReading
from app.review import hints

SCALE = 1000
"""The overlay's own units: a page is so wide and so high, whatever its shape."""
AT_ONCE = 3
"""Pages whose words come with the page itself; those of the others follow when they are looked at."""
_FIRST = re.compile(r"[-−(]?\d{1,3}")
_GROUP = re.compile(r"\d{3}(?:[.,]\d{1,3})?\)?")


@dataclass(slots=True)
class Mark:
    """A rectangle on a page, in the overlay's units."""

    x: float
    y: float
    width: float
    height: float

    @property
    def baseline(self) -> float:
        """Where the letters of a word in here stand."""
        return round(self.y + self.height * 0.8, 1)

    def holds(self, other: Mark) -> bool:
        """Does the middle of `other` lie in here?"""
        right, below = other.x + other.width / 2 - self.x, other.y + other.height / 2 - self.y
        return 0 <= right <= self.width and 0 <= below <= self.height


@dataclass(slots=True)
class Word:
    """One word; `value` is what a click fills in, where the amount goes on in the next word."""

    text: str
    mark: Mark
    value: str = ""


@dataclass(slots=True)
class Box:
    """Where a field was read, with the words in it."""

    field: str
    label: str
    confidence: str
    mark: Mark
    words: list[Word] = field(default_factory=list)


@dataclass(slots=True)
class Sheet:
    """One page: its size in points, and what lies over its picture."""

    number: int
    width: float
    height: float
    image: str | None
    boxes: list[Box] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)


def of(document: Document, read: DocumentReading | None, *, marked: int = AT_ONCE) -> list[Sheet]:
    """The pages of a document; those after the first `marked` without their marks."""
    return [_sheet(document, read, page, page["number"] <= marked) for page in read.pages] if read else []


def one(document: Document, read: DocumentReading, number: int) -> Sheet | None:
    """One page with all its marks."""
    page = next((page for page in read.pages if page["number"] == number), None)
    return _sheet(document, read, page, True) if page else None


def _sheet(document: Document, read: DocumentReading, page: dict[str, Any], is_marked: bool) -> Sheet:
    sheet = Sheet(page["number"], page["width"], page["height"], page["image"])
    if is_marked:
        sheet.boxes = list(_boxes(document, read, page["number"]))
        for word in _words(page):
            box = next((box for box in sheet.boxes if box.mark.holds(word.mark)), None)
            (box or sheet).words.append(word)
    return sheet


def _boxes(document: Document, read: DocumentReading, number: int) -> Iterator[Box]:
    reading = read.reading
    for name, found in reading.fields.items():
        shown = hints.form_field(document, name)
        if shown and found.page == number and found.box:
            confidence = hints.of_field(found, reading).confidence
            yield Box(shown, hints.field_name(name), confidence, _mark(found.box))


def _words(page: dict[str, Any]) -> list[Word]:
    """The words of a page; "1" and "234,50" are one amount wherever it is clicked."""
    words = [Word(text, _mark(box)) for text, *box in page["words"]]
    amount: list[Word] = []
    for word in words:
        amount = (
            [*amount, word] if amount and _goes_on(amount[-1], word) else [word] if _FIRST.fullmatch(word.text) else []
        )
        for part in amount[1:] and amount:
            part.value = " ".join(each.text for each in amount)
    return words


def _goes_on(last: Word, word: Word) -> bool:
    """Does `word` stand so close after `last` that both are one amount?"""
    gap = word.mark.x - last.mark.x - last.mark.width
    is_near = abs(last.mark.y - word.mark.y) < last.mark.height / 2 and 0 <= gap < last.mark.height
    return is_near and bool(_GROUP.fullmatch(word.text))


def _mark(box: Any) -> Mark:
    x0, y0, x1, y1 = (round(edge * SCALE, 1) for edge in box)
    return Mark(x0, y0, round(x1 - x0, 1), round(y1 - y0, 1))
