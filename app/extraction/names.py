"""The names of seller and buyer: every place that could hold one has a vote."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from app.extraction.evidence import Evidence, column_around
from app.extraction.labels import Label, fold
from app.extraction.layout import Line
from app.extraction.ours import Ours
from app.extraction.parties import bare_name
from app.extraction.sides import ADDRESS, CONTACT, POSTCODE, Block, Side, has_legal_form, may_be_name, without_label
from app.extraction.spots import Spot, Values

_PARTED = re.compile(r"\s*[●•·|*–—]\s*|\s+-\s+")
_SECTION = 10
"""Lines that a heading such as "Seller" may rule over."""
_BY_KIND = {"label": 0.85, "holder": 0.45, "sender": 0.6, "form": 0.45, "top": 0.3, "block": 0.45}


@dataclass(slots=True)
class Name:
    """One name and what speaks for it."""

    spot: Spot
    text: str
    kinds: set[str] = field(default_factory=set)
    block: Block | None = None

    def score(self) -> float:
        """The strongest reason, and a little for each further one."""
        scores = sorted((_BY_KIND[kind] for kind in self.kinds), reverse=True)
        return min(0.9, scores[0] + 0.12 * (len(scores) - 1))


def add_names(
    evidence: Evidence, values: Values, blocks: list[Block], sides: tuple[Side, Side], ours: Ours | None = None
) -> None:
    """Give both sides their name and address; a name of ours goes to our side only."""
    seller, buyer = sides
    sells = _of_side("seller", _labelled(evidence, blocks, "seller"), ours)
    buys = _of_side("buyer", _labelled(evidence, blocks, "buyer"), ours)
    known = {bare_name(name.text) for name in buys}
    free = _of_side("seller", _sellers(evidence, blocks), ours)
    sells += [name for name in free if bare_name(name.text) not in known]
    best = _best(sells, values)
    if best is not None:
        _put(seller, best)
    own = bare_name(best.text) if best else ""
    free = _of_side("buyer", _addressees(evidence, blocks), ours)
    buys += [name for name in free if bare_name(name.text) != own]
    best = _best(buys, None)
    if best is not None:
        _put(buyer, best)


def _of_side(side: str, names: list[Name], ours: Ours | None) -> list[Name]:
    """On the other side none of ours; on our side ours alone, where it is among them."""
    if ours is None:
        return names
    if side != ours.side:
        return [name for name in names if not ours.is_name(name.text)]
    return [name for name in names if ours.is_name(name.text)] or names


def _labelled(evidence: Evidence, blocks: list[Block], side: str) -> list[Name]:
    """Names in the blocks and sections that a label gives to this side."""
    names = _in_sections(evidence, side)
    for block in blocks:
        if block.side == side and block.sure >= 0.4:
            names += _first_of(evidence, block, "label" if block.sure > 0.8 else "block")
    return names


def _in_sections(evidence: Evidence, side: str) -> list[Name]:
    """ "Name: …" below a heading that names the side."""
    names, heading = [], None
    for line in evidence.layout.lines:
        for label in evidence.labels_of[line.index]:
            roles = label.roles & {"seller", "buyer", "third_party"}
            if roles and _stands_alone(label):
                heading = (line, roles)
            elif "name" in label.roles and heading and side in heading[1] and _rules(heading[0], line):
                names += _after(evidence, label)
    return names


def _rules(heading: Line, line: Line) -> bool:
    """Whether a line is near enough below a heading to belong to it."""
    return heading.page is line.page and line.index - heading.index <= _SECTION


def _stands_alone(label: Label) -> bool:
    """Whether a label is all there is on its line, as a heading is."""
    text = label.line.text
    return not any(c.isalnum() for c in text[: label.start] + text[label.end :]) or (
        len(label.line.columns()) == 1 and (label.end - label.start > 0.6 * len(text))
    )


def _after(evidence: Evidence, label: Label) -> list[Name]:
    """The name to the right of its label."""
    line = label.line
    start = label.end + len(line.text[label.end :]) - len(line.text[label.end :].lstrip(" :.\t-"))
    if start >= len(line.text):
        return []
    _, end = column_around(line, start)
    return _named(evidence, (line, start, end), "label", None)


def _first_of(evidence: Evidence, block: Block, kind: str) -> list[Name]:
    """The name in a block: a line with a legal form among the first ones, else the first that can be a name."""
    possible = [part for part in block.parts[:5] if may_be_name(evidence, part) and not _is_salutation(evidence, part)]
    with_form = [part for part in possible[:3] if has_legal_form(part[0].text[part[1] : part[2]])]
    return [name for part in (with_form or possible)[:1] for name in _named(evidence, part, kind, block)]


def _named(evidence: Evidence, part: tuple[Line, int, int], kind: str, block: Block | None) -> list[Name]:
    line, start, end = without_label(evidence, part)
    text = line.text[start:end].strip(" :-,;*●•·|")
    if sum(character.isalpha() for character in text) < 2:
        return []
    start = line.text.index(text, start)
    spot = Spot(line, start, start + len(text), text, line.area_of(start, start + len(text)))
    return [Name(spot, text, {kind}, block)]


def _is_salutation(evidence: Evidence, part: tuple[Line, int, int]) -> bool:
    line, start, end = part
    found = [label for label in evidence.labels_of[line.index] if start <= label.start < end]
    return any("salutation" in label.roles and label.end - label.start > 0.7 * (end - start) for label in found)


def _sellers(evidence: Evidence, blocks: list[Block]) -> list[Name]:
    """Names where a seller that no label announces puts its own."""
    names = []
    first = [block for block in blocks if block.parts[0][0].page.number == 1]
    items = min(evidence.item_headers, default=10_000)
    for block in first:
        if block.side in ("buyer", "third_party") and block.sure >= 0.4:
            continue
        page = block.parts[0][0].page
        for part in block.parts:
            text = part[0].text[part[1] : part[2]]
            names += _sender(evidence, part, text)
            if has_legal_form(text) and may_be_name(evidence, part):
                names += _named(evidence, part, "form", block)
        if block.area[1] < 0.3 * page.height and block.parts[0][0].index < items:
            names += _first_of(evidence, block, "block" if block.has_postcode() else "top")
    for labels in evidence.labels_of.values():
        for label in labels:
            if "account_holder" in label.roles and label.line.text[label.end : label.end + 2].strip()[:1] == ":":
                names += [Name(name.spot, name.text, {"holder"}) for name in _after(evidence, label)]
    return names


def _sender(evidence: Evidence, part: tuple[Line, int, int], text: str) -> list[Name]:
    """The first part of "Firma ● Street 1 ● 12345 Town", as it stands above an address or at the foot."""
    pieces = _PARTED.split(text.strip())
    if len(pieces) == 1:
        pieces = text.strip().split(", ")
        if not has_legal_form(pieces[0]):
            return []
    if len(pieces) < 2 or not any(POSTCODE.search(piece) for piece in pieces[1:]) or len(pieces[0]) < 3:
        return []
    if POSTCODE.search(pieces[0]) or ADDRESS.search(pieces[0]):
        return []
    line, start, _ = part
    at = line.text.index(pieces[0], start)
    found = (line, at, at + len(pieces[0]))
    return _named(evidence, found, "sender", None) if may_be_name(evidence, found) else []


def _addressees(evidence: Evidence, blocks: list[Block]) -> list[Name]:
    """Names above an address in the upper half that no label gives to anybody, those on the right first."""
    names = []
    for block in sorted(blocks, key=lambda block: -block.area[0]):
        page = block.parts[0][0].page
        if page.number == 1 and not block.side and block.has_postcode() and block.area[1] < 0.5 * page.height:
            above = _chain_above(blocks, block)
            found = [name for one in above for name in _first_of(evidence, one, "block")]
            names += found[:1] or _first_of(evidence, block, "block")
    return names


def _chain_above(blocks: list[Block], block: Block) -> list[Block]:
    """The blocks above an address that share its left edge, wide apart as in a window envelope; the highest first."""
    chain = []
    for other in sorted(blocks, key=lambda other: -other.area[1]):
        height = block.parts[0][0].height
        is_near = 0 < block.area[1] - other.area[3] < 3 * height and abs(block.area[0] - other.area[0]) < 0.4 * height
        if other.parts[0][0].page is block.parts[0][0].page and is_near and not other.has_postcode():
            chain.insert(0, other)
            block = other
    return chain


def _best(names: list[Name], values: Values | None) -> Name | None:
    """The name with most votes; the same name at several places counts once for each reason."""
    merged: dict[str, Name] = {}
    for name in names:
        key = bare_name(name.text)
        kept = merged.setdefault(key, name)
        kept.kinds |= name.kinds
        kept.block = kept.block or name.block
    ranked = sorted(merged.values(), key=lambda name: -_with_domain(name, values))
    return ranked[0] if ranked else None


def _with_domain(name: Name, values: Values | None) -> float:
    """More for a name that is in the address of a mailbox or a website."""
    page = name.spot.line.page
    place = -0.001 * name.spot.line.index
    if values is None:
        return name.score() + place
    place -= 0.14 * name.spot.area[0] / (page.width or 1)  # letterheads begin on the left
    compact = re.sub("[^a-z0-9]", "", fold(bare_name(name.text)))
    domains = {re.sub("[^a-z0-9]", "", str(mail.value).rpartition("@")[2].rsplit(".", 1)[0]) for mail in values.mails}
    is_known = len(compact) > 3 and any(
        compact in domain or (len(domain) > 3 and domain in compact) for domain in domains
    )
    return name.score() + place + (0.25 if is_known else 0)


def _put(side: Side, name: Name) -> None:
    side.put("name", name.spot, name.text, round(min(name.score(), 0.88), 2))  # nothing proves a name
    if name.block is None:
        return
    below = [line.text[start:end].strip() for line, start, end in name.block.parts if line.index > name.spot.line.index]
    address = [text for text in below if (ADDRESS.search(text) or POSTCODE.search(text)) and not CONTACT.search(text)]
    if address:
        side.put("address", name.spot, "\n".join(address[:4]), min(name.score(), 0.8))
