"""The page cut into blocks, as addresses are, and whose block each is."""

from __future__ import annotations

from dataclasses import dataclass

from app.extraction.evidence import Evidence
from app.extraction.labels import Label, is_small
from app.extraction.layout import Area, Line
from app.extraction.naming import POSTCODE, sender_in

_NEARBY = 14
"""Blocks back in which the one above is looked for."""


@dataclass(slots=True)
class Block:
    """Lines of one column that stand close together, as an address does."""

    parts: list[tuple[Line, int, int]]
    area: Area
    side: str = ""
    sure: float = 0.0
    is_sender: bool = False
    """Whether it is the one line that shows the sender in the window of an envelope."""

    def take(self, part: tuple[Line, int, int], area: Area) -> None:
        """Add a line below."""
        self.parts.append(part)
        self.area = (min(self.area[0], area[0]), self.area[1], max(self.area[2], area[2]), area[3])

    def text(self) -> list[str]:
        """Its lines."""
        return [line.text[start:end].strip() for line, start, end in self.parts]

    def has_postcode(self) -> bool:
        """Whether one of its lines ends an address."""
        return any(POSTCODE.search(text) for text in self.text())


def find_blocks(evidence: Evidence) -> list[Block]:
    """The blocks of all pages, each with the side that its label names."""
    blocks = _cut(evidence)
    _take_sides(evidence, blocks)
    return blocks


def _cut(evidence: Evidence) -> list[Block]:
    """The pages cut into blocks: a text goes on below where left edges meet, else where right edges or middles do."""
    blocks: list[Block] = []
    for line in evidence.layout.lines:
        for start, end in line.columns():
            part, area = (line, start, end), line.area_of(start, end)
            is_sender = bool(sender_in(*part))
            goes_on = None if is_sender or _begins_side(evidence, part) else _going_on(blocks, line, area)
            if goes_on is None:
                blocks.append(Block([part], area, is_sender=is_sender))
            else:
                goes_on.take(part, area)
    return blocks


def _going_on(blocks: list[Block], line: Line, area: Area) -> Block | None:
    """The block that a text below it belongs to."""
    height = line.height
    near = [block for block in reversed(blocks[-_NEARBY:]) if _ends_right_above(block, line, area)]
    left = (block for block in near if abs(block.area[0] - area[0]) < 1.2 * height)
    other = (
        block
        for block in near
        if min(abs(block.area[2] - area[2]), abs(block.area[0] + block.area[2] - area[0] - area[2]) / 2) < 0.3 * height
    )
    return next(left, None) or next(other, None)


def _ends_right_above(block: Block, line: Line, area: Area) -> bool:
    gap, widest = area[1] - block.area[3], 1.7 if line.page.source == "ocr" else 0.9
    is_near = block.parts[-1][0].page is line.page and -0.5 * line.height < gap < widest * line.height
    return is_near and not block.is_sender


def _begins_side(evidence: Evidence, part: tuple[Line, int, int]) -> bool:
    """Whether a heading such as "Client:" begins another party's block here."""
    return any(_side_of(evidence, label, part)[1] > 0.9 for label in evidence.labels_in(part))


def _take_sides(evidence: Evidence, blocks: list[Block]) -> None:
    """Give each block the side that the label in its first lines, or right above it, names."""
    for position, block in enumerate(blocks):
        for part in block.parts[:2]:
            for label in evidence.labels_in(part):
                side, sure = _side_of(evidence, label, part)
                if sure > block.sure:
                    block.side, block.sure = side, sure
        if not block.side:
            above = _block_above(blocks, position)
            if above is not None and above.side and len(above.parts) <= 2 and above.sure >= 0.6:
                block.side, block.sure = above.side, above.sure * 0.9


def _side_of(evidence: Evidence, label: Label, part: tuple[Line, int, int]) -> tuple[str, float]:
    """The side a label names, surely where it stands alone, beside another for the same, or before a colon."""
    side = next((side for side in ("third_party", "buyer", "seller") if side in label.roles), "")
    if not side:
        return "", 0.0
    line, start, end = part
    same = [other for other in evidence.labels_in(part) if side in other.roles]
    begins = is_small(line.text[start : same[0].start])
    if begins and is_small(_without(line.text, same, start, end)):
        return side, 0.95
    if begins and line.text[label.end : label.end + 3].lstrip()[:1] in (":", "-"):
        return side, 0.95
    return side, 0.45 if is_small(line.text[start : label.start]) and label.length > 1 else 0.2


def _without(text: str, labels: list[Label], start: int, end: int) -> str:
    """What a text says beside its labels."""
    rest = ""
    for label in labels:
        rest, start = rest + text[start : label.start] + " ", label.end
    return rest + text[start:end]


def _block_above(blocks: list[Block], position: int) -> Block | None:
    block = blocks[position]
    height = block.parts[0][0].height
    for other in reversed(blocks[max(0, position - _NEARBY) : position]):
        if other.parts[-1][0].page is block.parts[0][0].page and abs(other.area[0] - block.area[0]) < 3 * height:
            return other if 0 <= block.area[1] - other.area[3] < 3 * height else None
    return None


def is_in_window(senders: list[Block], block: Block) -> bool:
    """Whether a line with the sender stands right above, as in the window of an envelope."""
    height = max(block.parts[0][0].height, 1.0)
    return any(
        sender.parts[0][0].page is block.parts[0][0].page
        and 0.5 * (sender.area[3] - sender.area[1]) < block.area[1] - sender.area[1] < 5 * height
        and abs(sender.area[0] - block.area[0]) < 2 * height
        for sender in senders
    )


def chain_above(blocks: list[Block], block: Block) -> list[Block]:
    """The blocks above an address that share its left edge, wide apart as in a window envelope; the highest first."""
    chain = []
    for other in sorted(blocks, key=lambda other: -other.area[1]):
        height = block.parts[0][0].height
        is_near = 0 < block.area[1] - other.area[3] < 3 * height and abs(block.area[0] - other.area[0]) < 0.4 * height
        if other.parts[0][0].page is block.parts[0][0].page and is_near and _can_be_chained(other):
            chain.insert(0, other)
            block = other
    return chain


def _can_be_chained(block: Block) -> bool:
    """Whether a block has names only: neither an address of its own nor the numbers and days of the document."""
    digits = sum(character.isdigit() for text in block.text() for character in text)
    return not block.has_postcode() and not block.is_sender and digits < 5
