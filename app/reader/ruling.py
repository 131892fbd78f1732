"""Dots that lead to an amount, and grids of tables, wiped out: OCR takes them, and what they touch, for letters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, pairwise
from statistics import median

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
"""Parts of the shorter side that a dot, the gap to the next, and the white above them fill one of."""
_ALIKE, _MOST = 0.8, 500
"""Of the dots of a row; and rows that are looked at: more are a pattern."""
_SOME = 2
"""Of 255 in a row, on average: the least that so many dots make."""
_SPECKS = 0.005
"""Of what should be white."""
_DASH = re.compile(rb"\xff+")
_RUN = re.compile(rb"[^\x00]+")

Box = tuple[int, int, int, int]


def without_leaders(grey: Image.Image) -> Image.Image:
    """A level picture with an even background, white where dots lead to something."""
    return strokes.wiped(grey, leaders(grey))


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
    """Where rows of dots lead from a word to a number: all alike, and with nothing above or below them."""
    dot, gap, clear = (min(grey.size) // part + 1 for part in (_DOT, _GAP, _CLEAR))
    half, ink = dot // 2 + 1, grey.point(lambda level: 255 if level < _DARK else 0)
    marked = _marked(ink, half, clear)
    dots = re.compile(rb"(?<!\xff)(?:\xff{1,%d}+\x00{1,%d}+){%d,}+" % (dot, gap, _DOTS))
    runs = (
        (run.start(), row, run[0].rstrip(b"\0"))
        for row, share in enumerate(marked.resize((1, marked.height), Image.Resampling.BOX).tobytes())
        if share >= _SOME and clear + half <= row < ink.height - clear - half
        for run in dots.finditer(marked.crop((0, row, marked.width, row + 1)).tobytes())
    )
    for left, row, run in islice(runs, _MOST):
        box = left, row - half, left + len(run), row + half + 1
        is_clear = not _has_ink(ink, box, -clear) and not _has_ink(ink, box, clear)
        if is_clear and _height(ink.crop(box)) <= dot and _are_alike(run):
            yield box


def _marked(ink: Image.Image, half: int, clear: int) -> Image.Image:
    """White where ink has nothing above or below it for a while, grey where it has: no run of dots goes past that."""
    above = strokes.moved(strokes.drawn_out(ink, strokes.DOWN, clear), 0, half + 1)
    below = strokes.moved(strokes.drawn_out(ink, strokes.UP, clear), 0, -half - 1)
    beside = ImageChops.darker(ink, ImageChops.lighter(above, below))
    return ImageChops.subtract(ink, beside.point(lambda level: 127 if level else 0))


def _are_alike(run: bytes) -> bool:
    """Whether nearly all dots of a row are as wide and as far apart: strokes of letters are not."""
    dots = [found.span() for found in _DASH.finditer(run)]
    widths = [end - start for start, end in dots]
    steps = [other[0] - one[0] for one, other in pairwise(dots)]
    return all(_share_near(sizes) >= _ALIKE for sizes in (widths, steps))


def _share_near(sizes: list[int]) -> float:
    """How many of these are within a pixel, or a sixth, of the middle one."""
    middle = median(sizes)
    return sum(abs(size - middle) <= max(1, middle / 6) for size in sizes) / len(sizes)


def _height(ink: Image.Image) -> int:
    """How many rows have more than specks."""
    return sum(share > 255 * _SPECKS for share in ink.resize((1, ink.height), Image.Resampling.BOX).tobytes())


def _has_ink(ink: Image.Image, box: Box, clear: int) -> bool:
    """Whether more than specks stand right below a box, or above it where `clear` is negative."""
    left, top, right, bottom = box
    part = ink.crop((left, bottom, right, bottom + clear) if clear > 0 else (left, top + clear, right, top))
    return part.histogram()[255] > _SPECKS * part.width * part.height
