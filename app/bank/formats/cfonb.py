"""CFONB 120: the fixed lines French banks send."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from app.bank.formats import values
from app.bank.formats.statement import MOST_LINES, LineRead, StatementRead, Wrong

WIDTH = 120
_LAST = {sign: (str(digit), 1) for digit, sign in enumerate("{ABCDEFGHI")}
_LAST |= {sign: (str(digit), -1) for digit, sign in enumerate("}JKLMNOPQR")}
"""The last digit of an amount says its sign, too."""
_FIRST = re.compile(r"0[1-7][0-9]{5}.{9}[A-Z]{3}[0-9]")


def is_mine(head: str) -> bool:
    """Does a file begin like this?"""
    return bool(_FIRST.match(head)) and head[:2] in ("01", "04")


def read(data: bytes) -> list[StatementRead]:
    """Its statements: each from an old balance to a new one."""
    statements: list[StatementRead] = []
    is_open = False
    for number, line in _lines(values.decoded(data)):
        kind = line[:2]
        if kind == "01":
            statements.append(_begun(line, number))
            is_open = True
        elif not statements or (kind != "07" and not is_open):
            raise Wrong("before_start", line=number)
        elif kind == "04":
            statements[-1].lines.append(_movement(line, number))
        elif kind == "05":
            _complete(statements[-1], line, number)
        elif kind == "07":
            _end(statements[-1], line, number)
            is_open = False
        else:
            raise Wrong("record", line=number, text=values.cleaned(kind, 10))
    if is_open:
        raise Wrong("cut")
    return statements


def _lines(text: str) -> list[tuple[int, str]]:
    """Number and text of each line; files without any line break are cut where a line would end."""
    lines = text.splitlines() if "\n" in text or "\r" in text else [text[at : at + WIDTH] for at in _starts(text)]
    found = [(number, line.ljust(WIDTH)) for number, line in enumerate(lines, 1) if line.strip("\x1a \0")]
    if len(found) > 20 * MOST_LINES:
        raise Wrong("too_many", most=MOST_LINES)
    return found


def _starts(text: str) -> range:
    return range(0, len(text), WIDTH)


def _begun(line: str, number: int) -> StatementRead:
    bank, branch, account = line[2:7], line[11:16], line[21:32].strip()
    statement = StatementRead(account=account, iban=values.french_iban(bank, branch, account))
    statement.currency = values.currency(line[16:19])
    statement.opening, statement.from_date = _amount(line, number), _day(line[34:40], number)
    return statement


def _end(statement: StatementRead, line: str, number: int) -> None:
    if line[21:32].strip() != statement.account:
        raise Wrong("other_account", line=number)
    statement.closing, statement.to_date = _amount(line, number), _day(line[34:40], number)


def _movement(line: str, number: int) -> LineRead:
    value = line[42:48]
    return LineRead(
        amount=_amount(line, number),
        date=_day(line[34:40], number),
        value_date=_day(value, number) if value.strip(" 0") else None,
        label=values.cleaned(line[48:79], 1000),
        bank_reference=values.cleaned(line[104:120], 140) or values.cleaned(line[81:88].strip(" 0"), 140),
        place=number,
    )


def _complete(statement: StatementRead, line: str, number: int) -> None:
    """What a line adds to the movement before it."""
    if not statement.lines:
        raise Wrong("before_start", line=number)
    last, kind, text = statement.lines[-1], line[45:48], line[48:118]
    if kind == ("NPY" if last.amount > 0 else "NBE"):
        last.party_name = values.cleaned(text, 200)
    elif kind == "RCN":
        last.reference = values.cleaned(text[:35], 140)
    elif kind == "MMO":
        _say_original(last, text)
    elif kind not in ("NPY", "NBE", "IPY", "IBE"):
        last.label = values.joined([last.label, text])


def _say_original(line: LineRead, text: str) -> None:
    """What was paid in another currency, where it can be read."""
    code, decimals, digits = values.currency(text[:3]), text[3:4], text[4:18]
    if code and decimals.isdecimal() and digits.isdecimal():
        line.original, line.original_currency = Decimal(digits).scaleb(-int(decimals)), code


def _amount(line: str, number: int) -> Decimal:
    digits, decimals = line[90:104], line[19:20]
    last, sign = _LAST.get(digits[-1], ("", 0))
    if not sign or not (digits[:-1] + decimals).isascii() or not (digits[:-1] + decimals).isdecimal():
        raise Wrong("amount", line=number, text=values.cleaned(digits, 40))
    return sign * Decimal(digits[:-1] + last).scaleb(-int(decimals))


def _day(text: str, number: int) -> date:
    return values.day(text[4:6], text[2:4], text[:2], number)
