"""Dots that lead to an amount, and grids of tables, wiped out: OCR takes them, and what they touch, for letters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from PIL import Image, ImageChops

from app.reader import strokes

_FAINT, _DARK = 222, 150
"""Brightness below which a rule is ink, and a dot."""
_ACROSS, _DOWN, _THICK = 14, 18, 140
"""Parts of the width and of the height that a rule fills at least one of: letters and underlined words are shorter; and
of the width at most: more is a band."""
_DOTS = 9
"""Dots that lead to something, at least."""
_DOT, _GAP, _CLEAR = 400, 100, 130
"""Parts of the width that a dot, the gap to the next, and the white above them fill one of."""
_SOME = 2
"""Of 255 in a row, on average: the least that so many dots make."""
_SPECKS = 0.005
"""Of what should be white."""
_RUN = re.compile(rb"[^\x00]+")

Box = tuple[int, int, int, int]


def without_leaders(grey: Image.Image) -> Image.Image:
    """A level picture with an even background, white where dots lead to something."""
    boxes = list(leaders(grey))
    if boxes:
        grey = grey.copy()
        for box in boxes:
            grey.paste(255, box)
    return grey


def without_grids(grey: Image.Image) -> Image.Image:
    """The same, white where rules of grids go across; the very picture where there are none."""
    ruled = grid(grey)
    if ruled.getbbox():
        grey = grey.copy()
        grey.paste(255, mask=ruled.resize(grey.size, Image.Resampling.NEAREST))
    return grey


def grid(grey: Image.Image) -> Image.Image:
    """White where a rule goes across the page that others cross, in a copy half as large.

    Where none does, rules part lines, and Tesseract is used to them; those that go down part columns.
    """
    ink = grey.reduce(2).point(lambda level: 255 if level < _FAINT else 0)
    found = Image.new("L", ink.size, 0)
    down = strokes.only(_thick(ink, strokes.ACROSS), strokes.DOWN, ink.height // _DOWN)
    if down.getbbox():
        across = strokes.only(_thick(ink, strokes.DOWN), strokes.ACROSS, ink.width // _ACROSS)
        across = ImageChops.subtract(across, strokes.only(across, strokes.DOWN, ink.width // _THICK))
        for box in _parts(across):
            left, top, right, bottom = box
            if down.crop((left - 2, top - 2, right + 2, bottom + 2)).getbbox():
                found.paste(across.crop(box), box)
    return _thick(found, strokes.UP)


def _thick(ink: Image.Image, way: tuple[int, int]) -> Image.Image:
    """A pixel thicker: no rule of a scan is quite level."""
    return ImageChops.lighter(ink, strokes.moved(ink, *way))


def _parts(across: Image.Image) -> Iterator[Box]:
    """Where the strokes stand that go across."""
    for rows in _RUN.finditer(across.resize((1, across.height), Image.Resampling.BOX).tobytes()):
        band = across.crop((0, rows.start(), across.width, rows.end()))
        for columns in _RUN.finditer(band.resize((band.width, 1), Image.Resampling.BOX).tobytes()):
            yield columns.start(), rows.start(), columns.end(), rows.end()


def leaders(grey: Image.Image) -> Iterator[Box]:
    """Where rows of dots lead from a word to a number: nothing stands above or below them, as it does with letters."""
    dot, gap, clear = (grey.width // part + 1 for part in (_DOT, _GAP, _CLEAR))
    half = dot // 2 + 1
    ink = grey.point(lambda level: 255 if level < _DARK else 0)
    above = strokes.moved(strokes.drawn_out(ink, strokes.DOWN, clear), 0, half + 1)
    below = strokes.moved(strokes.drawn_out(ink, strokes.UP, clear), 0, -half - 1)
    alone = ImageChops.subtract(ink, ImageChops.lighter(above, below))
    dots = re.compile(rb"(?:\xff{1,%d}\x00{1,%d}){%d,}" % (dot, gap, _DOTS))
    for row, share in enumerate(alone.resize((1, alone.height), Image.Resampling.BOX).tobytes()):
        for run in dots.finditer(alone.crop((0, row, alone.width, row + 1)).tobytes()) if share >= _SOME else ():
            box = run.start(), row - half, run.start() + len(run[0].rstrip(b"\0")), row + half + 1
            if _height(ink.crop(box)) <= dot and not _has_ink(ink, box, -clear) and not _has_ink(ink, box, clear):
                yield box


def _height(ink: Image.Image) -> int:
    """How many rows have more than specks."""
    return sum(share > 255 * _SPECKS for share in ink.resize((1, ink.height), Image.Resampling.BOX).tobytes())


def _has_ink(ink: Image.Image, box: Box, clear: int) -> bool:
    """Whether more than specks stand right below a box, or above it where `clear` is negative."""
    left, top, right, bottom = box
    part = ink.crop((left, bottom, right, bottom + clear) if clear > 0 else (left, top + clear, right, top))
    return part.histogram()[255] > _SPECKS * part.width * part.height
