"""What a sentence says of the date in it: the money is taken that day, or a discount ends."""

from __future__ import annotations

import re
from functools import cache

from app.extraction.dates import Dated, find_dates
from app.extraction.evidence import Evidence, aligned, column_around
from app.extraction.labels import fold, tables
from app.extraction.spots import Spot

_STOP = re.compile(r"(?<!\b\d)(?<!\b\d\d)[.;!?](?:\s|$)")
"""The end of a sentence: the point after a day of the month is none."""
_PAUSE = re.compile(r"[,;](?:\s|$)")
_MOST_WORDS = 7
"""Words of a heading; a sentence has more."""
_CLOSE = 1.6
"""Heights of a line within which the line above may begin the sentence."""


def is_taken(evidence: Evidence, spot: Spot) -> bool:
    """Whether the money is taken from the customer's account that day: "Wir buchen den Betrag am … ab".

    A sentence with several days tells what may come.
    """
    before, after = _around(spot, _STOP, 0, len(spot.line.text))
    if find_dates(before) or find_dates(after):
        return False
    if not _STOP.search(spot.line.text[: spot.start]):
        before = f"{_line_above(evidence, spot)} {before}"
    return _has(f"{before} {after}", "debited")


def was_received(spot: Spot) -> bool:
    """Whether its sentence tells of money that came: "Paiements reçus jusqu'au …"."""
    return _has(" ".join(_around(spot, _STOP, 0, len(spot.line.text))), "received")


def is_about_paying(spot: Spot) -> bool:
    """Whether its sentence is about paying."""
    return _has(" ".join(_around(spot, _STOP, 0, len(spot.line.text))), "paying")


def asks_until(evidence: Evidence, spot: Spot) -> bool:
    """Whether the few words before a date, or right above it, ask for the money until then: "À régler pour le"."""
    first, _ = column_around(spot.line, spot.start)
    before = spot.line.text[first : spot.start].strip(" :")
    heading = [_tokens(text) for text in ([before] if before else _headings(evidence, spot))]
    return any(
        len(said) <= _MOST_WORDS
        and not _words("paying").isdisjoint(said)
        and not _words("until").isdisjoint(said[-3:])
        and _words("received").isdisjoint(said)
        for said in heading
    )


def _headings(evidence: Evidence, spot: Spot) -> list[str]:
    """The text in the column right above a date that stands alone in its own, and the one to its left."""
    first, _ = column_around(spot.line, spot.start)
    found = [spot.line.text[:first].rstrip("\t").rpartition("\t")[2].strip(" :")] if first else []
    index = spot.line.index - 1
    if index >= 0 and evidence.layout.lines[index].page is spot.line.page:
        above = evidence.layout.lines[index]
        found += [
            above.text[start:end].strip(" :")
            for start, end in above.columns()
            if aligned(above.area_of(start, max(end, start + 1)), spot.area, spot.line.height)
        ]
    return [text for text in found if text]


def ends_discount(evidence: Evidence, spot: Spot) -> bool:
    """Whether paying by that day earns a discount: it is not the day by which to pay."""
    dates = [other for other in evidence.spots_of[spot.line.index] if isinstance(other.value, Dated)]
    first = max((other.end for other in dates if other.end <= spot.start), default=0)
    last = min((other.start for other in dates if other.start >= spot.end), default=len(spot.line.text))
    said = _tokens(" ".join(_around(spot, _PAUSE, first, last)))
    found = [place for place, word in enumerate(said) if word in _words("discount")]
    return any(not _words("without").intersection(said[max(place - 2, 0) : place]) for place in found)


def _around(spot: Spot, mark: re.Pattern[str], first: int, last: int) -> tuple[str, str]:
    """The text before and after a date, as far as these marks and places."""
    text = spot.line.text
    before, after = text[first : spot.start], text[spot.end : last]
    start = max((found.end() for found in mark.finditer(before)), default=0)
    end = mark.search(after)
    return before[start:], after[: end.start()] if end else after


def _line_above(evidence: Evidence, spot: Spot) -> str:
    index = spot.line.index - 1
    if index < 0:
        return ""
    line = evidence.layout.lines[index]
    is_close = line.page is spot.line.page and spot.line.area[1] - line.area[1] < _CLOSE * spot.line.height
    has_date = any(isinstance(other.value, Dated) for other in evidence.spots_of[index])
    return _STOP.split(line.text)[-1] if is_close and not has_date else ""


def _has(text: str, name: str) -> bool:
    return not _words(name).isdisjoint(_tokens(text))


def _tokens(text: str) -> list[str]:
    return re.findall(r"[a-z]+", fold(text))


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(tables()["words"][name])
