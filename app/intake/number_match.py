"""Whether the name or the text of a file holds the number of an invoice: the one rule of SPEC IN-9.

Case is ignored, `/ _ - . space` are equal, and where letters meet digits none is needed. A number neither begins nor
ends in the midst of other digits or of a word, nor within a date.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import PurePosixPath

from app.documents.models import key_of

SHORTEST_IN_TEXT = 3
SURE_DIGITS = 5
"""So many digits may stand in a text alone; fewer are a page, a street or an amount unless a word says otherwise."""
LONGEST_RUNS, LONGEST_KEY, MOST_KEYS = 12, 30, 600
_SIGNS = r"[ /_.\-–—]"
_RUN = re.compile(r"[^\W\d_]+|\d+")
_TOKEN = re.compile(r"[^\W_]+(?:(?:[/_\-–—]|(?<=\d)\.)[^\W_]+)*")
_DATE = re.compile(
    rf"(?<!\d)(?:(?P<y>\d{{4}}){_SIGNS}(?P<m>\d\d?){_SIGNS}(?P<d>\d\d?)"
    rf"|(?P<d2>\d\d?){_SIGNS}(?P<m2>\d\d?){_SIGNS}(?P<y2>\d{{4}}|\d\d))(?!\d)"
)
_LABEL = re.compile(
    r"(?:n *[°o]|num[eé]ro|number|num|facture|invoice|avoir|credit note|pièce|ref|réf(?:érence)?|#) *[.:°]? *$", re.I
)
_JOINED_BEFORE = re.compile(r"(?:[^\W_]|\d[.,/_\-–—]|[^\W\d_][/_\-–—])$")
_JOINED_AFTER = re.compile(r"[^\W_]|[.,/_\-–—]\d|[/_\-–—][^\W_]")


def in_name(number: str, name: str) -> bool:
    """Is this the number of an invoice by the name of its file?"""
    return any(True for _place in _places(number, plain_name(name)))


def in_text(number: str, text: str) -> bool:
    """Does the text hold the number by itself, not as a piece of something longer?"""
    if len(key_of(number)) < SHORTEST_IN_TEXT:
        return False
    text = _plain(text)
    return any(_stands_alone(text, start, end) for start, end in _places(number, text))


def plain_name(name: str) -> str:
    """The name of a file without its ending."""
    path = PurePosixPath(name.replace("/", "_"))
    return _plain(path.stem if path.suffix.lower() == ".pdf" else name)


def _plain(text: str) -> str:
    """One way to write each letter, and each kind of space within a line."""
    return unicodedata.normalize("NFKC", text.replace("º", "°"))


def _places(number: str, text: str) -> Iterator[tuple[int, int]]:
    """Where the number stands whole."""
    pattern = _pattern(_plain(number))
    dates = [found.span() for found in _DATE.finditer(text) if _is_day(found)] if pattern else []
    for found in re.finditer(f"(?=({pattern}))", text, re.I) if pattern else ():
        start, end = found.span(1)
        is_cut = start > 0 and _goes_on(text[start - 1], text[start])
        goes_on = end < len(text) and (text[end].isdecimal() or _goes_on(text[end - 1], text[end]))
        in_date = any(first <= start and end <= last and (start, end) != (first, last) for first, last in dates)
        if not (is_cut or goes_on or in_date):
            yield start, end


def _pattern(number: str) -> str:
    """The number as it may be written; empty where it holds no digit."""
    runs = list(_RUN.finditer(number))
    if not any(run[0].isdecimal() for run in runs):
        return ""
    written = re.escape(runs[0][0])
    for one, other in pairwise(runs):
        between = number[one.end() : other.start()]
        is_border = one[0].isdecimal() != other[0].isdecimal()
        signs = f"{_SIGNS}{{{0 if is_border else 1},3}}"
        written += f"(?:{signs}|{re.escape(between)})" if between else signs if is_border else ""
        written += re.escape(other[0])
    return written


def _goes_on(one: str, other: str) -> bool:
    """Do these two belong to one run of digits or letters? In `FactureF12` a capital begins a word."""
    if one.isdecimal() or other.isdecimal():
        return one.isdecimal() and other.isdecimal()
    return one.isalpha() and other.isalpha() and not (one.islower() and other.isupper())


def _is_day(found: re.Match[str]) -> bool:
    year, month, day = (int(found[name] or found[f"{name}2"]) for name in "ymd")
    try:
        date(year if year > 99 else 2000 + year, month, day)
    except ValueError:
        return False
    return year <= 99 or 1990 <= year <= 2100


def _stands_alone(text: str, start: int, end: int) -> bool:
    before, after = text[max(0, start - 20) : start], text[end : end + 2]
    if _JOINED_BEFORE.search(before) or _JOINED_AFTER.match(after):
        return False
    said = text[start:end]
    is_bare = not any(each.isalpha() for each in said) and sum(each.isdecimal() for each in said) < SURE_DIGITS
    return not is_bare or bool(_LABEL.search(before))


# --- Which numbers to ask the database for --------------------------------------------------------


def keys_of_name(name: str) -> set[str]:
    """The keys of all numbers this name may hold, and some more."""
    runs = [run for found in _RUN.finditer(plain_name(name)) for run in _words(found[0])]
    joined = ("".join(runs[start:end]) for start in range(len(runs)) for end in _ends(start, len(runs)))
    return {key_of(each) for each in joined if any(sign.isdecimal() for sign in each)}


def _ends(start: int, count: int) -> range:
    return range(start + 1, min(start + LONGEST_RUNS, count) + 1)


def _words(run: str) -> Iterator[str]:
    """A run of letters, cut where a capital begins a word."""
    begins = 0
    for place in range(1, len(run)):
        if run[place - 1].islower() and run[place].isupper():
            yield run[begins:place]
            begins = place
    yield run[begins:]


def keys_of_text(text: str) -> list[str]:
    """The keys of the numbers this text may hold: single words first, then those of several, as far as they go."""
    found: dict[str, None] = {}
    for key in _joined([[key_of(word) for word in _TOKEN.findall(line)] for line in _plain(text).splitlines()]):
        if SHORTEST_IN_TEXT <= len(key) <= LONGEST_KEY and any(sign.isdecimal() for sign in key):
            found[key] = None
        if len(found) >= MOST_KEYS:
            break
    return list(found)


def _joined(lines: list[list[str]]) -> Iterator[str]:
    for length in (1, 2, 3, 4):
        for words in lines:
            for start in range(len(words) - length + 1):
                yield "".join(words[start : start + length])
