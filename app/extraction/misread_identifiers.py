"""IBANs and VAT numbers in which OCR took digits for letters or the reverse, as their check digits prove."""

from __future__ import annotations

import re

from stdnum import iban

from app.extraction.identifiers import VAT_WORD, iban_form, is_free, is_valid_vat
from app.extraction.layout import Line
from app.extraction.misread import AS_DIGITS
from app.extraction.spots import Spot, Values

_AS_LETTERS = str.maketrans("012568", "OIZSGB")
"""What OCR takes a letter for."""
_IBAN = re.compile(r"(?<![A-Za-z0-9])(?=([A-Z0-9]{2}\s?[0-9A-Zol]{2}(?:[ .-]?[A-Z0-9]){11,30})(?![A-Za-z0-9]))")
_VAT = re.compile(r"(?<![A-Za-z0-9])(?=([A-Zl0-9]{2}[ .-]?[A-Zol0-9](?:[ .-]?[A-Zol0-9]){6,13})(?![A-Za-z0-9]))")
"""Wherever one may begin: "P.IVA 1T…" begins like one twice."""
_VAT_FORMS = {
    **{"AT": "a" + 8 * "n", "BE": 10 * "n", "DE": 9 * "n", "DK": 8 * "n", "ES": "c" + 7 * "n" + "c", "FI": 8 * "n"},
    **{"FR": "cc" + 9 * "n", "GB": 9 * "n", "IT": 11 * "n", "LU": 8 * "n", "NL": 9 * "n" + "ann", "PL": 10 * "n"},
    "PT": 9 * "n",
}
"""For each place of the number after its country a digit, a letter, or either."""


def add_misread_identifiers(line: Line, values: Values, taken: list[tuple[int, int]], before: str) -> None:
    """What is an IBAN, or after its label a VAT number, once such signs are put right."""
    _add(line, values.ibans, _IBAN, taken, _as_iban)
    if VAT_WORD.search(line.text) or VAT_WORD.search(before):
        _add(line, values.vats, _VAT, taken, _as_vat)


def _add(line: Line, found: list[Spot], pattern: re.Pattern[str], taken: list[tuple[int, int]], mended) -> None:
    for match in pattern.finditer(line.text):
        span = match.span(1)
        value = mended(re.sub("[ .-]", "", match[1])) if is_free(*span, taken) else None
        if value:
            found.append(Spot(line, *span, value, line.area_of(*span)))
            taken.append(span)


def _as_iban(text: str) -> str | None:
    country = text[:2].translate(_AS_LETTERS)
    value = country + _formed(text[2:], "nn" + iban_form(country))
    return value if iban.is_valid(value, check_country=False) else None


def _as_vat(text: str) -> str | None:
    country = text[:2].translate(_AS_LETTERS | {ord("l"): "I"})
    value = country + _formed(text[2:], _VAT_FORMS.get(country, ""))
    return value if is_valid_vat(value) else None


def _formed(text: str, form: str) -> str:
    """The text with letters where its form wants letters and digits where it wants digits; empty where too long."""
    if len(text) != len(form):
        return ""
    tables = {"n": AS_DIGITS, "a": _AS_LETTERS, "c": {}}
    return "".join(sign.translate(tables[wanted]) for sign, wanted in zip(text, form, strict=True))
