"""Everything in a line that could be a value: dates, amounts, rates, identifiers, codes."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache

from stdnum import bic, iban
from stdnum.eu import vat as eu_vat
from stdnum.fr import siren, siret
from stdnum.gb import vat as gb_vat

from app.core.money import parse_amount
from app.extraction.dates import Dated, find_dates
from app.extraction.labels import fold, tables
from app.extraction.layout import Area, Layout, Line

_DIGITS = r"\d{1,3}(?:[ .,'’]\d{3})+(?:\s?[.,]\s?\d{1,4})?(?!\d)|\d+(?:\s?[.,]\s?\d{1,4})?(?!\d)"
_RATE = re.compile(r"(?<![\w.,])(\d{1,2}(?:[.,]\d{1,3})?)\s?%")
_VAT = re.compile(
    r"(?<![A-Za-z0-9])(?P<country>AT|BE|BG|CY|CZ|DE|DK|EE|EL|ES|FI|FR|GB|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK|XI|CHE)"
    r"(?P<rest>[ .-]?[A-Za-z0-9](?:[ .-]?[A-Za-z0-9]){6,13})(?![A-Za-z0-9])"
)
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\s?\d{2}(?:[ .-]?[A-Z0-9]{1,4}){3,9}(?![A-Za-z0-9])")
_SIRET = re.compile(r"(?<![\dA-Za-z])\d{3}[ .]?\d{3}[ .]?\d{3}[ .]?\d{5}(?!\d)|(?<![\dA-Za-z])\d{14}(?!\d)")
_SIREN = re.compile(r"(?<![\dA-Za-z])\d{3}[ .]?\d{3}[ .]?\d{3}(?!\s?\d)")
_BROKEN = re.compile(r"(?<![\w.,/-])(\d{1,4})[ .,]{1,2}(\d{2})(?=\t|$)")
_YEAR_AND_SEQUENCE = re.compile(r"20\d\d\.\d{1,5}")
"""An invoice number as often as an amount."""
_NUMBERED = re.compile(r"(?:n[o°]|nr|no|num|numero|nummer|number|#)\s?[.:°]?\s?$")
_BIC = re.compile(r"(?<![A-Za-z0-9])[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?(?![A-Za-z0-9])")
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_.\\#-]*")
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


@dataclass(slots=True)
class Spot:
    """A value and where it stands."""

    line: Line
    start: int
    end: int
    value: object
    area: Area
    is_right: bool = True
    """Whether its check digits hold, where it has some."""

    @property
    def text(self) -> str:
        """As it is printed."""
        return self.line.text[self.start : self.end].strip()


@dataclass(slots=True)
class Money(Spot):
    """An amount; `decimals` as printed, `currency` where a sign or code stands beside it."""

    decimals: int = 0
    currency: str = ""


@dataclass(slots=True)
class Values:
    """All candidates of a document, by type, in reading order."""

    dates: list[Spot] = field(default_factory=list)
    amounts: list[Money] = field(default_factory=list)
    rates: list[Spot] = field(default_factory=list)
    vats: list[Spot] = field(default_factory=list)
    ibans: list[Spot] = field(default_factory=list)
    bics: list[Spot] = field(default_factory=list)
    sirets: list[Spot] = field(default_factory=list)
    sirens: list[Spot] = field(default_factory=list)
    mails: list[Spot] = field(default_factory=list)
    codes: list[Spot] = field(default_factory=list)
    decimal_mark: str | None = None


def find_values(layout: Layout) -> Values:
    """Every candidate of every line; a stretch of text is of one type only."""
    values = Values()
    texts = [line.text for line in layout.lines]
    values.decimal_mark = _decimal_mark(texts)
    for before, line in zip(["", *texts], layout.lines, strict=False):
        taken: list[tuple[int, int]] = []
        if any(character.isdigit() for character in line.text):
            _add_dates(line, values, taken)
            _add_identifiers(line, values, taken, before)
            _add_rates(line, values, taken)
            _add_amounts(line, values, taken)
            if line.page.source == "ocr":
                _add_broken_amounts(line, values, taken)
        _add(line, values.mails, _MAIL, taken, lambda text: (text.lower().strip("."), True))
        _add_codes(line, values, taken)
    return values


def _decimal_mark(texts: list[str]) -> str | None:
    """The mark before cents in this document, where it is clear."""
    marks = Counter(mark for text in texts for mark in re.findall(r"\d([.,])\d{2}(?![\d.,/-]\d|\d)", text))
    if not marks:
        return None
    (first, count), *rest = marks.most_common()
    return first if count >= 2 and count > 3 * (rest[0][1] if rest else 0) else None


def _is_free(start: int, end: int, taken: list[tuple[int, int]]) -> bool:
    return all(end <= a or start >= b for a, b in taken)


def _add_dates(line: Line, values: Values, taken: list[tuple[int, int]]) -> None:
    for dated in find_dates(line.text, is_ocr=line.page.source == "ocr"):
        if _NUMBERED.search(fold(line.text[: dated.start])[-12:]):
            continue  # "Facture n° 2026-11-03" is a number, whatever it looks like
        values.dates.append(Spot(line, dated.start, dated.end, dated, line.area_of(dated.start, dated.end)))
        taken.append((dated.start, dated.end))


def _add(line: Line, found: list[Spot], pattern: re.Pattern[str], taken, understand) -> None:
    """Add what `pattern` finds and `understand` accepts as (value, whether its check digits hold)."""
    for match in pattern.finditer(line.text):
        understood = understand(match[0]) if _is_free(match.start(), match.end(), taken) else None
        if understood:
            value, is_right = understood
            found.append(Spot(line, match.start(), match.end(), value, line.area_of(*match.span()), is_right))
            taken.append(match.span())


def _add_identifiers(line: Line, values: Values, taken: list[tuple[int, int]], before: str) -> None:
    """IBANs before VAT numbers before SIRET before SIREN: each looks like a part of the one before."""
    _add_ibans(line, values, taken, before)
    _add(line, values.vats, _VAT, taken, _understand_vat)
    _add(line, values.sirets, _SIRET, taken, lambda text: _checked(text, siret))
    _add(line, values.sirens, _SIREN, taken, lambda text: _checked(text, siren))
    if re.search(r"bic|swift", line.text, re.IGNORECASE):
        _add(line, values.bics, _BIC, taken, lambda text: (text, True) if bic.is_valid(text) else None)


def _add_ibans(line: Line, values: Values, taken: list[tuple[int, int]], before: str) -> None:
    """IBANs, cut to the length their country says where other text follows at once."""
    for match in _IBAN.finditer(line.text):
        compact = re.sub("[ .-]", "", match[0])
        length = _iban_length(compact[:2])
        is_labelled = "iban" in line.text.lower() or before.lower().rstrip(" :").endswith("iban")
        if not 15 <= len(compact) <= 34 or not (length or is_labelled):
            continue
        end = match.end()
        while length and len(compact) > length and end > match.start():
            end -= 1
            compact = re.sub("[ .-]", "", line.text[match.start() : end])
        is_right = iban.is_valid(compact, check_country=False)
        if (is_right or is_labelled) and _is_free(match.start(), end, taken):
            area = line.area_of(match.start(), end)
            values.ibans.append(Spot(line, match.start(), end, compact, area, is_right))
            taken.append((match.start(), end))


@cache
def _iban_length(country: str) -> int | None:
    """How many characters an IBAN of this country has."""
    info = iban._ibandb.info(country)[0][1]
    groups = re.findall(r"(\d+)!", info.get("bban", "")) if info else []
    return 4 + sum(int(count) for count in groups) if groups else None


def _understand_vat(text: str) -> tuple[str, bool] | None:
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
    return compact, (gb_vat.is_valid(rest) if country in ("GB", "XI") else eu_vat.is_valid(compact))


def _checked(text: str, module) -> tuple[str, bool] | None:
    """A French number with its check digits; without them anything of nine digits might be one."""
    compact = re.sub("[ .]", "", text)
    return (compact, True) if module.is_valid(compact) else None


def _add_rates(line: Line, values: Values, taken: list[tuple[int, int]]) -> None:
    for match in _RATE.finditer(line.text):
        if _is_free(match.start(), match.end(), taken):
            rate = Decimal(match[1].replace(",", "."))
            values.rates.append(Spot(line, match.start(), match.end(), rate, line.area_of(*match.span())))
            taken.append(match.span())


@cache
def _amount() -> re.Pattern[str]:
    signs = sorted((sign for signs in tables()["currencies"].values() for sign in signs), key=len, reverse=True)
    sign = "|".join(re.escape(sign) for sign in signs)
    return re.compile(
        rf"(?<![\w.,/:°#])(?P<open>\()?(?P<minus>[-−–]\s?)?(?:(?P<before>{sign})\s?\.?:?\s?)?(?P<minus2>[-−–]\s?)?"
        rf"(?P<digits>{_DIGITS})(?![/:]\d)(?:\s?(?P<after>{sign})(?!\w))?(?P<end>-(?![\w-])|\))?(?=[^\w%]|[A-Z]{{1,2}}\b|\*|$)",
        re.IGNORECASE,
    )


def currency_of(sign: str) -> str:
    """The code of a currency sign."""
    sign = sign.lower()
    return next((code for code, signs in tables()["currencies"].items() if sign in signs), "")


def _add_amounts(line: Line, values: Values, taken: list[tuple[int, int]]) -> None:
    for match in _amount().finditer(line.text):
        start, end = match.span("digits")
        if not _is_free(start, end, taken):
            continue
        amount = parse_amount(match["digits"], decimal_mark=values.decimal_mark) or parse_amount(match["digits"])
        if amount is None or line.text[match.end() :].lstrip(" ").startswith("%"):
            continue
        is_negative = bool(match["minus"] or match["minus2"] or match["end"] == "-" or (match["open"] and match["end"]))
        after = re.search(r"[.,]\s?(\d+)$", match["digits"])
        decimals = (
            len(after[1]) if (after and amount != amount.to_integral_value()) or (after and len(after[1]) <= 2) else 0
        )
        currency = currency_of(match["before"] or match["after"] or "")
        area = line.area_of(start, end)
        value = -amount if is_negative else amount
        values.amounts.append(Money(line, start, end, value, area, True, decimals, currency))
        if currency or (0 < decimals < 4 and not _YEAR_AND_SEQUENCE.fullmatch(match["digits"])):
            taken.append((start, end))


def _add_broken_amounts(line: Line, values: Values, taken: list[tuple[int, int]]) -> None:
    """Amounts whose point OCR lost ("20 50" at the end of a column): better than nothing, and never sure."""
    for match in _BROKEN.finditer(line.text):
        if _is_free(*match.span(), taken):
            value = Decimal(f"{match[1]}.{match[2]}")
            values.amounts.append(Money(line, *match.span(), value, line.area_of(*match.span()), False, 2))
            taken.append(match.span())


def _add_codes(line: Line, values: Values, taken: list[tuple[int, int]]) -> None:
    """Runs of letters and digits with at least one digit: an invoice number is one of them."""
    for match in _CODE.finditer(line.text):
        text = match[0].rstrip("._-/\\#")
        if any(character.isdigit() for character in text) and _is_free(match.start(), match.start() + len(text), taken):
            end = match.start() + len(text)
            values.codes.append(Spot(line, match.start(), end, text, line.area_of(match.start(), end)))


def all_dates(values: Values) -> list[Dated]:
    """The dates alone."""
    return [spot.value for spot in values.dates]
