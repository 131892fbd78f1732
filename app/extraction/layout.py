"""Words put back into lines and columns, as a reader sees them."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise
from statistics import median

from app.extraction.sideways import Area, by_direction
from app.extraction.wide_letters import put_together
from app.reader.contents import Box, Contents, Page, Word

_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2007": " ", "\t": " ", "\n": " ", "\r": " "})

_RULE = "|¦"
"""What OCR makes of the upright rules of a table: columns are parted there."""

_MOST_WORDS = 120
"""Words on a line, far more than any invoice has: a hostile page with all its words on one line would take hours."""


@dataclass(slots=True)
class Line:
    """Words on one line of one page. In `text` a space parts words, and a tab parts columns."""

    page: Page
    index: int
    words: list[Word]
    text: str
    starts: list[int]
    """Where each word begins in `text`."""
    areas: list[Area]
    height: float
    is_sideways: bool = False
    """Its words run up or down the page; its areas lie below it, as if they were upright."""
    area: Area = (0.0, 0.0, 0.0, 0.0)
    """The whole line."""

    def __post_init__(self) -> None:
        self.area = _around(self.areas)

    def area_of(self, start: int, end: int) -> Area:
        """Where the characters from `start` to `end` stand."""
        first, last = self._words_of(start, end)
        areas = list(self.areas[first : last + 1])
        areas[0] = self._cut(first, start, None, areas[0])
        areas[-1] = self._cut(last, None, end, areas[-1])
        return _around(areas)

    def box_of(self, start: int, end: int) -> Box:
        """The same as fractions of the page."""
        if self.is_sideways:
            first, last = self._words_of(start, end)
            return _bounded(_around([word.box for word in self.words[first : last + 1]]))
        return _fractions(self.area_of(start, end), self.page)

    def confidence_of(self, start: int, end: int) -> float:
        """How sure OCR was of the worst of these words; 1 for text that the file itself gives."""
        first, last = self._words_of(start, end)
        return min((word.confidence for word in self.words[first : last + 1]), default=1.0)

    def _words_of(self, start: int, end: int) -> tuple[int, int]:
        """The first and the last word that has some of these characters."""
        first = max(bisect_right(self.starts, start) - 1, 0)
        return first, max(bisect_right(self.starts, max(end - 1, start)) - 1, first)

    def _cut(self, index: int, start: int | None, end: int | None, area: Area) -> Area:
        """The part of a word's area that belongs to some of its characters ("No:12" holds label and value)."""
        length = max(len(self.words[index].text), 1)
        x0, y0, x1, y1 = area
        width = x1 - x0
        if end is not None:
            x1 = min(x1, x0 + width * min(1.0, (end - self.starts[index]) / length))
        if start is not None:
            x0 = x0 + width * max(0.0, (start - self.starts[index]) / length)
        return (x0, y0, max(x0, x1), y1)

    def columns(self) -> list[tuple[int, int]]:
        """Start and end of each stretch of text between tabs."""
        spans, at = [], 0
        for part in self.text.split("\t"):
            spans.append((at, at + len(part)))
            at += len(part) + 1
        return spans


@dataclass(slots=True)
class Layout:
    """All lines of a document in reading order."""

    lines: list[Line] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)

    @property
    def is_ocr(self) -> bool:
        """Whether some of it was read from a picture."""
        return any(page.source == "ocr" for page in self.pages)


def lay_out(contents: Contents) -> Layout:
    """The lines of all pages."""
    layout = Layout(pages=contents.pages)
    for page in contents.pages:
        placed = [(_points(word.box, page), word) for word in page.words if word.text.strip()]
        height = _usual_height(placed)
        upright, turned = by_direction(placed, page, height)
        for words in (upright, *turned):
            rows = [row for row in _rows(words, height, page.source) if page.source != "ocr" or _is_read(row)]
            usual = _usual_space(rows)
            for row in rows:
                layout.lines.append(_line(page, len(layout.lines), row, usual, is_sideways=words is not upright))
    return layout


def _usual_height(placed: list[tuple[Area, Word]]) -> float:
    """How high most words are, in points; how wide, where most of them run up or down the page."""
    sizes = [(area[3] - area[1], area[2] - area[0]) for area, word in placed if len(word.text) > 2]
    is_upright = sum(height > 2 * width for height, width in sizes) <= len(sizes) / 2
    heights = [area[3] - area[1] for area, _ in placed] if is_upright else [width for _, width in sizes]
    return median(heights or [1.0]) or 1.0


def _usual_space(rows: list[list[tuple[Area, Word]]]) -> float:
    """How far words stand apart on this page: tills and typewriters set them wide."""
    gaps = sorted(
        max(right[0][0] - left[0][2], 0.0) / max(left[0][3] - left[0][1], 1.0)
        for row in rows
        for left, right in pairwise(row)
    )
    return gaps[len(gaps) * 2 // 5] if len(gaps) >= 10 else 0.0


def _rows(words: list[tuple[Area, Word]], usual: float, source: str) -> list[list[tuple[Area, Word]]]:
    """Words by line, from top to bottom, each from left to right; most are `usual` points high."""
    clipped = [(_clipped(area, usual), word) for area, word in words]
    middles = _middles(clipped) if source == "ocr" else [middle_of(area) for area, _ in clipped]
    placed = sorted(zip(middles, clipped, strict=True), key=lambda item: item[0])
    rows: list[list[tuple[Area, Word]]] = []
    middle = height = 0.0
    for y, (area, word) in placed:
        h = area[3] - area[1]
        if rows and len(rows[-1]) < _MOST_WORDS and y - middle < 0.45 * min(h or usual, height):
            rows[-1].append((area, word))
            count = len(rows[-1])
            middle, height = middle + (y - middle) / count, height + (h - height) / count
        else:
            rows.append([(area, word)])
            middle, height = y, h or usual
    return [put_together(sorted(row, key=lambda item: item[0][0])) for row in rows]


def middle_of(area: Area) -> float:
    """How far down it stands, half of it above."""
    return (area[1] + area[3]) / 2


def _middles(placed: list[tuple[Area, Word]]) -> list[float]:
    """How far down each word stands; OCR's boxes hug the letters, so that the words of one line stand where most do."""
    middles: list[float] = []
    for _line, words in groupby(placed, key=lambda item: (item[1].block, item[1].line)):
        areas = [area for area, _ in words]
        own = [middle_of(area) for area in areas]
        is_level = max(own) - min(own) < median(area[3] - area[1] for area in areas)
        middles += [median(own)] * len(own) if is_level else own
    return middles


def _line(page: Page, index: int, row: list[tuple[Area, Word]], usual: float, *, is_sideways: bool) -> Line:
    height = median(area[3] - area[1] for area, _ in row)
    # OCR's boxes hug the letters, those of a PDF have the height of the font.
    wide = height * (max(1.3, min(2.2 * usual, 3.5)) if page.source == "ocr" else 0.85)
    text, starts, last, is_ruled = "", [], None, False
    words, areas = [], []
    for area, word in row:
        plain = word.text.strip(_RULE) if page.source == "ocr" else word.text
        is_ruled = is_ruled or plain[:1] != word.text[:1]
        if not plain:
            continue
        if last is not None:
            text += "\t" if is_ruled or area[0] - last > wide else " "
        starts.append(len(text))
        text += plain.translate(_SPACES)
        words.append(word if plain == word.text else replace(word, text=plain))
        areas.append(area)
        last, is_ruled = max(last or area[2], area[2]), plain[-1:] != word.text[-1:]
    height = median(area[3] - area[1] for area in areas)
    return Line(page, index, words, text, starts, areas, height, is_sideways)


def _is_read(row: list[tuple[Area, Word]]) -> bool:
    """Whether OCR read more than the rules of a table."""
    return any(word.text.strip(_RULE) for _, word in row)


def _clipped(area: Area, usual: float) -> Area:
    """The area without the second line that some PDFs give a word."""
    x0, y0, x1, y1 = area
    return (x0, y0, x1, y0 + 3 * usual) if y1 - y0 > 6 * usual else area


def _points(box: Box, page: Page) -> Area:
    return (box[0] * page.width, box[1] * page.height, box[2] * page.width, box[3] * page.height)


def _fractions(area: Area, page: Page) -> Box:
    width, height = page.width or 1.0, page.height or 1.0
    return _bounded((area[0] / width, area[1] / height, area[2] / width, area[3] / height))


def _bounded(box: Box) -> Box:
    """The box without what lies outside the page."""
    return tuple(round(min(max(edge, 0.0), 1.0), 5) for edge in box)  # type: ignore[return-value]


def _around(areas: list[Area]) -> Area:
    left, top, right, bottom = zip(*areas, strict=True)
    return min(left), min(top), max(right), max(bottom)
