"""What a document is: invoice, credit note, several of them, or something else; and its currency."""

from __future__ import annotations

import re
from collections import Counter

from app.extraction.evidence import Evidence, column_around
from app.extraction.labels import Label, fold, tables
from app.extraction.numbers import Numbered
from app.extraction.spots import Values
from app.extraction.totals import Totals
from app.extraction.values import currency_of

_SAID = 0.8
"""From here on a label says that it is the number of an invoice."""
_SAID_BY_PLACE = 0.7
"""How sure a currency is that one place or legal form gives away."""
_TOTALS = frozenset({"gross", "payable", "net", "tax"})
_EURO = "AT BE CY DE EE EL ES FI FR HR IE IT LT LU LV MT NL PT SI SK"
_EURO_COUNTRIES = frozenset(_EURO.split())
_OTHER_COUNTRIES = {
    "GB": "GBP",
    "CH": "CHF",
    "SE": "SEK",
    "DK": "DKK",
    "PL": "PLN",
    "CZ": "CZK",
    "HU": "HUF",
    "RO": "RON",
}


def titles(evidence: Evidence, *roles: str) -> list[tuple[Label, float]]:
    """Labels of these roles that stand as a title would, with how much they look like one (0 to 1)."""
    found = []
    for labels in evidence.labels_of.values():
        for label in labels:
            if label.roles.intersection(roles):
                look = _title_look(evidence, label)
                if look > 0:
                    found.append((label, look))
    return sorted(found, key=lambda item: -item[1])


def _title_look(evidence: Evidence, label: Label) -> float:
    line, page = label.line, label.line.page
    start, end = column_around(line, label.start)
    if line.text[start : label.start].strip(" *-#:") or len(line.text[start:end].split()) > 8:
        return 0.0
    usual = page.glyph_height * page.height or line.height
    look = (
        0.4 + 0.25 * (line.area_of(label.start, label.end)[1] < 0.4 * page.height) + (0.1 if page.number == 1 else -0.1)
    )
    look += 0.25 if line.height > 1.25 * usual else 0.0
    return look + (0.1 if line.text[label.start : label.end].isupper() else 0.0)


def find_kind(evidence: Evidence, totals: Totals) -> tuple[str, float, Label | None]:
    """`invoice` or `credit_note`, how sure, and the title that says so."""
    credit, invoice = titles(evidence, "credit_note"), titles(evidence, "invoice")
    best_credit = credit[0] if credit else (None, 0.0)
    best_invoice = invoice[0] if invoice else (None, 0.0)
    is_negative = totals.gross is not None and totals.gross.value < 0 and totals.gross.score > 0.3
    if best_credit[1] > 0.45 and best_credit[1] >= best_invoice[1]:
        return "credit_note", 0.97 if is_negative else 0.93, best_credit[0]
    if is_negative:
        return "credit_note", 0.6, best_credit[0]
    if best_invoice[0] is not None:
        return "invoice", 0.97 if best_credit[0] is None else 0.85, best_invoice[0]
    if best_credit[0] is not None:
        return "invoice", 0.6, None
    return "invoice", 0.92 if totals.adds_up and totals.gross.value > 0 else 0.8, None


def find_currency(evidence: Evidence, values: Values, totals: Totals, language: str) -> tuple[str, float]:
    """The document's currency and how sure it is; the empty text where nothing says it."""
    for labels in evidence.labels_of.values():
        for label in labels:
            if "currency" in label.roles:
                code = _code_in(label.line.text[label.end : label.end + 25])
                if code:
                    return code, 0.96
    text = fold("\n".join(line.text for line in evidence.layout.lines))
    if said := _said_by_totals(evidence, totals):
        return said, 0.96
    counted = Counter(money.currency for money in values.amounts if money.currency)
    if counted:
        return _by_amounts(counted, totals, values, text, is_ocr=evidence.layout.is_ocr)
    counted = Counter(
        code for code, signs in tables()["currencies"].items() for sign in signs[:2] if _stands_in(sign, text)
    )
    country, sure = _by_country(values, text, language)
    if counted:
        agree = len(counted) == 1 and country in counted and sure >= _SAID_BY_PLACE
        return counted.most_common(1)[0][0], 0.93 if agree else 0.85 if len(counted) == 1 else 0.5
    return country, sure


def _said_by_totals(evidence: Evidence, totals: Totals) -> str:
    """The one code that follows the words of the totals ("Total GBP"), where none stands beside the total itself."""
    if totals.gross is None or totals.gross.spot is None or totals.gross.spot.currency:
        return ""
    said = {
        _code_in(label.line.text[label.end : label.end + 6])
        for labels in evidence.labels_of.values()
        for label in labels
        if label.roles & _TOTALS
    } - {""}
    return said.pop() if len(said) == 1 else ""


def _by_amounts(counted: Counter, totals: Totals, values: Values, text: str, *, is_ocr: bool) -> tuple[str, float]:
    """The currency that stands beside the total, or beside most amounts; one sign alone may be misread."""
    (code, count), *others = counted.most_common()
    beside = totals.gross.spot.currency if totals.gross is not None and totals.gross.spot is not None else ""
    if is_ocr and counted[beside or code] == 1:
        country, sure = _by_country(values, text, "")
        if country and country != (beside or code):
            return country, sure
        return beside or code, 0.93 if _stands_in_words((beside or code).lower(), text) else 0.8
    if beside:
        return beside, 0.96
    return code, 0.93 if not others or count > 2 * others[0][1] else 0.6


def _code_in(text: str) -> str:
    for word in re.findall(r"[A-Za-z]{3,5}|[€$£]", text):
        if code := currency_of(word):
            return code
    return ""


def _stands_in(sign: str, text: str) -> bool:
    if not sign.isalpha():
        return len(sign) == 1 and sign in text
    return len(sign) >= 3 and _stands_in_words(re.escape(sign), text)


def _stands_in_words(word: str, text: str) -> bool:
    return re.search(rf"(?<![a-z]){word}(?![a-z])", text) is not None


def _by_country(values: Values, text: str, language: str) -> tuple[str, float]:
    for spot in [*values.vats, *values.ibans]:
        country = str(spot.value)[:2]
        if country in _EURO_COUNTRIES:
            return "EUR", 0.85
        if country in _OTHER_COUNTRIES:
            return _OTHER_COUNTRIES[country], 0.6
    said = Counter(
        code for code, words in tables()["countries"].items() for word in words if _stands_in_words(word, text)
    )
    if said:
        (code, count), *others = said.most_common()
        return code, _SAID_BY_PLACE if others or count == 1 else 0.9  # a street, a town and a legal form agree
    if values.sirens or values.sirets:
        return "EUR", 0.8
    return ("EUR", 0.5) if language in ("fr", "de", "nl", "es", "it") else ("", 0.0)


def find_several(evidence: Evidence, numbers: list[Numbered]) -> list[int]:
    """The pages on which another invoice begins, where the file holds several."""
    beginnings = _beginnings(evidence, numbers)
    if not _all_have_totals(evidence, beginnings):
        beginnings = [numbered for numbered in beginnings if numbered.label > _SAID]
    seen: dict[str, int] = {}
    for numbered in beginnings:
        seen.setdefault(numbered.value.casefold(), numbered.spot.line.page.number)
    return list(seen.values()) if len(seen) > 1 else []


def _beginnings(evidence: Evidence, numbers: list[Numbered]) -> list[Numbered]:
    """The number of each page that has a title: its label says so, or a plain "no" below the title does."""
    titled = {
        label.line.page.number: label for label, look in titles(evidence, "invoice", "credit_note")[::-1] if look > 0.4
    }
    first: dict[str, int] = {}
    for numbered in numbers:
        page, value = numbered.spot.line.page.number, numbered.value.casefold()
        first[value] = min(page, first.get(value, page))
    found: dict[int, Numbered] = {}
    for numbered in numbers:
        page = numbered.spot.line.page
        title = titled.get(page.number)
        if title is None or numbered.spot.area[1] >= 0.5 * page.height:
            continue
        is_new = first[numbered.value.casefold()] == page.number
        if numbered.label > _SAID or (is_new and numbered.label >= 0.5 and _is_below(numbered, title)):
            found.setdefault(page.number, numbered)
    return [found[page] for page in sorted(found)]


def _is_below(numbered: Numbered, title: Label) -> bool:
    """Does the number stand in the next lines below the title, and begin where it begins?"""
    line, page = numbered.spot.line, title.line.page
    left, top = line.area_of(column_around(line, numbered.spot.start)[0], numbered.spot.end)[:2]
    is_near = 0 < top - title.area[1] < 4 * max(title.line.height, line.height)
    return is_near and abs(left - title.area[0]) < 0.05 * page.width


def _all_have_totals(evidence: Evidence, beginnings: list[Numbered]) -> bool:
    """Is a total printed between each of these pages and the next: is each an invoice, not the next page of one?"""
    pages = [numbered.spot.line.page.number for numbered in beginnings]
    totals = {
        label.line.page.number
        for labels in evidence.labels_of.values()
        for label in labels
        if label.roles & {"gross", "payable"}
    }
    ends = [*pages[1:], max(totals, default=0) + 1]
    return all(any(page <= total < end for total in totals) for page, end in zip(pages, ends, strict=False))
