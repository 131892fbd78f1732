"""A list of customers or suppliers arrives: kept, and read in the cage (SPEC CP-1)."""

from __future__ import annotations

from pathlib import Path

from app.audit import trail
from app.core.database import hold
from app.extensions import db
from app.extraction import columns
from app.files import store
from app.files.models import File
from app.intake.letter import text_of
from app.reader.contents import Sheet, Unreadable
from app.spreadsheets import party_headings
from app.spreadsheets.models import PartyList, Stage
from app.users.models import Company, User

MOST = 5000
"""So many lines at once."""


def arrive(company: Company, file: File, name: str, *, is_customers: bool, by: User) -> PartyList:
    """The row of its import; its cells are read by a job."""
    made = PartyList(company=company, file=file, name=text_of(name)[:300], is_customers=is_customers, by=by)
    db.session.add(made)
    trail.record(made, by=by, act="arrived", why=made.name)
    return made


def path_of(list_id: int) -> Path | None:
    """Where the file lies that is to be read; None where it is read already."""
    found = db.session.get(PartyList, list_id)
    return store.path(found.file) if found and found.stage is Stage.READING else None


def keep_cells(list_id: int, sheets: list[Sheet]) -> None:
    """The rows of its fullest sheet, from the headings on, and which column seems to be what."""
    found = held_at(list_id, Stage.READING)
    if found is None:
        return
    fullest = max((sheet.rows for sheet in sheets), key=lambda rows: sum(map(any, rows)), default=[])
    rows = [[number, list(cells)] for number, cells in enumerate(fullest, start=1) if any(cells)]
    begin = next((at for at, row in enumerate(rows[: columns.SEARCHED]) if party_headings.guess(row[1])), None)
    if begin is None or len(rows) - begin - 1 > MOST or len(rows) - begin < 2:
        found.stage, found.reason = Stage.UNREADABLE, "sheet_too_large" if len(rows) > MOST else "empty"
        return
    found.cells, found.columns = rows[begin:], party_headings.guess(rows[begin][1])
    found.stage = Stage.TO_MAP


def give_up(list_id: int, error: Unreadable) -> None:
    """It can't be read, and says why."""
    if found := held_at(list_id, Stage.READING):
        found.stage, found.reason = Stage.UNREADABLE, error.code


def held_at(list_id: int, *stages: Stage) -> PartyList | None:
    """The list, ours alone until this transaction ends; None where it is at none of these stages any more."""
    hold(db.session, f"party list:{list_id}")
    found = db.session.get(PartyList, list_id, populate_existing=True)
    return found if found and found.stage in stages else None
