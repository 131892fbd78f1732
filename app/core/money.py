"""Money: whole minor units beside a currency, `Decimal` in between, never a float. Rounding is half up."""

from __future__ import annotations

import copy
import re
from decimal import ROUND_HALF_UP, Decimal

from babel import Locale
from babel.numbers import list_currencies

_WITHOUT = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_WITH_THREE = "BHD IQD JOD KWD LYD OMR TND"
_DECIMALS = {
    code: count for codes, count in ((_WITHOUT, 0), (_WITH_THREE, 3), ("CLF UYW", 4)) for code in codes.split()
}
"""ISO 4217 where it is not two. Babel's own table follows use instead (no cents for ALL or IRR), so it is not asked."""

BY_DECIMALS = {count: sorted(code for code, each in _DECIMALS.items() if each == count) for count in (0, 3, 4)}
"""Number of decimals → the currencies that have so many; all others have two."""

_SPACES = " \t\u00a0\u2007\u2009\u202f"
_SYMBOLS = "€$£¥₣"
_MINUS = "-−–‐"
_LONGEST = 15  # digits; beyond that it is an account number or a misprint, not an amount

_PART = r"(?:(?P<mark>[.,])(?P<part>[0-9]+|-{1,2}))?"
_GROUPED = re.compile(r"(?P<whole>[1-9][0-9]{0,2}(?:(?P<group>[ '.,])[0-9]{3})(?:(?P=group)[0-9]{3})*)" + _PART)
_PLAIN = re.compile(r"(?P<whole>[0-9]*)(?P<group>)" + _PART)


def decimals(currency: str) -> int:
    """How many decimals this currency has, by ISO 4217."""
    return _DECIMALS.get(currency.upper(), 2)


def round_amount(amount: Decimal, currency: str) -> Decimal:
    """The amount with as many decimals as its currency has, half up."""
    return amount.quantize(Decimal(1).scaleb(-decimals(currency)), rounding=ROUND_HALF_UP)


def to_minor(amount: Decimal, currency: str) -> int:
    """The amount in whole minor units (12.345 EUR is 1235 cents)."""
    return int(round_amount(amount, currency).scaleb(decimals(currency)))


def from_minor(minor: int, currency: str) -> Decimal:
    """The amount that these minor units are."""
    return Decimal(minor).scaleb(-decimals(currency))


def format_amount(minor: int, currency: str, locale: str | Locale) -> str:
    """The amount as a person of that locale writes it, with its currency and all its decimals."""
    locale = Locale.parse(locale)
    pattern = copy.copy(locale.currency_formats["standard"])
    pattern.frac_prec = (decimals(currency), decimals(currency))
    shown = pattern.apply(from_minor(minor, currency), locale, currency=currency, currency_digits=False)
    # "USD 12", never "USD12": babel leaves out the space that CLDR asks for between letters and digits.
    return re.sub(r"(?<=[A-Z])(?=[0-9])", "\u00a0", shown)


def parse_amount(text: str, *, decimal_mark: str | None = None) -> Decimal | None:
    """The amount written in `text`, or None where it is not exactly one amount.

    A single mark before exactly three digits groups thousands (1.234 is 1234) unless `decimal_mark` says
    otherwise or a zero stands before it. Spaces beside a mark, as OCR leaves them, do no harm.
    """
    body, negative = _without_sign(_without_currency(text.strip(_SPACES)))
    if body is None:
        return None
    body = re.sub(rf"[{_SPACES}]*([.,'’´`])[{_SPACES}]*", r"\1", body)
    body = re.sub(rf"[{_SPACES}]+", " ", re.sub("[’´`]", "'", body))
    amount = _value(body, decimal_mark)
    return None if amount is None else -amount if negative else amount


def _without_currency(text: str) -> str:
    """The text without one currency sign or code before or after the number."""
    match = re.fullmatch(rf"(?P<sign>[{_MINUS}(]?)(?P<code>[{_SYMBOLS}]|[A-Za-z]{{3}})[{_SPACES}]*(?P<rest>.+)", text)
    if match and _is_currency(match["code"]):
        return match["sign"] + match["rest"]
    match = re.fullmatch(rf"(?P<rest>.*?)[{_SPACES}]*(?P<code>[{_SYMBOLS}]|[A-Za-z]{{3}})(?P<sign>[{_MINUS})]?)", text)
    if match and _is_currency(match["code"]):
        return match["rest"] + match["sign"]
    return text


def _is_currency(code: str) -> bool:
    return code in _SYMBOLS or code.upper() in list_currencies()


def _without_sign(text: str) -> tuple[str | None, bool]:
    """The digits, and whether the amount is below zero; None for the digits where signs contradict."""
    match = re.fullmatch(
        rf"(?P<open>\()?(?P<before>[{_MINUS}+])?[{_SPACES}]*(?P<body>[0-9.,].*?)[{_SPACES}]*(?P<close>\))?", text
    )
    if match is None or bool(match["open"]) != bool(match["close"]) or (match["open"] and match["before"]):
        return None, False
    # "12,-" says that there are no cents: not a minus sign.
    body = re.sub(rf"(?<=[.,])([{_MINUS}—]{{1,2}})$", lambda found: "-" * len(found[1]), match["body"])
    after = re.fullmatch(rf"(?P<body>.*[0-9])[{_SPACES}]*(?P<sign>[{_MINUS}])", body)
    if after:
        if match["open"] or match["before"]:
            return None, False
        return after["body"], True
    return body, bool(match["open"]) or (match["before"] or "+") != "+"


def _value(body: str, decimal_mark: str | None) -> Decimal | None:
    """The number in digits, groups and marks, read with groups of thousands where that is possible."""
    for pattern in (_GROUPED, _PLAIN):
        match = pattern.fullmatch(body)
        if match and _is_decimal(match["mark"], match["group"], decimal_mark):
            whole, part = re.sub("[^0-9]", "", match["whole"]), (match["part"] or "").replace("-", "")
            if (whole or part) and len(whole + part) <= _LONGEST:
                return Decimal(f"{whole or 0}.{part or 0}") if part else Decimal(whole)
    return None


def _is_decimal(mark: str | None, group: str, decimal_mark: str | None) -> bool:
    """Whether `mark` can be the decimal mark beside this group mark, in a document that uses `decimal_mark`."""
    if decimal_mark and (group == decimal_mark or mark not in (None, decimal_mark)):
        return False
    return mark is None or mark != group
