"""Documents of the chosen lines, a portion at a time: each line whole or not at all, and once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from app.core.database import hold
from app.core.faultpoint import faultpoint
from app.counterparties.models import Counterparty
from app.documents import defaults, labels, status
from app.documents.models import Document, ReadState
from app.extensions import db
from app.intake.models import Outcome, Source
from app.spreadsheets import reading
from app.spreadsheets.checking import BEFORE, Book
from app.spreadsheets.models import Line, LineState, Spreadsheet, Stage, key_of

PORTION = 200
"""So many are made by one transaction: while it lasts, nobody else can write on SQLite."""
OPEN = (LineState.READY, LineState.TWIN)


def make_portion(spreadsheet_id: int) -> bool:
    """Make the next documents; False once nothing is left."""
    spreadsheet = db.session.get(Spreadsheet, spreadsheet_id)
    if spreadsheet is None:
        return False
    hold(db.session, f"spreadsheets:{spreadsheet.company_id}")
    db.session.refresh(spreadsheet)
    if spreadsheet.stage is not Stage.IMPORTING:
        return False
    query = select(Line).filter_by(spreadsheet_id=spreadsheet_id, sheet=spreadsheet.sheet, is_chosen=True)
    query = query.where(Line.state.in_(OPEN)).order_by(Line.number).limit(PORTION)
    if lines := list(db.session.scalars(query)):
        _make(spreadsheet, lines)
        faultpoint("spreadsheet.portion_made")
        return True
    _finish(spreadsheet)
    return False


def _make(spreadsheet: Spreadsheet, lines: list[Line]) -> None:
    book = Book(spreadsheet, [(line.number, line.cells) for line in lines])
    made = []
    for line in lines:
        if note := _in_the_way(book, line):
            line.state, line.notes, line.is_chosen = LineState.LEFT_OUT, [note, *line.notes], False
        else:
            made.append((line, _document(spreadsheet, book, line)))
    _free_keys(spreadsheet, [line for line, _document_ in made])
    db.session.add_all(document for _line, document in made)
    db.session.flush()
    parties = _parties(document for _line, document in made)
    for line, document in made:
        document.label = document.label or labels.usual(document)
        why = f"{spreadsheet.name}: {line.number}"
        changes = _told(document) | {"counterparty": [None, _name(document, parties)]} | defaults.fill(document)
        status.settle(document, by=spreadsheet.by, act="imported from a spreadsheet", why=why, changes=changes)
        line.state, line.document_id = LineState.MADE, document.id
        line.notes = [note for note in line.notes if "document" not in note]
        line.made_key = _key(spreadsheet, line)


def _in_the_way(book: Book, line: Line) -> dict[str, Any] | None:
    """What came meanwhile; a duplicate that somebody ticked is wanted, the same line of the same file never is."""
    twin = book.twin_note(line.number)
    if twin is None or twin["key"] == "in_trash" or (line.state is LineState.TWIN and twin["key"] != BEFORE):
        return None
    return twin


def _document(spreadsheet: Spreadsheet, book: Book, line: Line) -> Document:
    facts = book.facts[line.number]
    told = reading.columns_of(facts) | {"files": []}  # known to be none: nobody need look
    document = Document(company=spreadsheet.company, source=Source.SPREADSHEET.value, **told)
    document.read_state, document.created_by_id = ReadState.READ, spreadsheet.by_id
    document.category_id = book.categories.find(facts.category)
    document.counterparty_id = book.party(facts)
    if document.counterparty_id is None:
        said = {"vat_number": facts.vat_number, "ibans": [facts.iban] if facts.iban else []}
        document.counterparty_name = facts.counterparty
        document.counterparty_facts = {name: value for name, value in said.items() if value}
    return document


def _parties(documents: Any) -> dict[int, Counterparty]:
    """All counterparties of these documents in one query, so that none is asked for alone."""
    ids = {document.counterparty_id for document in documents} - {None}
    query = select(Counterparty).where(Counterparty.id.in_(ids))
    return {each.id: each for each in db.session.scalars(query)} if ids else {}


def _name(document: Document, parties: dict[int, Counterparty]) -> str:
    return parties[document.counterparty_id].name if document.counterparty_id else document.counterparty_name


def _told(document: Document) -> dict[str, Any]:
    """The facts, for the trail: a file that is read later leaves alone what a person brought."""
    names = ("kind", "direction", "number", "label", "counterparty_id", "counterparty_name", "category_id", "iban")
    names += ("issue_date", "due_date", "currency", "net_minor", "tax_minor", "gross_minor")
    return {name: [None, value] for name in names if (value := getattr(document, name)) not in (None, "")}


def _key(spreadsheet: Spreadsheet, line: Line) -> str:
    return key_of(spreadsheet.company_id, spreadsheet.message.raw.sha256, line.sheet, line.number)


def _free_keys(spreadsheet: Spreadsheet, lines: list[Line]) -> None:
    """What these very lines became before is in the trash or gone: they may become a document again."""
    keys = [_key(spreadsheet, line) for line in lines]
    db.session.execute(
        update(Line).where(Line.made_key.in_(keys)).values(made_key=None).execution_options(synchronize_session=False)
    )


def _finish(spreadsheet: Spreadsheet) -> None:
    """Nothing is left to make: what nobody chose is left out, and the mail log says that it was imported."""
    left = update(Line).where(Line.spreadsheet_id == spreadsheet.id, Line.state.in_(OPEN), Line.is_chosen.is_(False))
    db.session.execute(left.values(state=LineState.LEFT_OUT).execution_options(synchronize_session=False))
    spreadsheet.stage = Stage.IMPORTED
    spreadsheet.message.parts[0].outcome = Outcome.IMPORTED
