"""What is proposed for a sheet: where its headings are, which column is what, how days and amounts are written."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from app.extensions import db
from app.extraction import columns, formats
from app.spreadsheets import headings
from app.spreadsheets.models import Line, Spreadsheet
from app.spreadsheets.reading import Layout

DAYS, AMOUNTS = ("issue_date", "due_date"), ("net", "tax", "gross")


def choose_sheet(spreadsheet: Spreadsheet, sheet: int) -> None:
    """Import this sheet: find its headings, and with them its columns."""
    spreadsheet.sheet = sheet
    rows = dict(rows_of(spreadsheet, most=columns.SEARCHED))
    first = [rows.get(number, []) for number in range(1, max(rows, default=0) + 1)]
    choose_headings(spreadsheet, headings.row_of(first))


def choose_headings(spreadsheet: Spreadsheet, row: int) -> None:
    """The headings are in this row: as the last time with the same ones, else guessed."""
    spreadsheet.header_row = row
    said = dict(rows_of(spreadsheet)).get(row, [])
    spreadsheet.fingerprint = columns.fingerprint(said) if said else ""
    if before := _before(spreadsheet):
        spreadsheet.columns, spreadsheet.direction = dict(before.columns), before.direction
        spreadsheet.date_order, spreadsheet.decimal_mark = before.date_order, before.decimal_mark
    else:
        spreadsheet.columns = headings.guess(said)
        guess_formats(spreadsheet)


def _before(spreadsheet: Spreadsheet) -> Spreadsheet | None:
    """The last one of the company with these headings, of which somebody said the columns."""
    if not spreadsheet.fingerprint:
        return None
    alike = (Spreadsheet.company_id == spreadsheet.company_id, Spreadsheet.fingerprint == spreadsheet.fingerprint)
    query = select(Spreadsheet).where(*alike, Spreadsheet.id != spreadsheet.id, Spreadsheet.is_mapped)
    return db.session.scalar(query.order_by(Spreadsheet.id.desc()).limit(1))


def guess_formats(spreadsheet: Spreadsheet) -> None:
    """By all values of the columns that hold days and amounts."""
    lines = [cells for _number, cells in rows_of(spreadsheet, after=spreadsheet.header_row)]
    spreadsheet.date_order = formats.guess_order(_values(lines, spreadsheet.columns, DAYS))
    spreadsheet.decimal_mark = formats.guess_mark(
        _values(lines, spreadsheet.columns, AMOUNTS), spreadsheet.decimal_mark
    )


def _values(lines: list[list[str]], columns: dict[str, int], fields: Iterable[str]) -> Iterable[str]:
    wanted = [columns[field] for field in fields if field in columns]
    return (cells[column] for cells in lines for column in wanted if column < len(cells))


def rows_of(spreadsheet: Spreadsheet, *, after: int = 0, most: int | None = None) -> list[tuple[int, list[str]]]:
    """Number and cells of the lines of the chosen sheet."""
    query = select(Line.number, Line.cells).filter_by(spreadsheet_id=spreadsheet.id, sheet=spreadsheet.sheet)
    query = query.where(Line.number > after).order_by(Line.number).limit(most)
    return [(number, cells) for number, cells in db.session.execute(query)]


def layout_of(spreadsheet: Spreadsheet) -> Layout:
    """Which column is what, as it was said."""
    return Layout(
        columns={name: int(column) for name, column in spreadsheet.columns.items()},
        direction=spreadsheet.direction,
        currency=spreadsheet.company.currency,
        date_order=spreadsheet.date_order,
        decimal_mark=spreadsheet.decimal_mark,
    )
