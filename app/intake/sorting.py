"""What is to become of each part of a message, decided from plain data; nothing is stored here."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from app.intake import contained, pictures, types
from app.intake.letter import DEEPEST, MOST_PARTS, Leaf, Letter, TooDeep, parse
from app.intake.pairing import grouped
from app.intake.pieces import Fate, Piece

LETTERS = 1000
"""More than one mail has parts, so that mails within mails have numbers of their own."""


def of_letter(letter: Letter) -> list[Piece]:
    """The parts of a mail, and after them those of its archives; `left_out` says if there are more."""
    pieces: list[Piece] = []
    for leaf in letter.leaves:
        pieces += of_leaf(leaf, len(pieces), letter.shown)
    letter.left_out |= len(pieces) > MOST_PARTS
    pieces, more = contained.unpacked(pieces[:MOST_PARTS], of_leaf)
    letter.left_out |= more
    return grouped(pieces)


def of_file(data: bytes, name: str, declared: str) -> list[Piece]:
    """A plain file that a person gave, a document wherever that is possible, and what it holds if it is an archive."""
    found = types.judge(data)
    leaf = Leaf(name, declared, data)
    if found.kind in ("pdf", "image", "xml"):
        return [_piece(leaf, found.media, Fate.DOCUMENT)]
    return grouped(contained.unpacked([_judged(leaf, found, set())], of_leaf)[0])


def of_leaf(leaf: Leaf, position: int, shown: set[str]) -> list[Piece]:
    """The part that will stand at this position; those of a mail that came as a plain file after it."""
    found = types.judge(leaf.data)
    if found.kind == "mail" and not leaf.is_body:
        return _inside(leaf, position)
    return [_judged(leaf, found, shown)]


def _inside(leaf: Leaf, position: int) -> list[Piece]:
    """A mail attached as a plain file: it is opened once; what it holds of its own kind is not opened further."""
    try:
        inner = parse(leaf.data)
    except TooDeep:
        return [_piece(leaf, types.MEDIA["mail"], Fate.PASSED_OVER, key="too_deep", limit=DEEPEST)]
    pieces = [_judged(each, types.judge(each.data), inner.shown) for each in inner.leaves]
    opened = _piece(leaf, types.MEDIA["mail"], Fate.PASSED_OVER, key="mail_opened")
    letters = LETTERS * (position + 1)
    return [opened, *(replace(piece, letter=piece.letter + letters, inside=position) for piece in pieces)]


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
        return _piece(leaf, found.media, Fate.PASSED_OVER, key=contained.UNOPENED)
    if found.kind == "xml" and claim != "pdf":
        return _piece(leaf, found.media, Fate.PASSED_OVER, key="no_e_invoice")
    if claim:
        return _piece(leaf, found.media, Fate.UNREADABLE, key="mislabelled", said=claim)
    return _piece(leaf, found.media, Fate.PASSED_OVER, key=_of_no_type(leaf, found))


def _of_no_type(leaf: Leaf, found: types.Found) -> str:
    """Why a file of no type that is read is passed over, where something can be done about it."""
    if found.media in types.OTHER_ARCHIVES:
        return "other_archive"
    return "outlook_message" if types.is_outlook_message(leaf.data, leaf.name) else "type"


def _piece(leaf: Leaf, media: str, fate: Fate, **reason: Any) -> Piece:
    return Piece(leaf.name, leaf.declared, media, leaf.data, fate, reason, letter=leaf.letter, charset=leaf.charset)


def none_taken(pieces: list[Piece], why: str) -> list[Piece]:
    """The same parts, all passed over for what the message is."""
    reason = lambda piece: piece.reason if piece.reason.get("key") == "body" else {"key": why}  # noqa: E731
    return [replace(each, fate=Fate.PASSED_OVER, reason=reason(each), beside=None) for each in pieces]
