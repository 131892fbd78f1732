"""Each line as it would be: ready, a duplicate, or wrong and why; nothing is looked up line by line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select, update

from app.documents.models import Document
from app.extensions import db
from app.spreadsheets import guessing, reading
from app.spreadsheets.known import AT_ONCE, Categories, Numbers, Parties, key_within
from app.spreadsheets.models import Line, LineState, Spreadsheet, Stage, held_at, key_of
from app.spreadsheets.reading import Facts

BEFORE = "imported_before"


class Book:
    """The lines of a spreadsheet beside what is there already."""

    def __init__(self, spreadsheet: Spreadsheet, lines: Iterable[tuple[int, list[str]]]) -> None:
        layout = guessing.layout_of(spreadsheet)
        company_id, direction = spreadsheet.company_id, spreadsheet.direction
        self.facts = {number: reading.read(cells, layout) for number, cells in lines}
        self.parties, self.categories = Parties(company_id), Categories(company_id, direction)
        self.numbers = Numbers(company_id, direction, [each.number_key for each in self.facts.values()])
        self.before = made_before(spreadsheet, list(self.facts))

    def party(self, facts: Facts) -> int | None:
        """The counterparty that is meant."""
        return self.parties.find(facts)

    def twin_note(self, number: int) -> dict[str, Any] | None:
        """The document it seems to be again, living or in the trash; None where there is none."""
        facts = self.facts[number]
        if number in self.before:
            return {"key": BEFORE, "document": self.before[number]}
        found = self.numbers.twin(facts, self.party(facts), self.parties.yearly)
        if found is None:
            return None
        return {"key": "in_trash" if found.is_trashed else "twin", "document": found.document_id}


def made_before(spreadsheet: Spreadsheet, numbers: list[int]) -> dict[int, int]:
    """Row → the living document that these very bytes became before."""
    sha256, found = spreadsheet.message.raw.sha256, {}
    for start in range(0, len(numbers), AT_ONCE):
        some = numbers[start : start + AT_ONCE]
        keys = [key_of(spreadsheet.company_id, sha256, spreadsheet.sheet, number) for number in some]
        query = select(Line.number, Line.document_id).join(Document, Line.document_id == Document.id)
        query = query.where(Line.made_key.in_(keys), Document.trashed_at.is_(None))
        found.update(db.session.execute(query).all())
    return found


def what_to_check(spreadsheet_id: int) -> list[dict[str, Any]] | None:
    """What is found of each line, as the columns to be written; None where nobody asked for it."""
    spreadsheet = db.session.get(Spreadsheet, spreadsheet_id)
    if spreadsheet is None or spreadsheet.stage is not Stage.CHECKING:
        return None
    query = select(Line.id, Line.number, Line.cells).filter_by(spreadsheet_id=spreadsheet_id, sheet=spreadsheet.sheet)
    rows = db.session.execute(query.where(Line.number > spreadsheet.header_row).order_by(Line.number)).all()
    book = Book(spreadsheet, [(row.number, row.cells) for row in rows])
    seen: dict[tuple[Any, ...], int] = {}
    return [{"id": row.id} | _found(book, row.number, seen) for row in rows]


def _found(book: Book, number: int, seen: dict[tuple[Any, ...], int]) -> dict[str, Any]:
    facts = book.facts[number]
    if facts.errors:
        return _columns(LineState.WRONG, facts.errors)
    notes = facts.notes + _category_note(book, facts)
    twin = book.twin_note(number)
    first = seen.setdefault(key_within(facts, book.party(facts), book.parties.yearly), number)
    if first != number and (twin is None or twin["key"] == "in_trash"):
        twin = {"key": "same_row", "row": first}
    if twin and twin["key"] != "in_trash":
        return _columns(LineState.TWIN, [twin, *notes])
    return _columns(LineState.READY, [*([twin] if twin else []), *notes])


def _category_note(book: Book, facts: Facts) -> list[dict[str, Any]]:
    if facts.category and book.categories.find(facts.category) is None:
        return [{"key": "no_category", "value": facts.category}]
    return []


def _columns(state: LineState, notes: list[dict[str, Any]]) -> dict[str, Any]:
    return {"state": state, "notes": notes, "is_chosen": state is LineState.READY}


def keep(spreadsheet_id: int, found: list[dict[str, Any]]) -> None:
    """Write what was found; nothing where the columns were said anew meanwhile, or another was faster."""
    if spreadsheet := held_at(spreadsheet_id, Stage.CHECKING):
        if found:
            db.session.execute(update(Line), found)
        spreadsheet.stage = Stage.CHECKED
