"""Spreadsheets: the cells of XLSX files as text, as a person sees them in the visible sheets, and of CSV files."""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import openpyxl

from app.reader.archives import check_unpacking
from app.reader.contents import Unreadable
from app.reader.job import Job
from app.reader.made import MAX_SHEETS
from app.reader.sniff import HEAD, sniff
from app.reader.tables import csv_rows
from app.reader.wire import MAX_TEXT, clean

_MOST_ROWS = 1 << 20
"""That a sheet can have, empty ones counted."""
_AT_ONCE = 500
_DIGITS = 15
"""That spreadsheets know of a number; what follows comes of computing in twos."""


def read(data: bytes, job: Job) -> Iterator[tuple[str, Any]]:
    """The name and the rows of one sheet after the other."""
    try:
        yield from _told(_xlsx(data, job) if data.startswith(b"PK") else _csv(data), job)
    except (MemoryError, Unreadable):
        raise
    except Exception as error:  # the library raises many kinds
        raise Unreadable("sheet_broken", type(error).__name__) from error


def _told(sheets: Iterable[tuple[str, Iterable]], job: Job) -> Iterator[tuple[str, Any]]:
    left = job.limits.cells_bytes
    for place, (name, cells) in enumerate(sheets, start=1):
        yield "at", [place, place]
        yield "sheet", name
        rows = _kept(cells, job)
        left -= sum(len(cell.encode()) + 1 for row in rows for cell in row)
        if left < 0:
            raise Unreadable("sheet_too_large")
        for start in range(0, len(rows), _AT_ONCE):
            yield "rows", rows[start : start + _AT_ONCE]


def _csv(data: bytes) -> Iterator[tuple[str, Iterable[list[str]]]]:
    kind, form = sniff(data[:HEAD])
    if kind != "other" or form in ("ole", "html", "svg"):
        raise Unreadable("sheet_not_supported", form)
    yield "", csv_rows(data)


def _xlsx(data: bytes, job: Job) -> Iterator[tuple[str, Iterable[tuple]]]:
    """Each visible sheet with its values; formulas with what they last amounted to."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        check_unpacking(archive, len(data), job.limits)
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if len(visible) > MAX_SHEETS:
        raise Unreadable("sheet_too_large", f"{len(visible)} sheets")
    for sheet in visible:
        sheet.reset_dimensions()  # which the file claims and need not be true
        yield sheet.title, sheet.iter_rows(values_only=True)


def _kept(cells: Iterable[Iterable[Any]], job: Job) -> list[list[str]]:
    """The rows as text without what is empty at their ends; raises where they are too many or too wide."""
    rows: list[list[str]] = []
    for place, values in enumerate(cells):
        row = _without_end([_text(value) for value in values])
        if place >= _MOST_ROWS or len(row) > job.limits.columns or (row and place >= job.limits.rows):
            raise Unreadable("sheet_too_large")
        if row:
            rows.extend([] for _ in range(place - len(rows)))
            rows.append(row)
    return rows


def _without_end(row: list[str]) -> list[str]:
    while row and not row[-1]:
        row.pop()
    return row


def _text(value: Any) -> str:
    """A cell as text: days as 2026-11-02, moments as 2026-11-02T10:30:00, numbers as 1234.5."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return format(Decimal(f"{value:.{_DIGITS}g}"), "f") if math.isfinite(value) else ""
    if isinstance(value, datetime):
        return (value.date() if value.time() == time() else value).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    return clean(str(value), MAX_TEXT).strip()
