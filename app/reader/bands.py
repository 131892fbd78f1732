"""Print on dark and tinted bands, as titles and totals are set, made print on paper: Tesseract would pass it over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from statistics import median

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

_CELL, _CELLS = 8, 290
"""Pixels of the squares in which bands are looked for, at least, and how many lie along the long side, at most."""
_TINTED = 0.72
"""Of the brightness of paper around: a darker square is no paper with print on it."""
_RUN = re.compile(rb"\xff(?:\xff|\x00(?=\xff)){15,}")
"""Squares in a row: a band is no shorter, and a letter may make a hole in it."""
_LOWEST, _HIGHEST = 3, 0.25
"""Squares that a band is high at least, and how much of the picture at most: more is a photograph."""
_NEAR, _EVEN = 20, 0.7
"""So much of a band has its tint, or nearly: codes and photographs have none."""
_APART = 50
"""So much brighter or darker than the band, of 255, is print on it."""
_MOST = 100
"""The largest of so many are lifted: more are a pattern."""
_PRINTED = 0.02
"""Of the inner part of the band at least: the stroke of a large letter has nothing in it."""
_RIM = 0.15
"""Of its height, around the inner part."""
_EDGE = 5
"""Pixels that are wiped out along the edges: what is left of them would be a frame, and print in frames is missed."""

_END = 25
"""Of its width, one of so many at either end: print seldom reaches so far."""

Box = tuple[int, int, int, int]


def lifted(grey: Image.Image) -> Image.Image:
    """The picture with what is printed on bands, light on dark or dark on grey, as if it were dark print on paper."""
    lifted, done = grey, []
    largest = sorted(find(grey), key=_size, reverse=True)[:_MOST]
    for box in sorted({_grown(grey, box) for box in largest}, key=_size, reverse=True):
        is_lighter = None if any(_holds(other, box) for other in done) else _is_lighter(grey, box)
        if is_lighter is not None:
            band, lifted = grey.crop(box), grey.copy() if lifted is grey else lifted
            lifted.paste(ImageOps.autocontrast(ImageOps.invert(band) if is_lighter else band, cutoff=(1, 50)), box)
            left, top, right, bottom = box
            edges = (left - _EDGE // 2, top - _EDGE // 2, right + _EDGE // 2, bottom + _EDGE // 2)
            ImageDraw.Draw(lifted).rectangle(edges, outline=255, width=_EDGE)
            done.append(box)
    return lifted


def find(grey: Image.Image) -> Iterator[Box]:
    """Where tinted bands stand in a level picture, at most twice as high as wide."""
    cell = max(_CELL, max(grey.size) // _CELLS)
    width, height = grey.width // cell, grey.height // cell
    if min(width, height) < 8:
        return
    half = grey.resize((2 * width, 2 * height), Image.Resampling.BOX).filter(ImageFilter.MedianFilter(5))
    tinted = _tinted(half.resize((width, height), Image.Resampling.BOX))
    rows = tinted.tobytes()
    begun: list[tuple[int, int, int]] = []
    for row in range(height + 1):
        line = rows[row * width : (row + 1) * width]
        runs = [found.span() for found in _RUN.finditer(line)]
        fresh, going_on = dict.fromkeys(runs), []
        for left, top, right in begun:
            run = next((run for run in runs if run[0] < right and left < run[1]), None)
            if run is None:
                yield from _exactly(grey, tinted, (left, top, right, row), cell)
            elif run in fresh:  # else another took it, of which this was a part between two words
                del fresh[run]
                going_on.append((min(left, run[0]), top, max(right, run[1])))
        begun = going_on + [(left, row, right) for left, right in fresh]


def _size(box: Box) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])


def _holds(outer: Box, box: Box) -> bool:
    """Whether the middle of a box lies in another: the gap between two words of a band is no band of its own."""
    x, y = (box[0] + box[2]) // 2, (box[1] + box[3]) // 2
    return outer[0] <= x < outer[2] and outer[1] <= y < outer[3]


def _tinted(cells: Image.Image) -> Image.Image:
    """White where a square is darker than paper around it, black elsewhere."""
    far = cells.resize((cells.width // 4 + 1, cells.height // 4 + 1), Image.Resampling.BOX)
    paper = far.filter(ImageFilter.MaxFilter(7)).resize(cells.size, Image.Resampling.BILINEAR)
    return ImageChops.subtract(paper.point(lambda level: int(level * _TINTED)), cells).point(
        lambda level: 255 if level else 0
    )


def _exactly(grey: Image.Image, tinted: Image.Image, cells: Box, cell: int) -> Iterator[Box]:
    """The band's edges to the pixel, if it is one."""
    left, top, right, bottom = cells
    high = bottom - top
    if not (_LOWEST <= high <= _HIGHEST * tinted.height and 2 * (right - left) >= high):
        return
    x, y = max(left - 1, 0) * cell, max(top - 1, 0) * cell
    part = grey.crop((x, y, min((right + 1) * cell, grey.width), min((bottom + 1) * cell, grey.height)))
    columns = _dark_half(part.resize((part.width, 1), Image.Resampling.BOX).tobytes())
    lines = _dark_half(part.resize((1, part.height), Image.Resampling.BOX).tobytes())
    yield x + columns[0], y + lines[0], x + columns[-1] + 1, y + lines[-1] + 1


def _grown(grey: Image.Image, box: Box) -> Box:
    """As far up and down as both its ends keep its tint: large print in its middle, and rules, had cut it."""
    left, top, right, bottom = box
    wide = max(_EDGE, (right - left) // _END)
    ends = [
        grey.crop((start, 0, start + wide, grey.height)).resize((1, grey.height), Image.Resampling.BOX).tobytes()
        for start in (left + _EDGE, right - _EDGE - wide)
    ]
    tint = median(ends[0][top:bottom])
    is_tinted = [all(abs(level - tint) <= _NEAR for level in levels) for levels in zip(*ends, strict=True)]
    return left, top - _length(is_tinted[:top][::-1]), right, bottom + _length(is_tinted[bottom:])


def _length(is_tinted: list[bool]) -> int:
    """How far the tint goes on, but for rules across it."""
    last = 0
    for at, is_so in enumerate(is_tinted, 1):
        if is_so:
            last = at
        elif at - last > _EDGE:
            break
    return last


def _dark_half(levels: bytes) -> list[int]:
    """Where it is nearer to the usual level than to the brightest."""
    middle = (sorted(levels)[len(levels) // 2] + max(levels)) / 2
    return [at for at, level in enumerate(levels) if level <= middle]


def _is_lighter(grey: Image.Image, box: Box) -> bool | None:
    """Whether print on the band is lighter than its tint, or darker; None where it has none, or is paper itself."""
    left, top, right, bottom = box
    rim = max(_EDGE, round(_RIM * (bottom - top)))
    if min(right - left, bottom - top) <= 2 * rim:
        return None
    near_by = (left - 2 * _CELL, top - 2 * _CELL, right + 2 * _CELL, bottom + 2 * _CELL)
    around = (max(near_by[0], 0), max(near_by[1], 0), min(near_by[2], grey.width), min(near_by[3], grey.height))
    counts = grey.crop((left + rim, top + rim, right - rim, bottom - rim)).histogram()
    all_ = sum(counts)
    tint, paper = _brightness(counts, 0.5), _brightness(grey.crop(around).histogram(), 0.95)
    near = sum(counts[max(tint - _NEAR, 0) : tint + _NEAR + 1])
    lighter, darker = sum(counts[tint + _APART :]), sum(counts[: max(tint - _APART, 0)])
    if tint > _TINTED * paper or near < _EVEN * all_ or max(lighter, darker) < _PRINTED * all_:
        return None
    return lighter > darker


def _brightness(counts: list[int], share: float) -> int:
    """That of the pixel which has this share of all below it."""
    reached, wanted = 0, share * sum(counts)
    for level, count in enumerate(counts):
        reached += count
        if reached >= wanted:
            return level
    return 255
