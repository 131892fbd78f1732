"""What people say of a spreadsheet: its columns, which lines, import it, take it back."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select, update

from app.audit import trail
from app.core.database import change_if
from app.core.errors import Refused
from app.documents.models import Direction
from app.extensions import db
from app.extraction import formats
from app.spreadsheets import guessing, headings, jobs
from app.spreadsheets.models import Line, LineState, Spreadsheet, Stage
from app.users.models import User

TICKABLE = (LineState.READY, LineState.TWIN)


def look_at(spreadsheet: Spreadsheet, sheet: int, header_row: int | None) -> None:
    """Another sheet or another row of headings: the columns are guessed anew."""
    _at(spreadsheet, Stage.TO_MAP, Stage.CHECKED)
    if not 0 <= sheet < len(spreadsheet.sheets):
        raise Refused(_("There is no such sheet. Nothing was changed."))
    if sheet != spreadsheet.sheet or header_row is None:
        guessing.choose_sheet(spreadsheet, sheet)
    else:
        guessing.choose_headings(spreadsheet, header_row)
    spreadsheet.stage = Stage.TO_MAP


def say_columns(spreadsheet: Spreadsheet, columns: dict[str, int], **how: Any) -> None:
    """Which column is what; its lines are then checked."""
    _at(spreadsheet, Stage.TO_MAP, Stage.CHECKED)
    if how["date_order"] not in formats.ORDERS or how["decimal_mark"] not in formats.MARKS:
        raise Refused(_("This choice no longer exists: choose again."))
    if twice := {column for column in columns.values() if list(columns.values()).count(column) > 1}:
        raise Refused(_("Column %(column)s is chosen twice: each can be one thing only.", column=min(twice) + 1))
    _check_enough(columns)
    spreadsheet.columns = {name: column for name, column in columns.items() if name in headings.FIELDS}
    spreadsheet.direction = Direction(how["direction"])
    spreadsheet.date_order, spreadsheet.decimal_mark = how["date_order"], how["decimal_mark"]
    spreadsheet.is_mapped, spreadsheet.stage = True, Stage.CHECKING
    _forget_states(spreadsheet)
    jobs.check_spreadsheet.later(spreadsheet.id)


def _check_enough(columns: dict[str, int]) -> None:
    wanted = {"number": _("Number"), "counterparty": _("Counterparty"), "issue_date": _("Issue date")}
    missing = [label for name, label in wanted.items() if name not in columns]
    missing += [] if {"gross", "net"} & set(columns) else [_("Gross amount")]
    if missing:
        raise Refused(_("Say which column it is: %(fields)s.", fields=", ".join(missing)))


def _forget_states(spreadsheet: Spreadsheet) -> None:
    """What was found with other columns, or of another sheet, counts no more."""
    lines = update(Line).where(Line.spreadsheet_id == spreadsheet.id)
    values = {"state": LineState.WAITING, "is_chosen": False, "notes": []}
    db.session.execute(lines.values(**values).execution_options(synchronize_session=False))


def tick(spreadsheet: Spreadsheet, shown: Collection[int], chosen: Collection[int]) -> None:
    """Of the lines that were shown, import these."""
    _at(spreadsheet, Stage.CHECKED)
    mine = update(Line).where(Line.spreadsheet_id == spreadsheet.id, Line.state.in_(TICKABLE))
    for ids, is_chosen in ((set(shown) - set(chosen), False), (set(shown) & set(chosen), True)):
        lines = mine.where(Line.id.in_(ids)).values(is_chosen=is_chosen)
        db.session.execute(lines.execution_options(synchronize_session=False))


def start(spreadsheet: Spreadsheet, *, by: User) -> None:
    """Import what is ticked."""
    _move(spreadsheet, Stage.CHECKED, Stage.IMPORTING)
    ticked = select(Line.id).filter_by(spreadsheet_id=spreadsheet.id, is_chosen=True).limit(1)
    if db.session.scalar(ticked) is None:
        raise Refused(_("No line is ticked. Nothing was imported."))
    spreadsheet.by = by
    trail.record(spreadsheet, by=by, act="import started", why=spreadsheet.name)
    jobs.import_lines.later(spreadsheet.id)


def undo(spreadsheet: Spreadsheet, *, by: User) -> None:
    """Put what it made into the trash, where nobody worked on it since."""
    _move(spreadsheet, Stage.IMPORTED, Stage.UNDOING)
    trail.record(spreadsheet, by=by, act="undone", why=spreadsheet.name)
    jobs.undo_import.later(spreadsheet.id, by.id)


def _at(spreadsheet: Spreadsheet, *stages: Stage) -> None:
    """It is at one of these stages, and stays there until this transaction ends."""
    db.session.refresh(spreadsheet, with_for_update=True)
    if spreadsheet.stage not in stages:
        raise Refused(_("This spreadsheet has gone further meanwhile. Nothing was changed."))


def _move(spreadsheet: Spreadsheet, was: Stage, now: Stage) -> None:
    """One press of the button counts, however many there are."""
    if not change_if(db.session(), spreadsheet, Spreadsheet.stage == was, stage=now):
        _at(spreadsheet, was)
