"""Numbers that say who is meant: IBAN, VAT number, SIREN, SIRET, BIC, with their check digits."""

from __future__ import annotations

import re
from functools import cache

from stdnum import bic, iban
from stdnum.eu import vat as eu_vat
from stdnum.fr import siren, siret
from stdnum.gb import vat as gb_vat

from app.extraction.layout import Line
from app.extraction.spots import Spot, Values

_VAT = re.compile(
    r"(?<![A-Za-z0-9])(?P<country>AT|BE|BG|CY|CZ|DE|DK|EE|EL|ES|FI|FR|GB|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK|XI|CHE)"
    r"(?P<rest>[ .-]?[A-Za-z0-9](?:[ .-]?[A-Za-z0-9]){6,13})(?![A-Za-z0-9])"
)
VAT_WORD = re.compile(r"t\.?v\.?a|vat|u\.?st|mwst|btw|i\.?v\.?a|nif|cif|moms|gst|tax|uid|intra", re.IGNORECASE)
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\s?\d{2}(?:[ .-]?[A-Z0-9]){11,30}(?![A-Za-z0-9])")
_IBAN_WORD = re.compile(r"iban|\bbic\b|swift|bankverbindung|bank account", re.IGNORECASE)
_SIRET = re.compile(r"(?<![\dA-Za-z])\d{3}[ .]?\d{3}[ .]?\d{3}[ .]?\d{5}(?!\d)|(?<![\dA-Za-z])\d{14}(?!\d)")
_SIREN = re.compile(r"(?<![\dA-Za-z])\d{3}[ .]?\d{3}[ .]?\d{3}(?!\s?\d)")
_BIC = re.compile(r"(?<![A-Za-z0-9])[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?(?![A-Za-z0-9])")
_LETTER_FIRST = {"AT", "CY", "ES", "FR", "IE"}
_VAT_LENGTHS = {
    "DE": 9,
    "AT": 9,
    "BE": 10,
    "FR": 11,
    "NL": 12,
    "IT": 11,
    "ES": 9,
    "LU": 8,
    "PT": 9,
    "PL": 10,
    "DK": 8,
    "SI": 8,
}
_VAT_LENGTHS |= {"CY": 9, "EE": 9, "EL": 9, "FI": 8, "HR": 11, "HU": 8, "LV": 11, "MT": 8, "SE": 12, "SK": 10}


def add_identifiers(line: Line, values: Values, taken: list[tuple[int, int]], before: str) -> None:
    """IBANs before VAT numbers before SIRET before SIREN: each looks like a part of the one before."""
    _add_ibans(line, values, taken, before)
    is_labelled = bool(VAT_WORD.search(line.text) or VAT_WORD.search(before))
    add(line, values.vats, _VAT, taken, lambda text: _understand_vat(text, is_labelled))
    add(line, values.sirets, _SIRET, taken, lambda text: _checked(text, siret))
    add(line, values.sirens, _SIREN, taken, lambda text: _checked(text, siren))
    if re.search(r"bic|swift", line.text, re.IGNORECASE):
        add(line, values.bics, _BIC, taken, lambda text: (text, True) if bic.is_valid(text) else None)


def _add_ibans(line: Line, values: Values, taken: list[tuple[int, int]], before: str) -> None:
    """IBANs, cut to the length their country says where other text follows at once."""
    for match in _IBAN.finditer(line.text):
        compact = re.sub("[ .-]", "", match[0])
        length = _iban_length(compact[:2])
        is_labelled = bool(_IBAN_WORD.search(line.text) or _IBAN_WORD.search(before[-25:]))
        end = match.end()
        while length and len(compact) > length and end > match.start():
            end -= 1
            compact = re.sub("[ .-]", "", line.text[match.start() : end])
        if not 15 <= len(compact) <= 34 or not (length or is_labelled):
            continue
        is_right = iban.is_valid(compact, check_country=False)
        if (is_right or is_labelled) and is_free(match.start(), end, taken):
            area = line.area_of(match.start(), end)
            values.ibans.append(Spot(line, match.start(), end, compact, area, is_right))
            taken.append((match.start(), end))


@cache
def _iban_length(country: str) -> int | None:
    """How many characters an IBAN of this country has."""
    form = iban_form(country)
    return 4 + len(form) if form else None


@cache
def iban_form(country: str) -> str:
    """For each place after the check digits "n" for a digit, "a" for a letter, "c" for either; empty where unknown."""
    found = iban._ibandb.info(country)
    groups = re.findall(r"(\d+)!([nac])", found[0][1].get("bban", "")) if found else []
    return "".join(int(count) * kind for count, kind in groups)


def is_valid_vat(compact: str) -> bool:
    """Whether the check digits of a VAT number hold."""
    return gb_vat.is_valid(compact[2:]) if compact[:2] in ("GB", "XI") else eu_vat.is_valid(compact)


def _understand_vat(text: str, is_labelled: bool) -> tuple[str, bool] | None:
    """The VAT number and whether its check digits hold; where they don't, only a label makes it one."""
    compact = re.sub("[ .-]", "", text).upper()
    country, rest = compact[:2], compact[2:]
    length = _VAT_LENGTHS.get(country)
    if country == "CH":
        swiss = re.match(r"CHE\d{9}", compact)
        return (swiss[0], True) if swiss else None
    if sum(character.isdigit() for character in rest) < 7 or (length and len(rest) != length):
        return None
    if not rest[0].isdigit() and country not in _LETTER_FIRST:
        return None
    is_right = is_valid_vat(compact)
    return (compact, is_right) if is_right or is_labelled else None


def _checked(text: str, module) -> tuple[str, bool] | None:
    """A French number with its check digits; without them anything of nine digits might be one."""
    compact = re.sub("[ .]", "", text)
    return (compact, True) if module.is_valid(compact) else None


def add(line: Line, found: list[Spot], pattern: re.Pattern[str], taken, understand) -> None:
    """Add what `pattern` finds and `understand` accepts as (value, whether its check digits hold)."""
    for match in pattern.finditer(line.text):
        understood = understand(match[0]) if is_free(match.start(), match.end(), taken) else None
        if understood:
            value, is_right = understood
            found.append(Spot(line, match.start(), match.end(), value, line.area_of(*match.span()), is_right))
            taken.append(match.span())


def is_free(start: int, end: int, taken: list[tuple[int, int]]) -> bool:
    return all(end <= a or start >= b for a, b in taken)
