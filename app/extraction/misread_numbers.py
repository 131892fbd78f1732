"""Numbers of which OCR took a digit for a letter: "FAO2/2020/000377"."""

from __future__ import annotations

import re
from datetime import date

_LIKE = "OoIlSBZ"
_AS_DIGITS = str.maketrans(_LIKE, "0011582")
_DOUBTFUL = re.compile(r"[OIl](?=\d)|(?<=\d)[OIl]")
"""Letters beside a digit that are as often one themselves."""


def as_printed(number: str, day: date) -> str:
    """The number with the month of its day of issue in digits, where it stands beside the year and was misread."""
    two = rf"[\d{_LIKE}]{{2}}"
    for form in (rf"(?P<month>{two})(?=[/._-]?{day.year})", rf"(?<={day.year})[/._-]?(?P<month>{two})(?![A-Za-z])"):
        for found in re.finditer(form, number):
            if found["month"].translate(_AS_DIGITS) == f"{day.month:02}":
                return number[: found.start("month")] + f"{day.month:02}" + number[found.end("month") :]
    return number


def is_doubtful(number: str) -> bool:
    """Whether a letter of it may be a digit."""
    return bool(_DOUBTFUL.search(number))
