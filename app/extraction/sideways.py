"""Text that runs up or down the page, as who sent it stands in many a margin, turned to be read."""

from __future__ import annotations

from itertools import groupby

from app.reader.contents import Page, Word

Area = tuple[float, float, float, float]
"""x0, y0, x1, y1 in points, so that distances mean the same in both directions."""
Placed = tuple[Area, Word]
UNKNOWN, UPRIGHT, UP, DOWN, ALONE = range(5)
"""`ALONE` runs up or down: one word does not tell which."""
_SHORT = 2
"""Characters: so few are as high as wide whichever way they run."""
_APART = 10
"""Heights of a word between the page and what is laid out below it: no label of the page is near."""


def by_direction(placed: list[Placed], page: Page, usual: float) -> tuple[list[Placed], list[list[Placed]]]:
    """The upright words, then those that run up, then those that run down, laid out below the page as if upright.

    What OCR makes of sideways text is noise, and left out. `usual` is how high a word is, in points.
    """
    if page.source == "ocr":
        return [each for each in placed if _way([each], usual) in (UPRIGHT, UNKNOWN)], []
    groups = [list(words) for _line, words in groupby(placed, key=lambda item: (item[1].block, item[1].line))]
    ways = [_way(group, usual) for group in groups]
    alone = DOWN if ways.count(DOWN) > ways.count(UP) else UP
    is_upright = UPRIGHT in ways or {UP, DOWN, ALONE}.isdisjoint(ways)
    instead = {ALONE: alone, UNKNOWN: UPRIGHT if is_upright else alone}
    parted: dict[int, list[Placed]] = {UPRIGHT: [], UP: [], DOWN: []}
    for way, group in zip(ways, groups, strict=True):
        parted[instead.get(way, way)] += group
    turned, top = [], page.height + _APART * usual if parted[UPRIGHT] else 0.0
    for way in (UP, DOWN):
        if parted[way]:
            turned.append([(_turned(area, page, top, way), word) for area, word in parted[way]])
            top += page.width + _APART * usual
    return parted[UPRIGHT], turned


def _way(group: list[Placed], usual: float) -> int:
    """Which way the words of one line run."""
    left, top, right, bottom = zip(*(area for area, _ in group), strict=True)
    height, width = max(bottom) - min(top), max(right) - min(left)
    if any(_is_wide(area, word) for area, word in group):
        return UPRIGHT
    if sum(len(word.text) for _, word in group) <= _SHORT or max(height, width) < 2 * min(height, width):
        return UNKNOWN
    if width > height:
        return UPRIGHT
    if height < 2 * usual:
        return UNKNOWN
    return ALONE if len(group) == 1 else DOWN if top[0] < top[-1] else UP


def _is_wide(area: Area, word: Word) -> bool:
    """Whether so many letters stand beside each other: a line that runs up or down has none such."""
    return len(word.text) > _SHORT and area[2] - area[0] > 1.5 * (area[3] - area[1])


def _turned(area: Area, page: Page, top: float, way: int) -> Area:
    """The area as the page shows it turned by a quarter, and `top` further down."""
    x0, y0, x1, y1 = area
    if way == UP:
        return (page.height - y1, top + x0, page.height - y0, top + x1)
    return (y0, top + page.width - x1, y1, top + page.width - x0)
