"""The form of a number: its letters stay, its digits change, so that the next one is known by it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

_MISREAD = {"0": "OoQD", "1": "Il|", "2": "Z", "5": "S", "6": "G", "8": "B"}
"""Digits and what OCR takes them for."""
_BACK = str.maketrans({sign: digit for digit, signs in _MISREAD.items() for sign in signs})
_DIGIT = "[" + re.escape("0123456789" + "".join(_MISREAD.values())) + "]"
_MORE = 2
"""Digits by which the next number may be longer or shorter."""


def like(form: str, text: str, *, is_ocr: bool) -> Iterator[tuple[int, int, str, bool]]:
    """What looks like `form` in a line: start, end, the number as it should read, whether its letters are the same."""
    for is_same in (True, False):
        for match in _pattern(form, is_ocr, is_same).finditer(text):
            yield match.start(), match.end(), _as_formed(form, match, is_ocr, is_same), is_same


@lru_cache(maxsize=2000)
def _pattern(form: str, is_ocr: bool, is_same: bool) -> re.Pattern[str]:
    parts = " ?".join(f"({_part(part, is_ocr, is_same)})" for part in _parts(form))
    return re.compile(rf"(?<![^\W_]){parts}(?![^\W_]|[/-]\d)", re.IGNORECASE if is_ocr else 0)


def _parts(form: str) -> list[str]:
    return re.findall(r"\d+|[^\W\d_]+|\s+|.", form)


def _part(part: str, is_ocr: bool, is_same: bool) -> str:
    if part.isdigit():
        return f"{_DIGIT if is_ocr else '[0-9]'}{{{max(len(part) - _MORE, 1)},{len(part) + _MORE}}}"
    if part.isalpha():
        return re.escape(part) if is_same else rf"[^\W\d_]{{{len(part)}}}"
    return " ?" if part.isspace() else re.escape(part)


def _as_formed(form: str, match: re.Match[str], is_ocr: bool, is_same: bool) -> str:
    """Its digits as read, those that OCR takes for letters put right; its letters and signs as the form has them."""
    said = []
    for part, read in zip(_parts(form), match.groups(), strict=True):
        if part.isdigit():
            said.append(read.translate(_BACK) if is_ocr else read)
        else:
            said.append(part if is_same or not part.isalpha() else read)
    return "".join(said)
