"""The seller and the buyer, chosen as one pair: what speaks for one as the seller speaks against it as the buyer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import product

from app.extraction.naming import has_legal_form
from app.extraction.parties import ALIKE, bare_name, likeness
from app.extraction.witness import (
    Name,
    Witness,
    again,
    can_be_reached,
    has_only_number,
    is_domain,
    is_where_written,
    stands_first,
)

_BY_KIND = {
    "label": 0.85,
    "window": 0.75,
    "sender": 0.6,
    "foot": 0.5,
    "holder": 0.45,
    "block": 0.45,
    "form": 0.35,
    "top": 0.3,
    "chain": 0.3,
}
"""How much the place of a name says about whose it is."""
_LOOKED_AT = 40
"""Names for which all evidence is gathered: a hostile page may hold thousands."""
_MOST = 12
"""Names of each side that are tried with each other."""


def best_pair(said: Witness, sells: Iterable[Name], buys: Iterable[Name]) -> tuple[Name | None, Name | None]:
    """The two names that together explain the page best; one alone where there is no other."""
    writing, addressed = _merged(sells), _merged(buys)
    shared = _shared_lines([*writing, *addressed])
    sellers = _ranked((_as_seller(said, name, shared), name) for name in writing)
    buyers = _ranked((_as_buyer(said, name), name) for name in addressed)
    scored = [
        (one + other + _order(seller, buyer), seller, buyer)
        for (one, seller), (other, buyer) in product(sellers, buyers)
        if not _are_one(seller, buyer)
    ]
    best, seller, buyer = max(scored, key=lambda pair: pair[0], default=(0.0, None, None))
    if best <= 0:
        return None, None
    if seller is not None and buyer is not None:  # one alone is not far ahead: who is missing may be it
        seller.lead, buyer.lead = best - _next_best(scored, 1, seller), best - _next_best(scored, 2, buyer)
    return seller, buyer


def _next_best(scored: list[tuple], place: int, name: Name) -> float:
    """The score of the best pair that has another name on this side; the same one written otherwise is no rival."""
    one = {id(pair[place]) for pair in scored if pair[place] is None or _are_one(pair[place], name)}
    return max((pair[0] for pair in scored if id(pair[place]) not in one), default=0.0)


def by_kind(name: Name) -> float:
    """The strongest reason for a name, and a little for each further one."""
    scores = sorted((_BY_KIND[kind] for kind in name.kinds), reverse=True)
    return min(0.9, scores[0] + 0.12 * (len(scores) - 1))


def _merged(names: Iterable[Name]) -> list[Name]:
    """The same name at several places counts once, for all its reasons; the likeliest first."""
    merged: dict[str, Name] = {}
    for name in names:
        kept = merged.setdefault(bare_name(name.text), name)
        kept.kinds |= name.kinds
        kept.block, kept.around = kept.block or name.block, kept.around or name.around
        kept.is_greeted |= name.is_greeted
    return sorted(merged.values(), key=lambda name: 0.001 * name.spot.line.index - by_kind(name))[:_LOOKED_AT]


def _shared_lines(names: Iterable[Name]) -> set[int]:
    """Lines on which two different names stand beside each other: neither of them comes first."""
    on = {(name.spot.line.index, bare_name(name.text)) for name in names}
    return {line for line, count in Counter(line for line, _ in on).items() if count > 1}


def _ranked(scored: Iterable[tuple[float, Name]]) -> list[tuple[float, Name | None]]:
    return [*sorted(scored, key=lambda pair: -pair[0])[:_MOST], (0.0, None)]


def _as_seller(said: Witness, name: Name, shared: set[int]) -> float:
    """How much speaks for its being who wrote this."""
    score = by_kind(name) - 0.001 * name.spot.line.index
    score += 0.3 * is_domain(said, name.text) + again(said, name.text)
    score += 0.25 * (stands_first(name) and name.spot.line.index not in shared)
    score += 0.35 * has_only_number(said, name) + 0.35 * is_where_written(said, name)
    score -= 0.3 * name.is_greeted  # nobody greets itself
    return score + 0.2 * can_be_reached(name)


def _as_buyer(said: Witness, name: Name) -> float:
    """How much speaks for its being whom this was written to."""
    score = by_kind(name) - 0.001 * name.spot.line.index + 0.05 * has_legal_form(name.text)
    score -= 0.3 * is_domain(said, name.text) + again(said, name.text)
    return score + 0.2 * name.is_greeted - 0.25 * can_be_reached(name)


def _are_one(seller: Name | None, buyer: Name | None) -> bool:
    return seller is not None and buyer is not None and likeness(seller.text, buyer.text) >= ALIKE


def _order(seller: Name | None, buyer: Name | None) -> float:
    """Who writes comes first: higher on the page, or on the left."""
    if seller is None or buyer is None or seller.spot.line.page is not buyer.spot.line.page:
        return 0.0
    one, other = seller.spot.area, buyer.spot.area
    is_beside = abs(one[1] - other[1]) < seller.spot.line.height
    return 0.1 if (one[0] < other[0] if is_beside else one[1] < other[1]) else -0.1
