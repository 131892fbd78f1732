"""Several documents of one party that come to one amount together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import accumulate

MOST = 12
"""Open documents of a party that are tried together; all of them, or the oldest in a row, may be more."""
SEVERAL = 12
"""Answers that are given."""
Places = tuple[int, ...]


def coming_to(wanted: int, minors: Sequence[int]) -> list[Places]:
    """Which of these amounts, by their places, come to the wanted one: the oldest in a row, then any, the fewest first.

    Amounts that run against the others are below zero.
    """
    found: dict[Places, None] = {}
    for places in _ways(wanted, minors):
        found[places] = None
        if len(found) == SEVERAL:
            break
    return list(found)


def _ways(wanted: int, minors: Sequence[int]) -> Iterator[Places]:
    for place, total in enumerate(accumulate(minors)):
        if place and total == wanted:
            yield tuple(range(place + 1))
    few = minors[:MOST]
    half = len(few) // 2
    firsts: dict[int, list[Places]] = defaultdict(list)
    for places, total in _subsets(few[:half], 0):
        firsts[total].append(places)
    lasts = _subsets(few[half:], half)
    every = [(*first, *last) for last, total in lasts for first in firsts.get(wanted - total, ())]
    yield from sorted((places for places in every if len(places) > 1), key=lambda places: (len(places), places))


def _subsets(minors: Sequence[int], start: int) -> list[tuple[Places, int]]:
    """All of them, the empty one too, with what each comes to."""
    found: list[tuple[Places, int]] = [((), 0)]
    for place, minor in enumerate(minors, start):
        found += [((*places, place), total + minor) for places, total in found]
    return found
