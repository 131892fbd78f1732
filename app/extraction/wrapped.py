"""A date whose year did not fit into its column and stands on the line below."""

from __future__ import annotations

import re
from dataclasses import replace

from app.extraction.dates import find_dates
from app.extraction.layout import Line
from app.extraction.spots import Spot

_YEAR = re.compile(r"\s*((?:19|20)\d\d)\s*")
_LONE_YEAR = re.compile(r"(?:^|\t) ?(?:19|20)\d\d ?(?:\t|$)")
_BEGUN = re.compile(r"\d{1,2}\D{0,6}[^\W\d_]{3,}\D{0,4}$")
_CLOSE = 2.2
"""Heights of a line within which the year follows."""


def find_wrapped(lines: list[Line]) -> list[Spot]:
    """Dates such as "18. Dezember" above a lone "2024", each where it begins."""
    found: list[Spot] = []
    years = {line.index for line in lines if _LONE_YEAR.search(line.text)}
    for at, line in enumerate(lines):
        if years.isdisjoint((line.index + 1, line.index + 2)):
            continue
        for start, end in line.columns():
            if _BEGUN.search(line.text[start:end]) and (year := _year_below(lines[at + 1 : at + 3], line, start, end)):
                for dated in find_dates(f"{line.text[start:end].rstrip()} {year}"):
                    if start + dated.end > end:
                        whole = replace(dated, start=start + dated.start, end=end)
                        found.append(Spot(line, whole.start, end, whole, line.area_of(whole.start, end)))
    return found


def _year_below(following: list[Line], line: Line, start: int, end: int) -> str:
    """The year that stands alone in the same column, right below."""
    left, _, right, _ = line.area_of(start, end)
    for below in following:
        if below.page is not line.page or below.area[1] - line.area[1] > _CLOSE * line.height:
            break
        for first, last in below.columns():
            year = _YEAR.fullmatch(below.text[first:last])
            if year and left - line.height <= below.area_of(first, last)[0] <= right:
                return year[1]
    return ""
