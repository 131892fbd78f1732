"""Tables of a bank (CSV, XLSX): rows of cells into statements, by columns that were guessed or said."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from app.bank.formats import headings, values
from app.bank.formats.statement import MOST_LINES, LineRead, StatementRead, Wrong
from app.extraction import columns, formats
from app.reader.contents import Unreadable
from app.reader.tables import csv_rows
from app.web.fields import compact

Row = list[str]
EURO = re.compile(r"\beuros?\b|€|\bEUR\b", re.IGNORECASE)
NOT_DONE = ("refus", "rejet", "annul", "geweigerd", "rejected", "declined", "failed", "pending", "en attente")
"""A line that begins so in its column of states moved no money."""
LOOKED_AT = 50
"""Rows from which the contents of a column are judged."""
FEWEST = 2
"""Columns of a table that could tell a day and an amount."""
_ACCOUNT_WORDS = ("compte", "account", "rekening", "iban", "konto")
_NUMBER = re.compile(r"(?<![\d*/.,:])[A-Z0-9]{9,34}(?![\d*/.,:])")


@dataclass
class Layout:
    """Which column is what, and how days and amounts are written."""

    columns: dict[str, int]
    header_row: int = 1
    """Counted from 1; 0 where there is none."""
    date_order: str = "dmy"
    decimal_mark: str = ","
    fingerprint: str = ""
    """Of the headings: the next file with the same ones is read the same."""

    def as_kept(self) -> dict[str, Any]:
        """As it is remembered."""
        return asdict(self)


@dataclass
class _Signs:
    """How a file tells what leaves the account."""

    debits_are_negative: bool = False


def rows_of(data: bytes) -> list[Row]:
    """The rows of a CSV file."""
    if data.count(b"\n") > 5 * MOST_LINES:  # a label may have several lines
        raise Wrong("too_many", most=MOST_LINES)
    try:
        return csv_rows(data)
    except Unreadable as error:
        raise Wrong("no_table", text=error.detail) from None


def guess(rows: list[Row], header_row: int | None = None) -> Layout:
    """What is proposed for these rows."""
    header = headings.row_of(rows) if header_row is None else header_row
    said = rows[header - 1] if 0 < header <= len(rows) else []
    layout = Layout(headings.guess(said), header)
    layout.fingerprint = columns.fingerprint(said) if said else ""
    return fitted(layout, rows)


def fitted(layout: Layout, rows: list[Row]) -> Layout:
    """The same columns, with days and amounts as these rows write them; as before where they tell nothing."""
    below = rows[layout.header_row :]
    layout.date_order = formats.guess_order(_cells(below, layout, ("date", "value_date")), layout.date_order)
    amounts = _cells(below, layout, ("amount", "debit", "credit", "balance"))
    layout.decimal_mark = formats.guess_mark(amounts, layout.decimal_mark)
    return layout


def _cells(rows: list[Row], layout: Layout, fields: Iterable[str]) -> list[str]:
    wanted = [layout.columns[each] for each in fields if each in layout.columns]
    return [row[column] for row in rows for column in wanted if column < len(row)]


def propose(rows: list[Row], header_row: int | None) -> Layout:
    """What is proposed to whoever is asked: where the headings say nothing, what stands in the columns does."""
    layout = guess(rows, header_row)
    if headings.is_enough(layout.columns):
        return layout
    below = rows[max(layout.header_row, 1) :][:LOOKED_AT]
    if header_row is None and rows and not any(_is_day(cell) for cell in rows[0]):
        layout = guess(rows, 1)
    filled = {at: [row[at] for row in below if at < len(row) and row[at].strip()] for at in range(_width(below))}
    told: dict[str, Any] = {"date": _is_day, "amount": _is_amount, "label": lambda cell: any(map(str.isalpha, cell))}
    for name, fits in told.items():
        free = [at for at, cells in filled.items() if cells and at not in layout.columns.values()]
        best = next((at for at in free if all(fits(cell) for cell in filled[at])), None)
        if name not in layout.columns and best is not None:
            layout.columns[name] = best
    return fitted(layout, rows)


def _width(rows: list[Row]) -> int:
    return max(map(len, rows), default=0)


def _is_day(cell: str) -> bool:
    try:
        return len(cell) >= 6 and formats.day(cell, formats.guess_order([cell])) is not None
    except formats.NoSuchDay:
        return False


def _is_amount(cell: str) -> bool:
    return formats.amount(cell, formats.guess_mark([cell], ",")) is not None


def is_known(layout: Layout) -> bool:
    """Can it be read without asking anybody?"""
    return headings.is_enough(layout.columns)


def read(rows: list[Row], layout: Layout) -> list[StatementRead]:
    """The statements in these rows: one for each account they name."""
    if not headings.is_enough(layout.columns):
        raise Wrong("no_columns")
    if len(rows) > MOST_LINES:
        raise Wrong("too_many", most=MOST_LINES)
    below = list(enumerate(rows, 1))[layout.header_row :]
    signs = _signs(rows, layout)
    groups: dict[str, list[tuple[LineRead, Row]]] = {}
    for number, row in below:
        line = _line(row, number, layout, signs)
        if line is not None:
            groups.setdefault(compact(_cell(row, layout, "account")), []).append((line, row))
    if not groups:
        raise Wrong("no_lines")
    above = rows[: max(layout.header_row - 1, 0)]
    return [_statement(account, found, layout, above, rows) for account, found in groups.items()]


def _signs(rows: list[Row], layout: Layout) -> _Signs:
    """Debits have a minus of their own where most of them are below zero; the others were taken back."""
    debits = [formats.amount(each, layout.decimal_mark) for each in _cells(rows, layout, ("debit",))]
    told = [each for each in debits if each]
    return _Signs(debits_are_negative=sum(each < 0 for each in told) * 2 > len(told))


def _line(row: Row, number: int, layout: Layout, signs: _Signs) -> LineRead | None:
    """The movement of a row; None where it is none: empty, a sum, one that was refused."""
    amount = _amount(row, number, layout, signs)
    day = _day(row, number, layout, "date", is_needed=amount is not None)
    if amount is None or day is None:
        return None
    if columns.folded(_cell(row, layout, "status")).startswith(NOT_DONE):
        return None
    line = LineRead(amount=amount, date=day, place=number)
    line.value_date = _day(row, number, layout, "value_date", is_needed=False)
    line.currency = values.currency(_cell(row, layout, "currency"))
    line.label = values.joined([_cell(row, layout, each) for each in ("label", "detail", "more")])
    line.party_name = values.cleaned(_cell(row, layout, "party_name"), 200)
    line.party_iban = values.as_iban(_cell(row, layout, "party_iban"))
    line.reference = values.cleaned(_cell(row, layout, "reference").strip("*+ "), 140)
    line.bank_reference = values.cleaned(_cell(row, layout, "bank_reference"), 140)
    line.label = line.label or line.party_name or line.reference
    return line


def _cell(row: Row, layout: Layout, name: str) -> str:
    column = layout.columns.get(name, -1)
    return row[column].strip() if 0 <= column < len(row) else ""


def _amount(row: Row, number: int, layout: Layout, signs: _Signs) -> Decimal | None:
    if "amount" in layout.columns:
        return _read_amount(_cell(row, layout, "amount"), number, layout)
    debit = _read_amount(_cell(row, layout, "debit"), number, layout)
    credit = _read_amount(_cell(row, layout, "credit"), number, layout)
    if debit is None and credit is None:
        return None
    leaves = (debit or Decimal(0)) * (1 if signs.debits_are_negative else -1)
    return (credit or Decimal(0)) + leaves


def _read_amount(text: str, number: int, layout: Layout) -> Decimal | None:
    if not text:
        return None
    found = formats.amount(text, layout.decimal_mark)
    if found is None:
        raise Wrong("amount", line=number, text=values.cleaned(text, 40))
    return found


def _day(row: Row, number: int, layout: Layout, name: str, *, is_needed: bool) -> date | None:
    text = _cell(row, layout, name)
    try:
        found = formats.day(text.split(" ")[0] if ":" in text else text, layout.date_order) if text else None
    except formats.NoSuchDay:
        found = None
    if found is None and is_needed:
        raise Wrong("date" if text else "no_date", line=number, text=values.cleaned(text, 40))
    return found


def _statement(
    account: str, found: list[tuple[LineRead, Row]], layout: Layout, above: list[Row], rows: list[Row]
) -> StatementRead:
    is_newest_first = (found[0][0].date or date.min) > (found[-1][0].date or date.min)
    in_order = found[::-1] if is_newest_first else found
    statement = StatementRead(account=account or _account_above(above))
    statement.iban = values.as_iban(statement.account)
    statement.lines = [line for line, _row in in_order]
    days = [line.date for line in statement.lines if line.date]
    statement.from_date, statement.to_date = min(days), max(days)
    statement.currency = _currency(statement, layout, rows)
    _say_balances(statement, [_cell(row, layout, "balance") for _line, row in in_order], layout)
    return statement


def _currency(statement: StatementRead, layout: Layout, rows: list[Row]) -> str:
    """Of all its lines, else as a heading says; empty: the account's."""
    told = {line.currency for line in statement.lines}
    if told != {""}:
        return told.pop() if len(told) == 1 else ""
    said = rows[layout.header_row - 1] if layout.header_row else []
    wanted = [layout.columns[each] for each in ("amount", "debit", "credit") if each in layout.columns]
    return "EUR" if any(EURO.search(said[column]) for column in wanted if column < len(said)) else ""


def _say_balances(statement: StatementRead, told: list[str], layout: Layout) -> None:
    """The balance behind each line counts where it follows from the one before it."""
    held = [formats.amount(each, layout.decimal_mark) if each else None for each in told]
    if not held or any(each is None for each in held):
        return
    steps = zip(held, held[1:], statement.lines[1:], strict=False)
    if all(after == before + line.amount for before, after, line in steps):  # type: ignore[operator]
        statement.opening = held[0] - statement.lines[0].amount  # type: ignore[operator]
        statement.closing = held[-1]


def _account_above(rows: list[Row]) -> str:
    """The number of the account, where a line above the table names it."""
    for row in rows:
        words = f" {columns.folded(' '.join(row))} "
        if not any(f" {each} " in words for each in _ACCOUNT_WORDS):
            continue
        found = [values.as_iban(cell) or next(iter(_NUMBER.findall(cell.upper())), "") for cell in row]
        if numbers := [each for each in found if sum(sign.isdigit() for sign in each) >= 6]:
            return numbers[0]
    return ""
