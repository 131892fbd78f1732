"""What a bank line says: its words, who it names, and the numbers that may be meant (SPEC BK-2).

Banks drop separators and leading zeros and cut the end of a text; people and OCR confuse letters with digits.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from app.extraction.parties import bare_name

CONFUSED = str.maketrans("OILSBZ", "011582")
"""Letters that stand for digits where somebody copied or read badly."""
MOST_PARTS = 7
"""A number comes in so many pieces at most, such as a Swiss reference or an RF one in groups of four."""
LONGEST = 34
SHORTEST_CUT = 4
"""So much of a number must stand before the cut for it to say anything at all."""
CUTS = {length - blank for length in (31, 35, 70, 140) for blank in (0, 1)}
"""Where banks cut a text; a blank at the cut is lost."""
_MONTHS = (
    ("JANV", "JAN"), ("FEVR", "FEV", "FEBR"), ("MARS", "MAR", "MARC"), ("AVRI", "AVR", "APRI"), ("MAI", "MAY"),
    ("JUIN", "JUNE"), ("JUIL", "JULY"), ("AOUT", "AUGU"), ("SEPT", "SEP"), ("OCTO", "OCT"), ("NOVE", "NOV"),
    ("DECE", "DEC"),
)  # fmt: skip
MONTHS = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}
"""How the months begin that payers name."""
SHORTEST_TAIL = 2
_MARK = re.compile(r"[-/ ._]")
_PART = re.compile(r"[A-Z0-9]+")
_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")
_GLUED = re.compile(r"(?:FACTURES?|FACT|FAC|FCT|INVOICE|INV|REF|NUM|NO|N|RG)(?=[A-Z]{0,3}[0-9])")
_NAMED = re.compile(r"(?:/DE|/BEN|\bDE ?:|\bPOUR\b)\s+(.+?)(?=\s*(?:/[A-Z]{2,}|MOTIF\b|$))")
_AROUND = """
VIR SEPA RECU RECUE EMIS EMISE VIREMENT INST INSTANTANE EN VOTRE FAVEUR PRLV PRELEVEMENT CB CARTE CHEQUE REMISE DE DU LE
LA LES DES MOTIF REF BEN POUR FACTURE FACTURES FACT FAC REGLT REGLEMENT RUM MANDAT NOTPROVIDED ECHEANCE PAIEMENT VERS
COMPTE ET AU AUX CDE COMMANDE NO
"""
_BANKS = frozenset(_AROUND.split())
"""What banks and payers write around a name."""


def plain(text: str) -> str:
    """Capitals without accents."""
    letters = unicodedata.normalize("NFKD", text)
    return "".join(each for each in letters if not unicodedata.combining(each)).upper()


def raw_key(number: str) -> str:
    """A number as it is compared: letters and digits alone."""
    return "".join(_PART.findall(plain(number)))


def loose_key(number: str) -> str:
    """The same where letters that look like digits are digits, and each of its groups has no leading zeros."""
    return "".join(_loose(part) for part in _PART.findall(plain(number)))


def tail_of(number: str) -> str:
    """What stands behind its last mark or, written in one piece, its last digits; without zeros before it."""
    tail = _MARK.split(number)[-1]
    if tail == number:
        tail = number[-4:] if number[-4:].isdigit() else ""
    tail = tail.lstrip("0")
    return tail if len(tail) >= SHORTEST_TAIL else ""


@lru_cache(100_000)
def _loose(part: str) -> str:
    return _ZEROS.sub("", part.translate(CONFUSED))


class Words:
    """One line's texts, taken apart once."""

    __slots__ = ("is_cut", "months", "name", "name_is_cut", "parts", "said", "words")

    def __init__(self, label: str, name: str = "", reference: str = "") -> None:
        """All that the bank wrote, and who it says it is from or for."""
        text = plain(label)
        self.is_cut = len(label) in CUTS
        self.name_is_cut = self.is_cut and not name
        self.parts = _PART.findall(text)
        if reference and reference != "NOTPROVIDED":
            self.parts += ["", *_PART.findall(plain(reference))]
        self.said = frozenset(self.parts) - {""}
        named = _NAMED.search(text) if not name else None
        self.name = bare_name(name or (named[1] if named else ""))
        loose = [part for part in self.parts if part.isalpha() and part not in _BANKS]
        self.words = (self.name or bare_name(" ".join(loose))).split()
        self.months = {MONTHS[part[:4]] for part in self.parts if part[:4] in MONTHS and part.isalpha()}

    def numbers(self) -> Iterator[tuple[int, int, str, str]]:
        """Where each run of pieces that may be a number begins and ends, as it stands and as it may be meant."""
        for start, first in enumerate(self.parts):
            for head in {first, _GLUED.sub("", first, count=1)}:
                yield from self._runs(start, head)

    def _runs(self, start: int, head: str) -> Iterator[tuple[int, int, str, str]]:
        raw, loose, has_digit = "", "", False
        for end in range(start, min(start + MOST_PARTS, len(self.parts))):
            part = head if end == start else self.parts[end]
            raw, loose = raw + part, loose + _loose(part)
            if not part or len(raw) > LONGEST:
                return
            has_digit = has_digit or any(sign.isdigit() for sign in part)
            if not has_digit and end - start > 1:
                return
            if has_digit and len(raw) >= 3:
                yield start, end + 1, raw, loose

    def cut_ends(self) -> Iterator[str]:
        """Beginnings of numbers that the bank may have cut, the longest first."""
        tail = self.parts[-4:] if self.is_cut else []
        for start in range(len(tail)):
            head = _GLUED.sub("", tail[start], count=1)
            loose = "".join([_loose(head), *map(_loose, tail[start + 1 :])])
            if len(loose) >= SHORTEST_CUT and sum(sign.isdigit() for sign in loose) >= 3:
                yield loose
