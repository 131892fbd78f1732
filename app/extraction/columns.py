"""Which column of a table is what: guessed from its heading, and what columns are called."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence

from app.counterparties.models import plain

SEARCHED = 30
"""Rows in which the headings are looked for."""
Phrases = Mapping[str, set[str]]
"""Field → what its column may be called, folded."""


def phrases(words: Mapping[str, str]) -> dict[str, set[str]]:
    """Each field's words, written with bars between them."""
    return {field: {" ".join(each.split()) for each in said.split("|")} for field, said in words.items()}


def folded(heading: str) -> str:
    """A heading as it is compared: letters and digits, without accents and case."""
    return " ".join(re.findall(r"[a-z0-9]+", plain(heading)))


def guess(headings: Sequence[str], known: Phrases) -> dict[str, int]:
    """Field → column; each column is one field at most, the surest first."""
    found = [
        (score, -column, field)
        for column, heading in enumerate(headings)
        for field in known
        if (score := _score(folded(heading), known[field]))
    ]
    columns: dict[str, int] = {}
    for _fit, column, field in sorted(found, reverse=True):
        if field not in columns and -column not in columns.values():
            columns[field] = -column
    return columns


def _score(heading: str, known: set[str]) -> tuple[bool, int]:
    """How well it fits: the whole heading before a part of it, many words before few; empty where it does not."""
    if heading in known:
        return (True, len(heading))
    parts = [len(each) for each in known if len(each) > 1 and f" {each} " in f" {heading} "]
    return (False, max(parts)) if parts else ()  # type: ignore[return-value]


def row_of(rows: Sequence[Sequence[str]], known: Phrases) -> int:
    """The row of the headings, counted from 1: the first of those in which most fields are known; 0 for none."""
    counts = [len(guess(row, known)) for row in rows[:SEARCHED]]
    most = max(counts, default=0)
    return counts.index(most) + 1 if most >= 2 else 0


def fingerprint(headings: Sequence[str]) -> str:
    """The same for every file with these headings in this order."""
    return hashlib.sha256("|".join(folded(each) for each in headings).encode()).hexdigest()


def letter(column: int) -> str:
    """As a spreadsheet calls it: A to Z, then AA."""
    before, last = divmod(column, 26)
    return (letter(before - 1) if before else "") + chr(ord("A") + last)


def name(column: int, headings: Sequence[str], sample: Sequence[Sequence[str]]) -> str:
    """What a column is called where it is chosen: its letter, its heading, a value that stands in it."""
    heading = headings[column] if column < len(headings) else ""
    example = next((row[column] for row in sample if column < len(row) and row[column]), "")
    told = f"{heading} ({example[:30]})" if heading and example else heading or example
    return f"{letter(column)} · {told[:80]}" if told else letter(column)
