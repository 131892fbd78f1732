"""Several documents of one party that come to one amount together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import accumulate, combinations

MOST = 12
"""Open documents of a party that are tried together; all of them, or the oldest in a row, may be more."""
SEVERAL = 6
"""Answers that are given."""
Places = tuple[int, ...]


def coming_to(wanted: int, minors: Sequence[int]) -> list[Places]:
    """Which of these amounts, by their places, come to the wanted one: the oldest in a row, then up to four of any.

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
    pairs: dict[int, list[Places]] = defaultdict(list)
    for one, other in combinations(range(len(few)), 2):
        pairs[few[one] + few[other]].append((one, other))
    yield from pairs.get(wanted, ())
    for place, minor in enumerate(few):
        yield from ((*pair, place) for pair in pairs.get(wanted - minor, ()) if pair[1] < place)
    for total, ones in pairs.items():
        if others := pairs.get(wanted - total):
            yield from ((*one, *other) for one in ones for other in others if one[1] < other[0])
