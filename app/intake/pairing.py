"""Parts that belong together: an e-invoice and its PDF, and what came twice."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from app.intake import types
from app.intake.pieces import Fate, Piece

Place = Callable[[Piece], Any]


def grouped(pieces: list[Piece]) -> list[Piece]:
    """E-invoices beside their PDF, and parts that came twice, point to the part that makes the document."""
    pieces = list(pieces)
    first: dict[bytes, int] = {}
    for position, piece in enumerate(pieces):
        if piece.fate is Fate.DOCUMENT and first.setdefault(piece.data, position) != position:
            pieces[position] = replace(piece, fate=Fate.AGAIN, beside=first[piece.data])
    for xml, pdf in _pairs(pieces).items():
        pieces[xml] = replace(pieces[xml], fate=Fate.BESIDE, beside=pdf)
    return pieces


def _pairs(pieces: list[Piece]) -> dict[int, int]:
    """Which XML is the same invoice as which PDF: those called alike, then those that are alone with each other.

    Each time in one folder first, then in one mail, whether or not something of it stands in an archive.
    """
    pairs: dict[int, int] = {}
    for choose in (_alike_in, _alone_in):
        for place in (_folder, _letter):
            for xml in _of_type(pieces, "application/xml"):
                if xml not in pairs:
                    free = [at for at in _of_type(pieces, "application/pdf") if at not in pairs.values()]
                    there = [at for at in free if place(pieces[at]) == place(pieces[xml])]
                    match = next(choose(pieces, xml, there, place), None)
                    pairs |= {} if match is None else {xml: match}
    return pairs


def _folder(piece: Piece) -> Any:
    """Where it stands: its mail, and in an archive its folder."""
    folder = PurePosixPath(piece.name.replace("\\", "/")).parent if piece.inside is not None else None
    return piece.letter, piece.inside, folder


def _letter(piece: Piece) -> Any:
    return piece.letter


def _alike_in(pieces: list[Piece], xml: int, pdfs: list[int], _place: Place) -> Iterator[int]:
    return (at for at in pdfs if _alike(pieces[xml], pieces[at]))


def _alone_in(pieces: list[Piece], xml: int, pdfs: list[int], place: Place) -> Iterator[int]:
    """The one PDF there, where there is one XML too."""
    others = [at for at in _of_type(pieces, "application/xml") if place(pieces[at]) == place(pieces[xml])]
    return iter(pdfs if len(pdfs) == len(others) == 1 else [])


def _of_type(pieces: list[Piece], media: str) -> list[int]:
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
