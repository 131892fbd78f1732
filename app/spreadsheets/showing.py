"""What the pages of a spreadsheet show, gathered with few queries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from app.documents.models import Direction
from app.documents.sight import visible_ids
from app.extensions import db
from app.extraction import columns
from app.reader.reasons import reason
from app.spreadsheets import guessing, headings, reading, words
from app.spreadsheets.checking import BEFORE
from app.spreadsheets.deciding import TICKABLE
from app.spreadsheets.models import Line, LineState, Spreadsheet, Stage
from app.spreadsheets.reading import Facts
from app.users.models import Company, User

PER_PAGE = 100
SAMPLED = 6
LATEST = 20
TABS = {
    "": None,
    "ready": LineState.READY,
    "twin": LineState.TWIN,
    "wrong": LineState.WRONG,
    "made": LineState.MADE,
    "left_out": LineState.LEFT_OUT,
    "undone": LineState.UNDONE,
}


@dataclass(frozen=True)
class Row:
    """A line as it is shown."""

    line: Line
    facts: Facts
    notes: list[tuple[str, int | None]]
    """Words, and a document they speak of."""
    can_be_ticked: bool

    @property
    def gross_minor(self) -> int | None:
        return self.facts.minor("gross")


def latest(user: User, company: Company) -> list[Spreadsheet]:
    """The last imports of the company."""
    query = Spreadsheet.visible_to(user).where(Spreadsheet.company_id == company.id)
    query = query.options(selectinload(Spreadsheet.message), selectinload(Spreadsheet.by))
    return list(db.session.scalars(query.order_by(Spreadsheet.id.desc()).limit(LATEST)))


def stage_label(stage: Stage) -> str:
    """How far it is, in a word."""
    return {
        "reading": _("Being read"),
        "unreadable": _("Unreadable"),
        "to_map": _("Choose the columns"),
        "checking": _("Being checked"),
        "checked": _("To be imported"),
        "importing": _("Being imported"),
        "imported": _("Imported"),
        "undoing": _("Being undone"),
        "undone": _("Undone"),
    }[stage]


def columns_page(spreadsheet: Spreadsheet) -> dict[str, Any]:
    """The form in which somebody says which column is what, beside the first lines."""
    rows = dict(guessing.rows_of(spreadsheet, most=columns.SEARCHED + SAMPLED))
    after = [number for number in rows if number > spreadsheet.header_row][:SAMPLED]
    width = max((len(rows[number]) for number in [*after, spreadsheet.header_row] if number in rows), default=0)
    said, sample = rows.get(spreadsheet.header_row, []), [rows[number] for number in after]
    return {
        "fields": words.fields(),
        "required": headings.REQUIRED,
        "choices": [(column, columns.name(column, said, sample)) for column in range(width)],
        "letters": [columns.letter(column) for column in range(width)],
        "headings": said,
        "sample": [(number, rows[number]) for number in after],
        "directions": Direction,
    }


def lines_page(user: User, spreadsheet: Spreadsheet, tab: str, number: int) -> dict[str, Any]:
    """One page of its lines as they would be, or as they were made, with the counts of all."""
    tab = tab if tab in TABS else ""
    counts = _counts(spreadsheet)
    query = select(Line).filter_by(spreadsheet_id=spreadsheet.id, sheet=spreadsheet.sheet)
    query = query.where(Line.number > spreadsheet.header_row).options(selectinload(Line.document))
    query = query.where(Line.state == TABS[tab]) if TABS[tab] else query
    found = list(db.session.scalars(query.order_by(Line.number).offset((number - 1) * PER_PAGE).limit(PER_PAGE + 1)))
    more, found = len(found) > PER_PAGE, found[:PER_PAGE]
    layout = guessing.layout_of(spreadsheet)
    seen = _visible(user, found)
    link = lambda **at: url_for("spreadsheets.show", spreadsheet_id=spreadsheet.id, **at)  # noqa: E731
    return {
        "rows": [_row(line, reading.read(line.cells, layout), seen) for line in found],
        "counts": counts,
        "tabs": _tabs(tab, counts, link),
        "tab_now": tab,
        "page_now": number,
        "chosen_count": _chosen_count(spreadsheet),
        "seen": seen,
        "pages": {
            "previous_url": link(show=tab, page=number - 1) if number > 1 else None,
            "next_url": link(show=tab, page=number + 1) if more else None,
        },
    }


def _row(line: Line, facts: Facts, seen: set[int]) -> Row:
    notes = [(words.of_note(note), note["document"] if note.get("document") in seen else None) for note in line.notes]
    is_made = any(note["key"] == BEFORE for note in line.notes)
    return Row(line, facts, notes, line.state in TICKABLE and not is_made)


def _visible(user: User, lines: list[Line]) -> set[int]:
    """Which of the documents that are spoken of this person may see."""
    spoken = {note.get("document") for line in lines for note in line.notes} | {line.document_id for line in lines}
    return visible_ids(user, spoken)


def _counts(spreadsheet: Spreadsheet) -> dict[str, int]:
    query = select(Line.state, func.count()).filter_by(spreadsheet_id=spreadsheet.id, sheet=spreadsheet.sheet)
    query = query.where(Line.number > spreadsheet.header_row).group_by(Line.state)
    return {state.value: count for state, count in db.session.execute(query)}


def _chosen_count(spreadsheet: Spreadsheet) -> int:
    query = select(func.count(Line.id)).filter_by(spreadsheet_id=spreadsheet.id, is_chosen=True)
    return db.session.scalar(query) or 0


def _tabs(now: str, counts: dict[str, int], link: Any) -> list[dict[str, Any]]:
    labels = {
        "ready": _("Ready"),
        "twin": _("Duplicates"),
        "wrong": _("With errors"),
        "made": _("Imported"),
        "left_out": _("Left out"),
        "undone": _("Undone"),
    }
    every = [{"label": _("All"), "url": link(), "count": sum(counts.values()), "active": not now}]
    return every + [
        {"label": label, "url": link(show=name), "count": counts.get(name, 0), "active": now == name}
        for name, label in labels.items()
        if counts.get(name) or now == name
    ]


def why_unreadable(spreadsheet: Spreadsheet) -> str:
    """The reason, in words."""
    return str(reason(spreadsheet.reason))
