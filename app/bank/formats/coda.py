"""CODA: the fixed lines Belgian banks send."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from app.bank.formats import values
from app.bank.formats.statement import MOST_LINES, LineRead, StatementRead, Wrong

WIDTH = 128
_WORDS = 53
"""Letters of a communication that fit on a line."""
_FIRST = re.compile(r"0[0 ]{4}[0-9]{6}[0-9 ]{3}05")


def is_mine(head: str) -> bool:
    """Does a file begin like this?"""
    return bool(_FIRST.match(head))


def read(data: bytes) -> list[StatementRead]:
    """Its statements, each between a head and an end."""
    statements: list[StatementRead] = []
    is_open = False
    for number, line in _lines(values.decoded(data)):
        kind = line[0]
        if kind == "0":
            is_open = True
        elif not is_open:
            raise Wrong("before_start", line=number)
        elif kind == "1":
            statements.append(_begun(line, number))
        elif kind == "9":
            is_open = False
        elif kind in "238" and not statements:
            raise Wrong("before_start", line=number)
        elif kind in "238":
            _add(statements[-1], line, number)
        elif kind != "4":
            raise Wrong("record", line=number, text=values.cleaned(kind, 10))
    if is_open:
        raise Wrong("cut")
    return statements


def _lines(text: str) -> list[tuple[int, str]]:
    found = [(number, line.ljust(WIDTH)) for number, line in enumerate(text.splitlines(), 1) if line.strip("\x1a \0")]
    if len(found) > 20 * MOST_LINES:
        raise Wrong("too_many", most=MOST_LINES)
    return found


def _begun(line: str, number: int) -> StatementRead:
    account, currency = _account(line)
    statement = StatementRead(account=account, iban=values.as_iban(account), currency=currency)
    statement.number = values.cleaned(line[2:5], 40)
    statement.opening, statement.from_date = _amount(line[42:58], number), _day(line[58:64], number)
    return statement


def _account(line: str) -> tuple[str, str]:
    """Its number and currency: how long they are depends on what kind of account it is."""
    if line[1] == "0":
        return line[5:17].strip(), values.currency(line[18:21])
    return line[5:39].strip(), values.currency(line[39:42])


def _add(statement: StatementRead, line: str, number: int) -> None:
    kind = line[:2]
    if line[0] == "8":
        statement.closing, statement.to_date = _amount(line[41:57], number), _day(line[57:63], number)
    elif line[0] in "23" and line[6:10] not in ("0000", "    ") and line[0] == "2":
        return  # a part of the movement above, which holds its whole amount
    elif kind == "21":
        statement.lines.append(_movement(line, number))
    elif statement.lines:
        _complete(statement.lines[-1], kind, line)


def _movement(line: str, number: int) -> LineRead:
    value = line[47:53]
    movement = LineRead(
        amount=_amount(line[31:47], number),
        date=_day(line[115:121], number),
        value_date=_day(value, number) if value.strip(" 0") else None,
        bank_reference=values.cleaned(line[10:31], 140),
        place=number,
    )
    if line[61] == "1":
        _say_structured(movement, line[62:115])
    else:
        movement.label = values.cleaned(line[62:115], 1000)
    return movement


def _say_structured(movement: LineRead, text: str) -> None:
    """The number payers copy from the invoice (101, 102), else whatever the bank put there."""
    digits = text[3:15]
    if text[:3] in ("101", "102") and digits.isdecimal():
        movement.reference = f"+++{digits[:3]}/{digits[3:7]}/{digits[7:]}+++"
        movement.label = movement.reference
    else:
        movement.label = values.cleaned(text[3:], 1000)


def _complete(movement: LineRead, kind: str, line: str) -> None:
    """What a line adds to the movement before it; communications go on where the line above ended."""
    if kind == "22":
        between = "" if len(movement.label) == _WORDS else " "
        movement.label = values.cleaned(movement.label + between + line[10:63], 1000)
        movement.reference = movement.reference or values.cleaned(line[63:98].strip(" 0"), 140)
    elif kind == "23":
        movement.party_iban = values.as_iban(line[10:44])
        movement.party_name = values.cleaned(line[47:82], 200)
        movement.label = values.cleaned(f"{movement.label} {line[82:125]}", 1000)
    elif kind == "31" and line[39] == "0":
        movement.label = values.joined([movement.label, line[40:113]])
    elif kind in ("32", "33") and not movement.party_name:
        movement.label = values.joined([movement.label, line[10:115]])


def _amount(text: str, number: int) -> Decimal:
    """Its sign, then fifteen digits of which three are decimals."""
    if text[0] not in "01" or not text[1:].isascii() or not text[1:].isdecimal():
        raise Wrong("amount", line=number, text=values.cleaned(text, 40))
    return Decimal(text[1:]).scaleb(-3) * (-1 if text[0] == "1" else 1)


def _day(text: str, number: int) -> date:
    return values.day(text[4:6], text[2:4], text[:2], number)
