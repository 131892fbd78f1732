"""Who sells and who buys: names, numbers and addresses, by the part of the page they stand in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from babel import Locale

from app.extraction.dates import find_dates
from app.extraction.evidence import Evidence
from app.extraction.labels import Label, fold, is_small, tables
from app.extraction.layout import Area, Line
from app.extraction.ours import Ours
from app.extraction.spots import Spot, Values

POSTCODE = re.compile(
    r"(?<![\w.,/-])(?:[A-Z]{1,2}[- ])?(?:\d{5}|\d{4}\s?[A-Z]{2}|\d{4})\s+[A-ZÀ-Þ][\w'’ .-]{2,}"
    r"|\b[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}\b|[A-Z][a-z]+,?\s[A-Z]{2},?\s\d{5}|,\s*\d{5}\b"
)
ADDRESS = re.compile(
    r"\d{1,4}\s?(?:bis|ter)?,?\s+(?:rue|avenue|av|bd|boulevard|place|chemin|route|impasse|all[ée]e|quai|street|st|road|rd|lane|drive|dr|ave|blvd)\b"
    r"|\b(?:rue|avenue|boulevard|place|chemin|route|impasse|straße|strasse|weg|platz|straat|laan|calle|via|piazza|corso|jalan|jln|no\.)\s"
    r"|(?:str\.|straße|strasse|weg|platz|straat|laan|plein|gasse|allee)\s?\d|^\s*\d{1,5}\s+[A-Z][a-z]+ [A-Z][a-z]+",
    re.IGNORECASE,
)
CONTACT = re.compile(
    r"@|www\.|https?:|\b(?:t[ée]l|tel|fax|phone|mobile|telefon|telefoon|e-?mail|siret|siren|rcs|iban|bic|tva|vat|ust|btw|cif|nif|gst|kvk)\b",
    re.I,
)
_MEASURED = re.compile(r"\d\s?(?:[kcm]?m[23²³]?|k?g|t|l|h|min|k[Ww]h?|kVA|pcs?|stk?|Stk?|Stück|uds?|%)\.?$")
"""Capitals matter: "24 KG" may end a German company's name."""
_NEARBY = 14
"""Blocks back in which the one above is looked for."""


@dataclass(slots=True)
class Side:
    """What was read of one party, with where it stood."""

    spots: dict[str, tuple[Spot | None, str, float]] = field(default_factory=dict)
    """By name (`name`, `vat`, `siren`, `siret`, `email`, `address`): spot, value, confidence."""

    def put(self, name: str, spot: Spot | None, value: str, confidence: float) -> None:
        """Keep the surest."""
        if value and (name not in self.spots or self.spots[name][2] < confidence):
            self.spots[name] = (spot, value, confidence)


@dataclass(slots=True)
class Block:
    """Lines of one column that stand close together, as an address does."""

    parts: list[tuple[Line, int, int]]
    area: Area
    side: str = ""
    sure: float = 0.0

    def text(self) -> list[str]:
        """Its lines."""
        return [line.text[start:end].strip() for line, start, end in self.parts]

    def has_postcode(self) -> bool:
        """Whether one of its lines ends an address."""
        return any(POSTCODE.search(text) for text in self.text())


def find_numbers(evidence: Evidence, values: Values, ours: Ours | None = None) -> tuple[Side, Side, list[Block]]:
    """What the seller and the buyer are known by, but for their names, and the blocks of the page."""
    blocks = _blocks(evidence)
    _take_sides(evidence, blocks)
    seller, buyer = Side(), Side()
    _add_numbers(values, blocks, seller, buyer, ours)
    return seller, buyer, blocks


def _blocks(evidence: Evidence) -> list[Block]:
    """The page cut into blocks: a column's text goes on below where the left edges meet."""
    blocks: list[Block] = []
    for line in evidence.layout.lines:
        for start, end in line.columns():
            area = line.area_of(start, end)
            if _begins_side(evidence, line, start, end):
                blocks.append(Block([(line, start, end)], area))
                continue
            for block in reversed(blocks[-_NEARBY:]):
                last, *_ = block.parts[-1]
                gap = area[1] - block.area[3]
                if (
                    last.page is line.page
                    and -0.5 * line.height < gap < (1.7 if line.page.source == "ocr" else 0.9) * line.height
                    and abs(block.area[0] - area[0]) < 1.2 * line.height
                ):
                    block.parts.append((line, start, end))
                    block.area = (min(block.area[0], area[0]), block.area[1], max(block.area[2], area[2]), area[3])
                    break
            else:
                blocks.append(Block([(line, start, end)], area))
    return blocks


def _begins_side(evidence: Evidence, line: Line, start: int, end: int) -> bool:
    """Whether a heading such as "Client:" begins another party's block here."""
    labels = (label for label in evidence.labels_of[line.index] if start <= label.start < end)
    return any(_side_of(label, line.text[start:end])[1] > 0.9 for label in labels)


def _take_sides(evidence: Evidence, blocks: list[Block]) -> None:
    """Give each block the side that the label in its first lines, or right above it, names."""
    for position, block in enumerate(blocks):
        for line, start, end in block.parts[:2]:
            for label in evidence.labels_of[line.index]:
                if start <= label.start < end:
                    side, sure = _side_of(label, line.text[start:end])
                    if sure > block.sure:
                        block.side, block.sure = side, sure
        if not block.side:
            above = _block_above(blocks, position)
            if above is not None and above.side and len(above.parts) <= 2 and above.sure >= 0.6:
                block.side, block.sure = above.side, above.sure * 0.9


def _side_of(label: Label, text: str) -> tuple[str, float]:
    """The side a label names, surely where it stands alone or before a colon."""
    side = next((side for side in ("third_party", "buyer", "seller") if side in label.roles), "")
    if not side:
        return "", 0.0
    said = label.line.text[label.start : label.end]
    before, _, after = text.partition(said)
    alone = is_small(before) and not any(c.isalnum() for c in after)
    followed = label.line.text[label.end : label.end + 3].lstrip()[:1] in (":", "-")
    begins = is_small(before)
    if alone or (begins and followed):
        return side, 0.95
    return side, 0.45 if begins and label.length > 1 else 0.2


def _block_above(blocks: list[Block], position: int) -> Block | None:
    block = blocks[position]
    height = block.parts[0][0].height
    for other in reversed(blocks[max(0, position - _NEARBY) : position]):
        if other.parts[-1][0].page is block.parts[0][0].page and abs(other.area[0] - block.area[0]) < 3 * height:
            return other if 0 <= block.area[1] - other.area[3] < 3 * height else None
    return None


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


def may_be_name(evidence: Evidence, part: tuple[Line, int, int]) -> bool:
    """Whether a line can be a name: letters, and neither a label, an address, a number nor a telephone."""
    line, start, end = without_label(evidence, part)
    text = line.text[start:end].strip(" -,;*")
    if _is_something_else(text):
        return False
    if has_legal_form(text):
        return True
    here = [label for label in evidence.labels_of[line.index] if start <= label.start and label.end <= end]
    if here and here[0].start - start < 2 and here[0].roles & {"third_party", "contact"}:
        return False
    return sum(label.end - label.start for label in here) < 0.6 * len(text) and not _is_long_number(text)


def _is_something_else(text: str) -> bool:
    """A heading, a country, a figure, an address, a date, a way to reach somebody."""
    letters = sum(c.isalpha() for c in text)
    if letters < 3 or letters < 0.5 * len(text.replace(" ", "")) or len(text) > 70:
        return True
    if text.endswith(":") or fold(text).replace("-", " ") in _countries():
        return True
    is_place = bool(ADDRESS.search(text)) and not has_legal_form(text)
    return is_place or bool(POSTCODE.search(text) or CONTACT.search(text) or _MEASURED.search(text) or find_dates(text))


def _is_long_number(text: str) -> bool:
    """Whether a line says the number of a meter or a contract."""
    return sum(c.isdigit() for c in text) > 5


def without_label(evidence: Evidence, part: tuple[Line, int, int]) -> tuple[Line, int, int]:
    """The part after a label such as "Client:" at its beginning."""
    line, start, end = part
    for label in evidence.labels_of[line.index]:
        if start <= label.start < end and is_small(line.text[start : label.start]):
            is_parted = line.text[label.end : end].lstrip()[:1] in (":", "-", "/")
            if is_parted or (label.length > 1 and label.roles & {"seller", "buyer"}):
                return line, min(label.end + is_parted, end), end
    return part


@cache
def _countries() -> frozenset[str]:
    """The names of all countries in the six languages."""
    languages = ("fr", "en", "nl", "de", "es", "it")
    return frozenset(fold(name).replace("-", " ") for code in languages for name in Locale(code).territories.values())


@cache
def _forms() -> re.Pattern[str]:
    forms = sorted((fold(form) for form in tables()["legal_forms"]["all"]), key=len, reverse=True)
    return re.compile(
        r"(?<![a-z])(?:" + "|".join(re.escape(form).replace(r"\ ", r"[. ]{1,2}") for form in forms) + r")\.?(?![a-z])"
    )


def has_legal_form(text: str) -> bool:
    """Whether a text names a company by its form (SARL, GmbH, Ltd): at its end, or before a comma or bracket."""
    plain = fold(text).strip(" .,)")
    *_, last = [None, *_forms().finditer(plain)]
    if last is None or last.start() < 2:
        return False
    return last.end() >= len(plain) - 1 or plain[last.end() : last.end() + 2].strip()[:1] in (",", "(", "-", "–")
