"""The names of seller and buyer: every place that could hold one has a vote."""

from __future__ import annotations

from dataclasses import replace

from app.extraction.blocks import Block, chain_above, is_in_window
from app.extraction.called import after, first_of, named
from app.extraction.evidence import Evidence
from app.extraction.labels import Label
from app.extraction.layout import Line
from app.extraction.naming import ADDRESS, CONTACT, POSTCODE, company_in, has_legal_form, may_be_name, sender_in
from app.extraction.ours import Ours
from app.extraction.pair import best_pair, by_kind
from app.extraction.parties import bare_name
from app.extraction.sides import Side
from app.extraction.spots import Values
from app.extraction.sureness import FAR_AHEAD, sure_of_name
from app.extraction.witness import FOOT, Name, witness

_MOST = 30
"""Addresses and senders that are looked at: a hostile page may hold thousands."""
_GIVEN = 0.9
"""How surely a block is that of the name in it."""
_SECTION = 10
"""Lines that a heading such as "Seller" may rule over."""


def add_names(
    evidence: Evidence, values: Values, blocks: list[Block], sides: tuple[Side, Side], ours: Ours | None = None
) -> None:
    """Give both sides their name and address; a name of ours goes to our side only."""
    buys = _labelled(evidence, blocks, "buyer")
    known = {bare_name(name.text) for name in buys}
    sells = [name for name in _sellers(evidence, blocks) if bare_name(name.text) not in known]
    sells = _of_side("seller", _labelled(evidence, blocks, "seller") + sells, ours)
    buys = _of_side("buyer", buys + _addressees(evidence, blocks), ours)
    pair = best_pair(witness(evidence, values), sells, buys)
    for whose, side, name, all_names in zip(("seller", "buyer"), sides, pair, (sells, buys), strict=True):
        if name is not None:
            name.is_headed = _headed(all_names) == {bare_name(name.text)}
            _put(side, name)
            _give_block(name, whose)


def _of_side(side: str, names: list[Name], ours: Ours | None) -> list[Name]:
    """On the other side none of ours; on our side ours alone, where it is among them."""
    if ours is None:
        return names
    if side != ours.side:
        return [name for name in names if not ours.is_name(name.text)]
    return [name for name in names if ours.is_name(name.text)] or names


def _headed(names: list[Name]) -> set[str]:
    """Those whose address stands below a heading."""
    with_address = (name for name in names if name.block is not None and name.block.has_postcode())
    return {bare_name(name.text) for name in with_address if "label" in name.kinds}


def _labelled(evidence: Evidence, blocks: list[Block], side: str) -> list[Name]:
    """Names in the blocks and sections that a label gives to this side."""
    names = _in_sections(evidence, side)
    for block in blocks:
        if block.side == side and block.sure >= 0.4:
            names += first_of(evidence, block, "label" if block.sure > 0.8 else "block")
    return names


def _in_sections(evidence: Evidence, side: str) -> list[Name]:
    """ "Name: …" below a heading that names the side."""
    names, heading = [], None
    for line in evidence.layout.lines:
        if line.index in evidence.item_headers:
            continue  # "Nombre" heads a column in French, and is a name in Spanish
        for label in evidence.labels_of[line.index]:
            roles = label.roles & {"seller", "buyer", "third_party"}
            if roles and _stands_alone(label):
                heading = (line, roles)
            elif "name" in label.roles and heading and side in heading[1] and _rules(heading[0], line):
                names += after(evidence, label)
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
            names += _sender(evidence, part)
            names += _at_the_foot(evidence, part, block)
            if has_legal_form(text) and may_be_name(evidence, part):
                names += named(evidence, part, "form", block)
        if block.area[1] < 0.3 * page.height and block.parts[0][0].index < items:
            names += first_of(evidence, block, "block" if block.has_postcode() else "top")
    for labels in evidence.labels_of.values():
        for label in labels:
            if "account_holder" in label.roles and label.line.text[label.end : label.end + 2].strip()[:1] == ":":
                names += [replace(name, kinds={"holder"}) for name in after(evidence, label)]
    return names


def _sender(evidence: Evidence, part: tuple[Line, int, int]) -> list[Name]:
    name = sender_in(*part)
    if not name:
        return []
    line, start, _ = part
    at = line.text.index(name, start)
    found = (line, at, at + len(name))
    return named(evidence, found, "sender", None) if may_be_name(evidence, found) else []


def _at_the_foot(evidence: Evidence, part: tuple[Line, int, int], block: Block) -> list[Name]:
    """Who is named among the legal mentions, or first in an address there."""
    line, start, end = part
    if line.area[1] < FOOT * line.page.height:
        return []
    if company := company_in(line.text[start:end]):
        at = line.text.index(company, start)
        found = (line, at, at + len(company))
        return named(evidence, found, "foot", None) if may_be_name(evidence, found) else []
    is_address = part is block.parts[0] and block.has_postcode() and ":" not in line.text[start:end]
    return first_of(evidence, block, "foot") if is_address else []


def _addressees(evidence: Evidence, blocks: list[Block]) -> list[Name]:
    """Names in the upper half that no label gives to anybody: above an address, or below the line with the sender."""
    names, free = [], [block for block in blocks if _may_be_addressed(block)]
    senders = [block for block in blocks if block.is_sender][:_MOST]
    for block in (block for block in free if is_in_window(senders, block)):
        names += first_of(evidence, block, "window")
    for block in [block for block in free if block.has_postcode()][:_MOST]:
        chain = chain_above(blocks, block)
        for one in chain:
            names += first_of(evidence, one, "block" if one is chain[0] else "chain")
        names += first_of(evidence, block, "chain" if chain else "block")
    return names


def _may_be_addressed(block: Block) -> bool:
    """Whether a block stands in the upper half of the first page, and no label gives it to anybody."""
    page = block.parts[0][0].page
    return page.number == 1 and block.area[1] < 0.5 * page.height and not (block.side and block.sure >= 0.4)


def _give_block(name: Name, whose: str) -> None:
    """What else stands below a name that is far ahead of any other is the same party's."""
    block = name.block
    if block is not None and block.sure < _GIVEN and name.lead >= FAR_AHEAD:
        block.side, block.sure = whose, _GIVEN


def _put(side: Side, name: Name) -> None:
    side.put("name", name.spot, name.text, round(sure_of_name(name, by_kind(name)), 2))
    if name.block is None:
        return
    below = [line.text[start:end].strip() for line, start, end in name.block.parts if line.index > name.spot.line.index]
    address = [text for text in below if (ADDRESS.search(text) or POSTCODE.search(text)) and not CONTACT.search(text)]
    if address:
        side.put("address", name.spot, "\n".join(address[:4]), min(by_kind(name), 0.8))
