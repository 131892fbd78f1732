"""What makes a line this line, so that it is never added twice (SPEC BK-1)."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import date
from typing import Any

from app.bank.formats.statement import LineRead
from app.bank.formats.values import cleaned
from app.core import money
from app.counterparties.models import plain

Row = dict[str, Any]
NO_LETTERS = str.maketrans(dict.fromkeys(" \t.,;:/-+*'\"()?_"))


def rows(lines: list[LineRead], currency: str, usual_day: date | None, seen: Counter[str]) -> list[Row]:
    """The lines as they are stored. `seen` counts the equal ones of one file: the nth of them is another line."""
    return [_row(line, currency, usual_day, seen) for line in lines]


def _row(line: LineRead, currency: str, usual_day: date | None, seen: Counter[str]) -> Row:
    day = line.date or line.value_date or usual_day
    amount = money.to_minor(line.amount, currency)
    facts = f"{day}|{amount}|{currency}|{_words(line)}"
    seen[facts] += 1
    return {
        "key": hashlib.sha256(f"{facts}|{seen[facts]}".encode()).hexdigest(),
        "date": day,
        "value_date": line.value_date,
        "amount_minor": amount,
        "currency": currency,
        "label": cleaned(line.label, 1000),
        "party_name": cleaned(line.party_name, 200),
        "party_iban": line.party_iban,
        "reference": cleaned(line.reference, 140),
        "bank_reference": cleaned(line.bank_reference, 140),
        "original_minor": None if line.original is None else money.to_minor(line.original, line.original_currency),
        "original_currency": line.original_currency,
    }


def _words(line: LineRead) -> str:
    """The bank's own reference, which is the line's alone; else all its words, however they are set."""
    if line.bank_reference:
        return f"#{line.bank_reference}"
    words = f"{line.label} {line.party_name} {line.reference}"
    return (words.lower() if words.isascii() else plain(words)).translate(NO_LETTERS)
