"""Numbers that carry the month of their document: "FA02/2020/000377"."""

from __future__ import annotations

import re
from datetime import date

from app.extraction.misread import AS_DIGITS

_DOUBTFUL = re.compile(r"[OIl](?=\d)|(?<=\d)[OIl]")
"""Letters beside a digit that are as often one themselves."""


def says_month(number: str, day: date) -> bool:
    """Whether the month of that day stands in the number, beside its year in full and before or after other digits.

    "2026-04" alone is as often the fourth of the year.
    """
    month, year = f"{day.month:02}", f"{day.year}"
    found = re.search(rf"(?<!\d)(?:{month}[/._-]?{year}|{year}[/._-]?{month})(?!\d)", number)
    return found is not None and any(sign.isdigit() for sign in number[: found.start()] + number[found.end() :])


def as_printed(number: str, day: date) -> str:
    """The number with the month of its day of issue in digits, where OCR took one of them for a letter."""
    two = r"[\dOoIlSBZ]{2}"
    for form in (rf"(?P<month>{two})(?=[/._-]?{day.year})", rf"(?<={day.year})[/._-]?(?P<month>{two})(?![A-Za-z])"):
        for found in re.finditer(form, number):
            is_half_read = any(sign.isdigit() for sign in found["month"])  # "BIO-2026" is of no October
            if is_half_read and found["month"].translate(AS_DIGITS) == f"{day.month:02}":
                return number[: found.start("month")] + f"{day.month:02}" + number[found.end("month") :]
    return number


def is_doubtful(number: str) -> bool:
    """Whether a letter of it may be a digit."""
    return bool(_DOUBTFUL.search(number))
