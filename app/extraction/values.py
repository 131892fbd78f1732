"""Everything in a line that could be a value: dates, amounts, rates, identifiers, codes."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal
from functools import cache

from app.core.money import parse_amount
from app.extraction.dates import Dated, find_dates
from app.extraction.identifiers import add, add_identifiers, is_free
from app.extraction.labels import fold, tables
from app.extraction.layout import Layout, Line
from app.extraction.misread import add_misread_amounts
from app.extraction.misread_identifiers import add_misread_identifiers
from app.extraction.spots import Money, Spot, Values
from app.extraction.wrapped import find_wrapped

_DIGITS = r"\d{1,3}(?:[ .,'’]\d{3})+(?:\s?[.,]\s?\d{1,4})?(?!\d)|\d+(?:\s?[.,]\s?\d{1,4})?(?!\d)"
_RATE = re.compile(r"(?<![\w.,])(\d{1,2}(?:[.,]\d{1,3})?)\s?%")
_YEAR_AND_SEQUENCE = re.compile(r"20\d\d\.\d{1,5}")
"""An invoice number as often as an amount."""
_LETTERS_BEFORE = re.compile(r"[A-Za-z]$")
_GLUED_LABEL = re.compile(r"(?:nr|no|num|numero|nummer|number)[.#]+(?=[A-Z0-9])", re.IGNORECASE)
"""A label that its number follows without a space."""
_NUMBERED = re.compile(r"(?:n[o°]|nr|no|num|numero|nummer|number|#)\s?[.:°]?\s?$")
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_.\\#-]*")


def find_values(layout: Layout) -> Values:
    """Every candidate of every line; a stretch of text is of one type only."""
    values = Values()
    texts = [line.text for line in layout.lines]
    values.decimal_mark = _decimal_mark(texts)
    for before, line in zip(["", *texts], layout.lines, strict=False):
        taken: list[tuple[int, int]] = []
        if any(character.isdigit() for character in line.text):
            _add_dates(line, values, taken)
            if line.page.source == "ocr":
                add_misread_identifiers(line, values, taken, before)
            add_identifiers(line, values, taken, before)
            _add_rates(line, values, taken)
            _add_amounts(line, values, taken)
            if line.page.source == "ocr":
                add_misread_amounts(line, values, taken)
        add(line, values.mails, _MAIL, taken, lambda text: (text.lower().strip("."), True))
        _add_codes(line, values, taken)
    values.dates += find_wrapped(layout.lines)
    values.dates.sort(key=lambda spot: (spot.line.index, spot.start))
    return values


def _decimal_mark(texts: list[str]) -> str | None:
    """The mark before cents in this document, where it is clear."""
    marks = Counter(mark for text in texts for mark in re.findall(r"\d([.,])\d{2}(?![\d.,/-]\d|\d)", text))
    if not marks:
        return None
    (first, count), *rest = marks.most_common()
    return first if count >= 2 and count > 3 * (rest[0][1] if rest else 0) else None


def _add_dates(line: Line, values: Values, taken: list[tuple[int, int]]) -> None:
    for dated in find_dates(line.text, is_ocr=line.page.source == "ocr"):
        if _NUMBERED.search(fold(line.text[: dated.start])[-12:]):
            continue  # "Facture n° 2026-11-03" is a number, whatever it looks like
        values.dates.append(Spot(line, dated.start, dated.end, dated, line.area_of(dated.start, dated.end)))
        taken.append((dated.start, dated.end))


def _add_rates(line: Line, values: Values, taken: list[tuple[int, int]]) -> None:
    for match in _RATE.finditer(line.text):
        if is_free(match.start(), match.end(), taken):
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
        if not is_free(start, end, taken):
            continue
        amount = parse_amount(match["digits"], decimal_mark=values.decimal_mark) or parse_amount(match["digits"])
        if amount is None or line.text[match.end() :].lstrip(" ").startswith("%"):
            continue
        if match["digits"].isdigit() and line.text[end : end + 1].isalpha():
            continue  # "GST 1D No": of amounts only cents are followed by a letter at once, the tax code of a till
        is_negative = bool(match["minus"] or match["minus2"] or match["end"] == "-" or (match["open"] and match["end"]))
        after = re.search(r"[.,]\s?(\d+)$", match["digits"])
        decimals = (
            len(after[1]) if (after and amount != amount.to_integral_value()) or (after and len(after[1]) <= 2) else 0
        )
        currency = currency_of(match["before"] or match["after"] or "")
        area = line.area_of(start, end)
        value = -amount if is_negative else amount
        values.amounts.append(Money(line, start, end, value, area, True, decimals, currency))
        may_be_number = bool(_LETTERS_BEFORE.search(line.text[:start])) and not decimals  # "Invoice RM4913"
        if (currency and not may_be_number) or (0 < decimals < 4 and not _YEAR_AND_SEQUENCE.fullmatch(match["digits"])):
            taken.append((start, end))


def _add_codes(line: Line, values: Values, taken: list[tuple[int, int]]) -> None:
    """Runs of letters and digits with at least one digit: an invoice number is one of them."""
    for match in _CODE.finditer(line.text):
        glued = _GLUED_LABEL.match(match[0])
        start = match.start() + (glued.end() if glued else 0)
        end = min((begin for begin, _ in taken if start < begin < match.end()), default=match.end())
        text = line.text[start:end].rstrip("._-/\\#")
        if any(character.isdigit() for character in text) and is_free(start, start + len(text), taken):
            values.codes.append(Spot(line, start, start + len(text), text, line.area_of(start, start + len(text))))


def all_dates(values: Values) -> list[Dated]:
    """The dates alone."""
    return [spot.value for spot in values.dates]
