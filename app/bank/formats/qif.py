"""QIF: a letter and a value on each line, a movement up to each ^."""

from __future__ import annotations

import re

from app.bank.formats import values
from app.bank.formats.statement import MOST_LINES, LineRead, StatementRead, Wrong
from app.extraction import formats

KINDS = ("bank", "cash", "ccard", "oth a", "oth l")
_HEAD = re.compile(r"!(Type:|Account|Option|Clear)", re.IGNORECASE)


def is_mine(head: str) -> bool:
    """Does a file begin like this?"""
    return bool(_HEAD.match(head.lstrip()))


def read(data: bytes) -> list[StatementRead]:
    """One statement; days and amounts are read as all of them together allow."""
    records = _records(values.decoded(data))
    order = formats.guess_order(_day_text(each.get("D", "")) for _place, each in records)
    mark = formats.guess_mark((_amount_text(each) for _place, each in records), ".")
    if len(records) > MOST_LINES:
        raise Wrong("too_many", most=MOST_LINES)
    statement = StatementRead(lines=[_line(each, place, order, mark) for place, each in records])
    days = [line.date for line in statement.lines if line.date]
    statement.from_date, statement.to_date = min(days, default=None), max(days, default=None)
    return [statement]


def _records(text: str) -> list[tuple[int, dict[str, str]]]:
    """Line and values of each movement; lists of categories, securities and the like are passed over."""
    found: list[tuple[int, dict[str, str]]] = []
    record: dict[str, str] = {}
    is_bank, begun = False, 0
    for place, line in enumerate(text.splitlines(), 1):
        if line.startswith("!"):
            is_bank, record = line[1:].strip().lower().removeprefix("type:") in KINDS, {}
        elif not is_bank or not line.strip("\x1a \0"):
            continue
        elif line.startswith("^"):
            found += [(begun, record)] if record else []
            record = {}
        else:
            begun = begun if record else place
            record.setdefault(line[0], line[1:].strip())
    return [*found, (begun, record)] if record.keys() >= {"D", "T"} else found


def _line(record: dict[str, str], place: int, order: str, mark: str) -> LineRead:
    amount = formats.amount(_amount_text(record), mark)
    if amount is None:
        raise Wrong("amount", line=place, text=values.cleaned(_amount_text(record), 40))
    try:
        day = formats.day(_day_text(record.get("D", "")), order)
    except formats.NoSuchDay:
        day = None
    if day is None:
        raise Wrong("date", line=place, text=values.cleaned(record.get("D"), 40))
    line = LineRead(amount=amount, date=day, place=place, party_name=values.cleaned(record.get("P"), 200))
    line.label = values.joined([record.get("P"), record.get("M")])
    line.reference = values.cleaned(record.get("N"), 140)
    return line


def _amount_text(record: dict[str, str]) -> str:
    return record.get("T") or record.get("U", "")


def _day_text(text: str) -> str:
    """Days of this century may be written 8/12'13, and with blanks."""
    return text.replace("' ", "/").replace("'", "/").replace(" ", "")
