"""Who sells and who buys: numbers and mailboxes, by the part of the page they stand in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from app.extraction.blocks import Block
from app.extraction.evidence import Evidence
from app.extraction.labels import fold, tables
from app.extraction.ours import Ours
from app.extraction.spots import Spot, Values

_FOOT = 0.85
"""Share of the page below which only the seller writes."""
_WORDS = 6
"""Words before a number that may say whose it is."""


@dataclass(slots=True)
class Side:
    """What was read of one party, with where it stood."""

    spots: dict[str, tuple[Spot | None, str, float]] = field(default_factory=dict)
    """By name (`name`, `vat`, `siren`, `siret`, `email`, `address`): spot, value, confidence."""

    def put(self, name: str, spot: Spot | None, value: str, confidence: float) -> None:
        """Keep the surest."""
        if value and (name not in self.spots or self.spots[name][2] < confidence):
            self.spots[name] = (spot, value, confidence)


def add_numbers(
    evidence: Evidence, values: Values, blocks: list[Block], sides: tuple[Side, Side], ours: Ours | None = None
) -> None:
    """VAT numbers, SIREN, SIRET, e-mail: ours to our side, others to that of their block or words, else the seller."""
    at, (seller, buyer) = _by_line(blocks), sides
    for name, spots in (
        ("vat", values.vats),
        ("siren", values.sirens),
        ("siret", values.sirets),
        ("email", values.mails),
    ):
        free = []
        for spot in spots:
            block = _block_of(at, spot)
            if ours and ours.is_number(name, str(spot.value)):
                (seller if ours.side == "seller" else buyer).put(name, spot, str(spot.value), 0.9)
                continue
            if block is not None and block.side == "third_party" and block.sure >= 0.4:
                continue
            if _is_said_yours(evidence, spot):
                buyer.put(name, spot, str(spot.value), 0.85 if spot.is_right else 0.45)
            elif block is not None and block.side and block.sure >= 0.4:
                side = seller if block.side == "seller" else buyer
                side.put(name, spot, str(spot.value), 0.9 if spot.is_right else 0.45)
            else:
                free.append(spot)
        _add_free(name, free, seller, buyer)


def _is_said_yours(evidence: Evidence, spot: Spot) -> bool:
    """Whether the words before a number say that it is the customer's: "N° TVA client", "Ihre USt-IdNr."."""
    before = spot.line.text[: spot.start].rstrip(" \t:.").rpartition("\t")[2]
    words, first = re.findall(r"[^\W_]+", fold(before)), spot.line.text.index(before)
    names_customer = len(words) <= _WORDS and any(
        "buyer" in label.roles and first <= label.start for label in evidence.labels_in((spot.line, 0, spot.start))
    )
    return names_customer or not _yours().isdisjoint(words[-_WORDS:])


@cache
def _yours() -> frozenset[str]:
    return frozenset(tables()["words"]["yours"])


def _add_free(name: str, free: list[Spot], seller: Side, buyer: Side) -> None:
    """Numbers in no party's block: in the footer or at the top left, they are the seller's; misprints are no rivals."""
    known = buyer.spots.get(name, (None, "", 0))[1]
    free = [spot for spot in free if spot.value != known]
    has_own = seller.spots.get(name, (None, "", 0.0))[2] >= 0.9
    right = [spot for spot in free if spot.is_right] or free
    is_one = len({spot.value for spot in right}) == 1 and not has_own
    first = 0.95 if is_one or _one_at_the_foot(right) else 0.85
    for rank, spot in enumerate(sorted(free, key=lambda spot: (not spot.is_right, _place(spot)))):
        sure = first - 0.1 * min(rank, 3)
        seller.put(name, spot, str(spot.value), sure if spot.is_right else min(sure, 0.45))


def _one_at_the_foot(free: list[Spot]) -> bool:
    """Whether one number stands at the foot, where only the seller writes."""
    return len({spot.value for spot in free if _is_at_the_foot(spot)}) == 1


def _is_at_the_foot(spot: Spot) -> bool:
    return spot.area[1] > _FOOT * (spot.line.page.height or 1)


def _place(spot: Spot) -> float:
    """Small where the seller writes: the footer, the letterhead, the left."""
    page = spot.line.page
    y, x = spot.area[1] / (page.height or 1), spot.area[0] / (page.width or 1)
    if _is_at_the_foot(spot):
        return 0.1
    return 0.2 + (0.3 if x > 0.5 and y < 0.45 else 0.0) + 0.1 * y


def _by_line(blocks: list[Block]) -> dict[int, list[tuple[int, int, Block]]]:
    """What stands on each line: asked for every number, and a page may hold thousands of both."""
    at: dict[int, list[tuple[int, int, Block]]] = {}
    for block in blocks:
        for line, start, end in block.parts:
            at.setdefault(line.index, []).append((start, end, block))
    return at


def _block_of(at: dict[int, list[tuple[int, int, Block]]], spot: Spot) -> Block | None:
    return next((block for start, end, block in at.get(spot.line.index, ()) if start <= spot.start < end), None)
