"""Amounts that OCR misread: a point lost, letters for digits, a currency run into them. Never sure by themselves."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache

from app.extraction.identifiers import is_free
from app.extraction.labels import tables
from app.extraction.layout import Line
from app.extraction.spots import Money, Values

_DIGIT, _CENT = r"[\dSOoIlBZ]", r"[\dSOo]"
AS_DIGITS = str.maketrans("SOoIlBZ", "5001182")
"""What OCR takes a digit for."""
_END = r"(?=\t|$|\s?[A-Z*]{1,2}(?:\s|$))"
_POINT_LOST = re.compile(r"(?<![\w.,/-])(?<!\d )(?P<whole>\d{1,4})[ .,]{1,2}(?P<cents>\d{2})(?=\t|$)")
_RUN_TOGETHER = re.compile(
    rf"(?<![\w.,/-])[A-Za-z]{{0,2}}(?P<whole>\d{_DIGIT}{{0,4}})\s?[.,]\s?(?P<cents>{_CENT}{{2}}){_END}"
)


@cache
def _forms() -> tuple[re.Pattern[str], ...]:
    """A known currency may be followed by nothing but such letters: "RMS. 00"."""
    signs = "|".join(
        re.escape(sign.upper()) for signs in tables()["currencies"].values() for sign in signs if len(sign) > 1
    )
    after_currency = rf"(?<!\w)(?:{signs})\s?(?P<whole>{_DIGIT}{{1,4}})[ .,:]{{1,3}}(?P<cents>{_CENT}{{2}}){_END}"
    return _POINT_LOST, re.compile(after_currency), _RUN_TOGETHER


def add_misread_amounts(line: Line, values: Values, taken: list[tuple[int, int]]) -> None:
    """What may be an amount in a line that OCR read."""
    for form in _forms():
        for match in form.finditer(line.text):
            span = match.start("whole"), match.end("cents")
            if is_free(*span, taken):
                value = Decimal(f"{match['whole']}.{match['cents']}".translate(AS_DIGITS))
                values.amounts.append(Money(line, *span, value, line.area_of(*span), False, 2))
                taken.append(span)
