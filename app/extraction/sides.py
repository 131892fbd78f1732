"""Who sells and who buys: numbers and mailboxes, by the part of the page they stand in."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.extraction.blocks import Block, find_blocks
from app.extraction.evidence import Evidence
from app.extraction.ours import Ours
from app.extraction.spots import Spot, Values


@dataclass(slots=True)
class Side:
    """What was read of one party, with where it stood."""

    spots: dict[str, tuple[Spot | None, str, float]] = field(default_factory=dict)
    """By name (`name`, `vat`, `siren`, `siret`, `email`, `address`): spot, value, confidence."""

    def put(self, name: str, spot: Spot | None, value: str, confidence: float) -> None:
        """Keep the surest."""
        if value and (name not in self.spots or self.spots[name][2] < confidence):
            self.spots[name] = (spot, value, confidence)


def find_numbers(evidence: Evidence, values: Values, ours: Ours | None = None) -> tuple[Side, Side, list[Block]]:
    """What the seller and the buyer are known by, but for their names, and the blocks of the page."""
    blocks = find_blocks(evidence)
    seller, buyer = Side(), Side()
    _add_numbers(values, blocks, seller, buyer, ours)
    return seller, buyer, blocks


def _add_numbers(values: Values, blocks: list[Block], seller: Side, buyer: Side, ours: Ours | None) -> None:
    """VAT numbers, SIREN, SIRET, e-mail: ours to our side, others to that of their block, else to the seller."""
    at = _by_line(blocks)
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
            if block is not None and block.side and block.sure >= 0.4:
                side = seller if block.side == "seller" else buyer
                side.put(name, spot, str(spot.value), 0.9 if spot.is_right else 0.45)
            else:
                free.append(spot)
        _add_free(name, free, seller, buyer)


def _add_free(name: str, free: list[Spot], seller: Side, buyer: Side) -> None:
    """Numbers in no party's block: in the footer or at the top left, they are the seller's."""
    known = buyer.spots.get(name, (None, "", 0))[1]
    free = [spot for spot in free if spot.value != known]
    first = 0.95 if len({spot.value for spot in free}) == 1 else 0.85
    for rank, spot in enumerate(sorted(free, key=_place)):
        sure = first - 0.1 * min(rank, 3)
        seller.put(name, spot, str(spot.value), sure if spot.is_right else min(sure, 0.45))


def _place(spot: Spot) -> float:
    """Small where the seller writes: the footer, the letterhead, the left."""
    page = spot.line.page
    y, x = spot.area[1] / (page.height or 1), spot.area[0] / (page.width or 1)
    if y > 0.85:
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
