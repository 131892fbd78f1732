"""Texts become words: letters and digits alone, without accents and case, the same on every database."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

LONGEST = 40
"""So much of a word is kept."""
MOST = 3000
"""So many different words are kept of one document; a book of contracts has no more."""
SHORTEST_TAIL = 3
"""A number is found by its end too, from so many signs on."""
_WORD = re.compile(r"[^\W_]+")
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
"""What Unicode does not take apart, and people type all the same."""


def folded(text: str) -> str:
    """The text without accents and case."""
    letters = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return "".join(each for each in letters if not unicodedata.combining(each)).casefold()


def parts_of(chunk: str) -> list[str]:
    """The words between the marks of a chunk: `F-2026/12` has three."""
    return _WORD.findall(folded(chunk))


def words_of(text: str) -> Iterator[str]:
    """Each word of a text, and what marks hold together also as one: `week-end` is week, end and weekend."""
    for chunk in text.split():
        parts = parts_of(chunk)
        yield from parts
        if len(parts) > 1:
            yield "".join(parts)


def words_of_number(number: str) -> Iterator[str]:
    """The words of a number, all of it as one, and each of its ends: whoever has only the last digits finds it."""
    yield from words_of(number)
    key = "".join(parts_of(number))[:LONGEST]
    if any(sign.isdigit() for sign in key):
        yield from (key[start:] for start in range(len(key) - SHORTEST_TAIL + 1))


def word_of_amount(amount: Decimal) -> str:
    """An amount as a word that no text has; the sign and empty decimals do not count."""
    whole, _mark, part = f"{abs(amount):f}".partition(".")
    part = part.rstrip("0")
    return f"={whole}.{part}" if part else f"={whole}"


def word_of_month(day: date) -> str:
    """The month of a day as a word that no text and no amount has."""
    return f"=.{day.year:04}{day.month:02}"  # strftime leaves 202 as it is, and 2020 begins with it


def kept(words: Iterable[str]) -> str:
    """The words as they are kept: each once, in order, each with a space behind it."""
    different = sorted({word[:LONGEST] for word in words if word})[:MOST]
    return "".join(f"{word} " for word in different)
