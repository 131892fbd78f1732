"""MT940: the fields of SWIFT, as banks across Europe write them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from app.bank.formats import mt940_words, values
from app.bank.formats.statement import MOST_LINES, LineRead, StatementRead, Wrong

_FIELD = re.compile(r":([0-9]{2}[A-Z]?|NS):(.*)")
_BEFORE = re.compile(r"\{.*|:940:|-\}?|[A-Z0-9 ]{3,16}|")
"""What may stand above the first field: envelopes of SWIFT, names of banks."""
_BALANCE = re.compile(r"([CD])([0-9]{2})([0-9]{2})([0-9]{2})([A-Z]{3})?([0-9]{1,15},[0-9]{0,6})\s*")
_MOVEMENT = re.compile(
    r"([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2}|  )?([0-9]{2}|  )?(R?[CD])[A-Z]?([0-9]{1,15},?[0-9]{0,6})(.*)"
)
_AFTER_AMOUNT = re.compile(r"(?:[A-Z][A-Z0-9 ]{3})?((?:(?!//).)*)(?://(.*))?")
LEAVES = ("D", "RC")
"""Money leaves: a debit, and a credit that is taken back."""


@dataclass
class _Field:
    tag: str
    place: int
    lines: list[str] = field(default_factory=list)

    @property
    def first(self) -> str:
        return self.lines[0]


def is_mine(head: str) -> bool:
    """Does a file begin like this?"""
    return bool(re.search(r"^:20:", head, re.MULTILINE) and re.search(r"^:(25|28C?|60[FM]):", head, re.MULTILINE))


def read(data: bytes) -> list[StatementRead]:
    """Its statements; each begins with a field 20."""
    statements: list[StatementRead] = []
    last = ""
    for each in _fields(values.decoded(data)):
        if each.tag == "20":
            statements.append(StatementRead())
        elif not statements:
            raise Wrong("before_start", line=each.place)
        else:
            _add(statements[-1], each, last)
        last = each.tag if each.tag not in ("86", "NS") else last
    if sum(len(each.lines) for each in statements) > MOST_LINES:
        raise Wrong("too_many", most=MOST_LINES)
    return statements


def _fields(text: str) -> list[_Field]:
    found: list[_Field] = []
    for place, line in enumerate(text.splitlines(), 1):
        match = _FIELD.fullmatch(line)
        if match:
            found.append(_Field(match[1], place, [match[2]]))
        elif found and line.strip() != "-" and not line.startswith(("{", ":940:", "-}")):
            found[-1].lines.append(line)
        elif not found and not _BEFORE.fullmatch(values.cleaned(line, 100)):
            raise Wrong("record", line=place, text=values.cleaned(line, 40))
    return found


def _add(statement: StatementRead, each: _Field, last: str) -> None:
    if each.tag == "25":
        _say_account(statement, each.first)
    elif each.tag in ("28", "28C"):
        statement.number = values.cleaned(each.first, 40)
    elif each.tag in ("60F", "60M"):
        statement.opening, statement.from_date = _balance(statement, each)
    elif each.tag in ("62F", "62M"):
        statement.closing, statement.to_date = _balance(statement, each)
    elif each.tag == "61":
        statement.lines.append(_movement(each))
    elif each.tag in ("86", "NS") and last == "61":
        mt940_words.tell(statement.lines[-1], each.lines, is_swift=each.tag == "86")


def _say_account(statement: StatementRead, text: str) -> None:
    """An IBAN, perhaps with its currency behind it, or the numbers of a German bank and account."""
    statement.account = values.cleaned(text, 40)
    bare = re.sub(r"\s*[A-Z]{3}$", "", statement.account)
    statement.iban = values.as_iban(statement.account) or values.as_iban(bare)
    if german := re.fullmatch(r"([0-9]{8})/([0-9]{1,10})", statement.account):
        statement.iban = values.with_check_digits("DE", german[1] + german[2].zfill(10))


def _balance(statement: StatementRead, each: _Field) -> tuple[Decimal, date]:
    match = _BALANCE.fullmatch(each.first)
    if match is None:
        raise Wrong("balance", line=each.place, text=values.cleaned(each.first, 40))
    statement.currency = match[5] or statement.currency
    held = values.amount(match[6], each.place) * (-1 if match[1] == "D" else 1)
    return held, values.day(match[2], match[3], match[4], each.place)


def _movement(each: _Field) -> LineRead:
    match = _MOVEMENT.fullmatch(each.first.rstrip())
    if match is None:
        raise Wrong("movement", line=each.place, text=values.cleaned(each.first, 40))
    year, month, day, entry_month, entry_day, side, digits, after = match.groups()
    value_date = values.day(year, month, day, each.place)
    amount = values.amount(digits, each.place) * (-1 if side in LEAVES else 1)
    booked = _booked(value_date, (entry_month or "").strip(), (entry_day or "").strip(), each.place)
    line = LineRead(amount=amount, date=booked, value_date=value_date, place=each.place)
    said = _AFTER_AMOUNT.fullmatch(after)
    own, of_bank = (said[1], said[2]) if said else (after, "")
    line.reference, line.bank_reference = mt940_words.reference(own), mt940_words.reference(of_bank)
    mt940_words.tell_below(line, each.lines[1:])
    return line


def _booked(value_date: date, month: str, day: str, place: int) -> date:
    """The day it was booked, of which no year is said: the one nearest to its value date."""
    if not month or not day:
        return value_date
    years = (value_date.year - 1, value_date.year, value_date.year + 1)
    days = [values.day(year, month, day, place) for year in years if (month, day) != ("02", "29") or year % 4 == 0]
    return min(days, key=lambda each: abs(each - value_date), default=value_date)
