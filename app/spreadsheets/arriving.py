"""A spreadsheet arrives: kept and logged like everything that comes in, and read in the cage."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert

from app.audit import trail
from app.documents.models import Direction
from app.extensions import db
from app.files import store
from app.files.models import File
from app.intake.letter import text_of
from app.intake.models import Message, MessageState, Outcome, Part, Source
from app.reader.contents import Unreadable
from app.spreadsheets import guessing
from app.spreadsheets.models import Line, Spreadsheet, Stage, held_at
from app.users.models import Company, User

KEY = "spreadsheet"


def arrive(company: Company, direction: Direction, file: File, name: str, *, by: User) -> Spreadsheet:
    """Log it, and the row of its import; its cells are read by a job."""
    name = text_of(name)[:300]
    message = Message(company=company, direction=direction, source=Source.SPREADSHEET, raw=file, raw_name=name)
    message.is_mail, message.state, message.by = False, MessageState.OPENED, by
    part = Part(position=0, name=name, type=file.type, size=file.size, file=file, outcome=Outcome.LISTED)
    part.reason = {"key": KEY}
    message.parts.append(part)
    spreadsheet = Spreadsheet(company=company, direction=direction, message=message, by=by)
    spreadsheet.decimal_mark = "." if by.language == "en" else ","
    db.session.add(spreadsheet)
    db.session.flush()
    trail.record(spreadsheet, by=by, act="arrived", why=name)
    return spreadsheet


def path_of(spreadsheet_id: int) -> Path | None:
    """Where the file lies that is to be read; None where it is read already."""
    spreadsheet = db.session.get(Spreadsheet, spreadsheet_id)
    is_asked = spreadsheet is not None and spreadsheet.stage is Stage.READING
    return store.path(spreadsheet.message.raw) if spreadsheet and is_asked else None


def keep_cells(spreadsheet_id: int, sheets: list[Any]) -> None:
    """The lines that are not empty, and what is guessed of their columns; run again, they are the same."""
    spreadsheet = held_at(spreadsheet_id, Stage.READING)
    if spreadsheet is None:
        return
    rows = [
        {"spreadsheet_id": spreadsheet_id, "sheet": at, "number": number, "cells": list(cells)}
        for at, sheet in enumerate(sheets)
        for number, cells in enumerate(sheet.rows, start=1)
        if any(cells)
    ]
    db.session.execute(delete(Line).where(Line.spreadsheet_id == spreadsheet_id))
    if rows:
        db.session.execute(insert(Line), rows)
    spreadsheet.sheets = [sheet.name for sheet in sheets]
    fullest = max(range(len(sheets)), key=lambda at: sum(map(any, sheets[at].rows)), default=0)
    guessing.choose_sheet(spreadsheet, fullest)
    spreadsheet.stage = Stage.TO_MAP if rows else Stage.UNREADABLE
    spreadsheet.reason = "" if rows else "empty"


def give_up(spreadsheet_id: int, error: Unreadable) -> None:
    """It can't be read: the mail log says so, with the original."""
    if spreadsheet := held_at(spreadsheet_id, Stage.READING):
        spreadsheet.stage, spreadsheet.reason = Stage.UNREADABLE, error.code
        spreadsheet.message.parts[0].outcome = Outcome.UNREADABLE
