"""What the lines below a movement of MT940 tell: who, what for, which references."""

from __future__ import annotations

import re

from app.bank.formats import values
from app.bank.formats.statement import LineRead

NOTHING = ("NONREF", "EREF", "PREF", "MARF", "NOTPROVIDED")
"""Words that stand where a reference would, and are none."""
WRAPPED_AT = 65
_PARTED = re.compile(r"\?([0-9]{2})([^?]*)")
_GERMAN = re.compile(r"([A-Z]{4})\+((?:(?![A-Z]{4}\+).)*)")
_SLASHED = re.compile(r"/(EREF|PREF|NAME|REMI|CNTP|BENM|ORDP|IBAN|CSID|MARF|RTRN|TRCD|ISDT|ADDR|USTD|PURP|ULTD|ULTC)/")


def reference(text: str | None) -> str:
    """A reference; empty where a word says that there is none."""
    told = values.cleaned(text, 140)
    return "" if told.upper() in NOTHING else told


def tell_below(line: LineRead, lines: list[str]) -> None:
    """What stands under the movement itself: an account, or more words."""
    if iban := values.as_iban(line.reference):
        line.party_iban, line.reference = iban, ""
    for text in lines:
        if iban := values.as_iban(text):
            line.party_iban = iban
        elif text.strip():
            line.label = values.joined([line.label, text])


def tell(line: LineRead, lines: list[str], *, is_swift: bool) -> None:
    """What a field 86, or one of no standard, tells of the movement before it."""
    whole = "".join(lines)
    if not is_swift:
        _tell_numbered(line, lines)
    elif re.match(r"[0-9]{3}\?", whole):
        _tell_parted(line, whole)
    elif _SLASHED.search(whole):
        _tell_slashed(line, whole)
    else:
        text = "".join(each if len(each) >= WRAPPED_AT else each + " " for each in lines)
        line.label = values.joined([line.label, text])


def _tell_parted(line: LineRead, text: str) -> None:
    """The German way: parts with numbers, the purpose in pieces of 27 letters."""
    parts = [(int(match[1]), match[2]) for match in _PARTED.finditer(text)]
    join = lambda *numbers: "".join(words for number, words in parts if number in numbers)  # noqa: E731
    purpose, more = join(*range(20, 30)), join(*range(60, 64))
    codes = dict(_GERMAN.findall(purpose))
    line.reference = reference(codes.get("EREF")) or line.reference
    line.label = values.joined([join(0), codes.get("SVWZ") or purpose, more])
    line.party_name = values.cleaned(join(32, 33), 200) or line.party_name
    line.party_iban = values.as_iban(join(31)) or line.party_iban


def _tell_slashed(line: LineRead, text: str) -> None:
    """The Dutch way: words between slashes."""
    pieces = _SLASHED.split(text)
    codes = dict(zip(pieces[1::2], pieces[2::2], strict=False))
    line.reference = reference(codes.get("EREF", "").strip("/")) or line.reference
    line.party_name = values.cleaned(codes.get("NAME", "").strip("/"), 200) or line.party_name
    if other := codes.get("CNTP"):
        iban, _bic, name, *_rest = [*other.split("/"), "", "", ""]
        line.party_iban = values.as_iban(iban) or line.party_iban
        line.party_name = values.cleaned(name, 200) or line.party_name
    told = re.sub("^(USTD|STRD)/+", "", codes.get("REMI", "")).strip("/")
    line.label = values.joined([line.label, told or ("" if line.party_name else text)])


def _tell_numbered(line: LineRead, lines: list[str]) -> None:
    """Fields outside the standard: two digits say what each line is."""
    parts = [(text[:2], text[2:]) for text in lines if text[:2].isdecimal()]
    line.party_name = values.cleaned("".join(words for number, words in parts if number in ("15", "16")), 200)
    purpose = [words for number, words in parts if number == "17" or int(number) <= 14]
    line.label = values.joined([line.label, *purpose])
