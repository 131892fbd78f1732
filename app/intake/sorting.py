"""What is to become of each part of a message, decided from plain data; nothing is stored here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any

from app.intake import pictures, types
from app.intake.letter import DEEPEST, MOST_PARTS, Leaf, Letter, TooDeep, parse

LETTERS = 1000
"""More than one mail has parts, so that mails within mails have numbers of their own."""


class Fate(StrEnum):
    """What is to be made of a part."""

    DOCUMENT = "document"
    UNREADABLE = "unreadable"
    """A document that a person completes: it claims to be one, but is empty or something else."""
    BESIDE = "beside"
    """The e-invoice of the document at `beside`."""
    AGAIN = "again"
    """The same bytes as the part at `beside`."""
    PASSED_OVER = "passed_over"


@dataclass(frozen=True)
class Piece:
    """A part and its fate, with the reason as key and arguments."""

    name: str
    declared: str
    media: str
    data: bytes = field(repr=False)
    fate: Fate
    reason: dict[str, Any] = field(default_factory=dict)
    beside: int | None = None
    letter: int = 0


def of_letter(letter: Letter) -> list[Piece]:
    """The parts of a mail, those of mails that came as plain files within it too; `left_out` says if there are more."""
    pieces: list[Piece] = []
    for leaf in letter.leaves:
        found = types.judge(leaf.data)
        if found.kind == "mail" and not leaf.is_body:
            pieces += _inside(leaf, LETTERS * (len(pieces) + 1))
        else:
            pieces.append(_judged(leaf, found, letter.shown))
    letter.left_out |= len(pieces) > MOST_PARTS
    return _grouped(pieces[:MOST_PARTS])


def of_file(data: bytes, name: str, declared: str) -> list[Piece]:
    """The one part of a plain file that a person gave: a document wherever that is possible."""
    found = types.judge(data)
    leaf = Leaf(name, declared, data)
    if found.kind in ("pdf", "image", "xml"):
        return [_piece(leaf, found.media, Fate.DOCUMENT)]
    return [_judged(leaf, found, set())]


def _inside(leaf: Leaf, letters: int) -> list[Piece]:
    """A mail attached as a plain file: it is opened once; what it holds of its own kind is not opened further."""
    try:
        inner = parse(leaf.data)
    except TooDeep:
        return [_piece(leaf, types.MEDIA["mail"], Fate.PASSED_OVER, key="too_deep", limit=DEEPEST)]
    pieces = [_judged(each, types.judge(each.data), inner.shown) for each in inner.leaves]
    opened = _piece(leaf, types.MEDIA["mail"], Fate.PASSED_OVER, key="mail_opened")
    return [opened, *(replace(piece, letter=piece.letter + letters) for piece in pieces)]


def _judged(leaf: Leaf, found: types.Found, shown: set[str]) -> Piece:
    claim = types.claim(leaf.name, leaf.declared)
    in_text = bool(leaf.content_id) and leaf.content_id.lower() in shown
    if leaf.is_too_deep:
        return _piece(leaf, "", Fate.PASSED_OVER, key="too_deep", limit=DEEPEST)
    if leaf.is_body and not leaf.data.lstrip().startswith(b"%PDF-"):
        return _piece(leaf, leaf.declared, Fate.PASSED_OVER, key="body")
    if not leaf.data:
        fate = Fate.UNREADABLE if claim and not in_text else Fate.PASSED_OVER
        return _piece(leaf, "", fate, key="empty")
    if "image" in (found.kind, claim if found.kind != "pdf" else "") and found.kind not in ("zip", "tnef"):
        return _picture(leaf, found, claim, in_text)
    return _file(leaf, found, claim)


def _picture(leaf: Leaf, found: types.Found, claim: str, in_text: bool) -> Piece:
    if pictures.is_decoration(leaf.data, shown_in_text=in_text):
        width, height = pictures.size_of(leaf.data) or (0, 0)
        return _piece(leaf, found.media, Fate.PASSED_OVER, key="decoration", width=width, height=height)
    if found.kind == "image":
        return _piece(leaf, found.media, Fate.DOCUMENT)
    if found.media.startswith("image/"):
        return _piece(leaf, found.media, Fate.PASSED_OVER, key="type")
    return _piece(leaf, found.media, Fate.UNREADABLE, key="mislabelled", said=claim)


def _file(leaf: Leaf, found: types.Found, claim: str) -> Piece:
    if found.kind == "pdf" or (found.kind == "xml" and types.is_e_invoice(leaf.data)):
        return _piece(leaf, found.media, Fate.DOCUMENT)
    if found.kind in ("zip", "tnef") and claim != "pdf":
        return _piece(leaf, found.media, Fate.PASSED_OVER, key="not_yet_opened")
    if found.kind == "xml" and claim != "pdf":
        return _piece(leaf, found.media, Fate.PASSED_OVER, key="no_e_invoice")
    if claim:
        return _piece(leaf, found.media, Fate.UNREADABLE, key="mislabelled", said=claim)
    return _piece(leaf, found.media, Fate.PASSED_OVER, key="type")


def _piece(leaf: Leaf, media: str, fate: Fate, **reason: Any) -> Piece:
    return Piece(leaf.name, leaf.declared, media, leaf.data, fate, reason, letter=leaf.letter)


# --- Parts that belong together ------------------------------------------------------------------


def _grouped(pieces: list[Piece]) -> list[Piece]:
    """E-invoices beside their PDF, and parts that came twice, point to the part that makes the document."""
    pieces = list(pieces)
    first: dict[bytes, int] = {}
    for position, piece in enumerate(pieces):
        if piece.fate is Fate.DOCUMENT and first.setdefault(piece.data, position) != position:
            pieces[position] = replace(piece, fate=Fate.AGAIN, beside=first[piece.data])
    for xml, pdf in _pairs(pieces):
        pieces[xml] = replace(pieces[xml], fate=Fate.BESIDE, beside=pdf)
    return pieces


def _pairs(pieces: list[Piece]) -> Iterable[tuple[int, int]]:
    """Which XML is the same invoice as which PDF: the only ones of one mail, or those that are called alike."""
    taken: set[int] = set()
    for xml in _positions(pieces, "application/xml"):
        letter = pieces[xml].letter
        pdfs = [at for at in _positions(pieces, "application/pdf") if pieces[at].letter == letter and at not in taken]
        alone = len(pdfs) == 1 and sum(pieces[at].letter == letter for at in _positions(pieces, "application/xml")) == 1
        match = pdfs[0] if alone else next((at for at in pdfs if _alike(pieces[xml], pieces[at])), None)
        if match is not None:
            taken.add(match)
            yield xml, match


def _positions(pieces: list[Piece], media: str) -> list[int]:
    return [at for at, each in enumerate(pieces) if each.fate is Fate.DOCUMENT and each.media == media]


def _alike(xml: Piece, pdf: Piece) -> bool:
    """The same name, or the PDF's name holds the number that the XML gives itself."""
    name = _key(PurePosixPath(pdf.name).stem)
    if name and name == _key(PurePosixPath(xml.name).stem):
        return True
    numbers = [_key(number) for number in types.invoice_numbers(xml.data)]
    return any(len(number) >= 4 and re.search(rf"{re.escape(number)}(?!\d)", name) for number in numbers)


def _key(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def none_taken(pieces: list[Piece], why: str) -> list[Piece]:
    """The same parts, all passed over for what the message is."""
    reason = lambda piece: piece.reason if piece.reason.get("key") == "body" else {"key": why}  # noqa: E731
    return [replace(each, fate=Fate.PASSED_OVER, reason=reason(each), beside=None) for each in pieces]
