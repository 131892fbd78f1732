"""Spreadsheets for tests, and the way of one through its pages."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

import openpyxl

from app.extensions import db
from app.spreadsheets.models import Spreadsheet
from app.tasks import due

HEAD = ["N° facture", "Fournisseur", "Date facture", "Échéance", "Montant HT", "TVA", "Montant TTC"]
LINE = ["F-1", "Durand", "01/10/2026", "31/10/2026", "100,00", "20,00", "120,00"]
COLUMNS = ("number", "counterparty", "issue_date", "due_date", "net", "tax", "gross")


def line(**changed: str) -> list[str]:
    """A usual line with some cells changed."""
    facts = dict(zip(COLUMNS, LINE, strict=True)) | changed
    return [facts[name] for name in COLUMNS]


def as_csv(*lines: Iterable[str], head: Iterable[str] = HEAD, encoding: str = "utf-8") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows([head, *lines])
    return text.getvalue().encode(encoding)


def as_xlsx(*lines: Iterable[Any], head: Iterable[str] = HEAD) -> bytes:
    book = openpyxl.Workbook()
    for row in [list(head), *map(list, lines)]:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def add(client, data: bytes, name: str = "list.csv", direction: str = "purchase") -> Spreadsheet:
    """Upload it and let it be read."""
    said = {"file": (io.BytesIO(data), name), "direction": direction}
    answer = client.post("/add/spreadsheets", data=said, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.text
    return after_work(int(answer.location.rsplit("/", 1)[1]))


def after_work(spreadsheet_id: int) -> Spreadsheet:
    due.run_due()
    db.session.expire_all()
    return db.session.get_one(Spreadsheet, spreadsheet_id)


def said(spreadsheet: Spreadsheet, **changed: Any) -> dict[str, Any]:
    """The form of the columns, as it is proposed."""
    form = {f"column-{name}": column for name, column in spreadsheet.columns.items()}
    form |= {"date_order": spreadsheet.date_order, "decimal_mark": spreadsheet.decimal_mark}
    return form | {"direction": spreadsheet.direction.value} | changed


def check(client, spreadsheet: Spreadsheet, **changed: Any) -> Spreadsheet:
    """Say the columns as proposed, and let the lines be checked."""
    answer = client.post(f"/add/spreadsheets/{spreadsheet.id}/columns", data=said(spreadsheet, **changed))
    assert answer.status_code == 303, answer.text
    return after_work(spreadsheet.id)


def start(client, spreadsheet: Spreadsheet, **form: Any) -> Spreadsheet:
    """Import what is ticked."""
    answer = client.post(f"/add/spreadsheets/{spreadsheet.id}/documents", data=form)
    assert answer.status_code == 303, answer.text
    return after_work(spreadsheet.id)


def imported(client, data: bytes, name: str = "list.csv", **how: Any) -> Spreadsheet:
    """All the way, as proposed."""
    return start(client, check(client, add(client, data, name, **how)))
