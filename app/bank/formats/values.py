"""Texts, days, amounts and account numbers, as machines write them."""

from __future__ import annotations

import codecs
import re
from datetime import date
from decimal import Decimal

from babel.numbers import list_currencies
from stdnum import iban as iban_number

from app.bank.formats.statement import Wrong
from app.web.fields import FIRST_DAY, LAST_DAY, compact

_AMOUNT = re.compile(r"[+-]?[0-9]{1,15}(?:[.,][0-9]{0,6})?|[+-]?[.,][0-9]{1,6}")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_LETTERS = {letter: str(place % 9 + 1 + place // 18) for place, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ")}
"""What a letter of a French account number counts as in its key: A and J are 1, but S is 2."""


def decoded(data: bytes) -> str:
    """The text of a file: by its mark, else UTF-8, else as the banks of Western Europe write."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _whole(data, encoding)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace") if _is_cp1252(data) else data.decode("latin-1")


def _is_cp1252(data: bytes) -> bool:
    return not any(each in data for each in b"\x81\x8d\x8f\x90\x9d")


def _whole(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise Wrong("no_text") from None


def cleaned(text: str | None, longest: int) -> str:
    """A text without control characters and doubled blanks, as long as its column."""
    plain = text or ""
    if not plain.isprintable():
        plain = "".join(each if each.isprintable() else " " for each in plain)
    return " ".join(plain.split())[:longest].strip()


def joined(parts: list[str | None], longest: int = 1000) -> str:
    """Several texts as one, each said once."""
    told: list[str] = []
    for part in parts:
        text = cleaned(part, longest)
        if text and not any(text in other for other in told):
            told.append(text)
    return " ".join(told)[:longest].strip()


def amount(text: str | None, line: int) -> Decimal:
    """A plain amount with a point or a comma; anything else is wrong."""
    body = (text or "").strip()
    if not _AMOUNT.fullmatch(body):
        raise Wrong("amount", line=line, text=cleaned(body, 40))
    return Decimal(body.replace(",", "."))


def day(year: int | str, month: int | str, day: int | str, line: int) -> date:
    """That day; one the calendar does not have is wrong, but for a 30 February, with which some banks reckon."""
    try:
        full = int(year) + (2000 if int(year) < 80 else 1900 if int(year) < 100 else 0)
        if int(month) == 2 and int(day) == 30:
            return date(full, 3, 1) - _ONE_DAY
        found = date(full, int(month), int(day))
    except ValueError:
        raise Wrong("date", line=line, text=cleaned(f"{year}-{month}-{day}", 40)) from None
    if not FIRST_DAY <= found <= LAST_DAY:
        raise Wrong("date", line=line, text=found.isoformat())
    return found


_ONE_DAY = date(2000, 1, 2) - date(2000, 1, 1)


def french_iban(bank: str, branch: str, account: str) -> str:
    """The IBAN of a French account, whose key follows from its numbers; empty where they are none."""
    if not re.fullmatch(r"[0-9]{5}[0-9]{5}[0-9A-Z]{11}", bank + branch + account):
        return ""
    digits = "".join(_LETTERS.get(each, each) for each in account)
    key = 97 - (89 * int(bank) + 15 * int(branch) + 3 * int(digits)) % 97
    return with_check_digits("FR", f"{bank}{branch}{account}{key:02}")


def with_check_digits(country: str, number: str) -> str:
    """The IBAN of a number within its country; empty where there is none such."""
    found = f"{country}{iban_number.calc_check_digits(f'{country}00{number}')}{number}"
    return found if iban_number.is_valid(found) else ""


def as_iban(text: str | None) -> str:
    """The IBAN that is written there, compact; empty where it is none."""
    number = compact(text)
    return number if 15 <= len(number) <= 34 and iban_number.is_valid(number) else ""


def currency(text: str | None) -> str:
    """A currency code; empty where it is none."""
    code = (text or "").strip().upper()
    return code if re.fullmatch("[A-Z]{3}", code) else ""


def is_currency(code: str | None) -> bool:
    """Is there such a money?"""
    return bool(code) and code in list_currencies()
