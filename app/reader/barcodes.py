"""Barcodes found and wiped out: Tesseract takes them, and the line of print that touches them, for a picture."""

from __future__ import annotations

from collections.abc import Iterator

from PIL import Image

from app.reader import strokes

_LONGEST = 2000
"""Pixels of the copy in which they are looked for."""
_LEAST = 48
"""Pixels that a bar is high at least; letters are lower."""
_NARROWEST = 32
"""Or this part of the short side."""
_DARK = 140
_SOME = 0.04
"""Share of a row that is bars: a code is seldom narrower than a tenth of the sheet."""
_BARS = 20
"""Bars that a code has at least; a headline has fewer strokes."""

Box = tuple[int, int, int, int]


def without(grey: Image.Image) -> Image.Image:
    """The picture, a white box in place of each barcode."""
    return strokes.wiped(grey, find(grey))


def find(grey: Image.Image) -> Iterator[Box]:
    """Where barcodes stand in a level picture with an even background, upright ones only."""
    small = grey.copy()
    small.thumbnail((_LONGEST, _LONGEST), Image.Resampling.BOX)
    least = max(_LEAST, min(small.size) // _NARROWEST)
    ink = small.point(lambda level: 255 if level < _DARK else 0)
    bars, scale = strokes.only(ink, strokes.DOWN, least), grey.width / small.width
    rows = bars.resize((1, bars.height), Image.Resampling.BOX).tobytes()
    for top, bottom in _runs(rows, least):
        left, right, count = _across(bars, (top + bottom) // 2)
        if count >= _BARS:
            yield round(left * scale), round(top * scale), round(right * scale), round(bottom * scale)


def _runs(rows: bytes, least: int) -> Iterator[tuple[int, int]]:
    """Where rows full of strokes begin and end: strokes of letters that touch the code go on, but are few."""
    start = None
    for place, share in enumerate((*rows, 0)):
        if share > _SOME * 255 and start is None:
            start = place
        elif share <= _SOME * 255 and start is not None:
            half = max(rows[start:place]) / 2
            full = [at for at in range(start, place) if rows[at] > half]
            if full[-1] - full[0] >= least // 2:
                yield full[0], full[-1] + 1
            start = None


def _across(bars: Image.Image, row: int) -> tuple[int, int, int]:
    """Left, right and number of the bars in a row."""
    line = bars.crop((0, row, bars.width, row + 1)).tobytes()
    return line.find(255), line.rfind(255) + 1, line.count(b"\0\xff")
