"""What is done with a spreadsheet by itself: read, checked, imported, taken back."""

from __future__ import annotations

from typing import Any

from app.core.database import looking
from app.extensions import db
from app.reader import acts
from app.reader.contents import Unreadable
from app.spreadsheets import arriving, checking, making, party_arriving, undoing
from app.tasks.jobs import job


@job("default", timeout=240)
def read_spreadsheet(spreadsheet_id: int) -> None:
    """Read its cells in the cage and guess its columns; run again, nothing happens."""
    _read(arriving, spreadsheet_id)


@job("default", timeout=240)
def read_party_list(list_id: int) -> None:
    """Read the cells of a list of customers or suppliers in the cage; run again, nothing happens."""
    _read(party_arriving, list_id)


def _read(kind: Any, row_id: int) -> None:
    """What `kind` keeps of the cells of its file, or why there are none."""
    with looking(db.session()):
        path = kind.path_of(row_id)
    if path is None:
        return
    try:
        sheets = acts.sheet(path)  # no transaction open
    except Unreadable as error:
        kind.give_up(row_id, error)
    else:
        kind.keep_cells(row_id, sheets)


@job("default", timeout=240)
def check_spreadsheet(spreadsheet_id: int) -> None:
    """Find out what each line would be; run again, nothing happens."""
    with looking(db.session()):
        found = checking.what_to_check(spreadsheet_id)
    if found is not None:
        checking.keep(spreadsheet_id, found)


@job("default", timeout=240)
def import_lines(spreadsheet_id: int) -> None:
    """Make the documents of a portion of its lines; it asks for itself again until none is left."""
    if making.make_portion(spreadsheet_id):
        import_lines.later(spreadsheet_id)


@job("default", timeout=240)
def undo_import(spreadsheet_id: int, user_id: int) -> None:
    """Put a portion of its untouched documents into the trash; it asks for itself again until none is left."""
    if undoing.undo_portion(spreadsheet_id, user_id):
        undo_import.later(spreadsheet_id, user_id)
