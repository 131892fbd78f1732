"""Somebody works on a spreadsheet, or on what came of it, while another goes on with it: on SQLite and PostgreSQL."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select, update

from app.core.errors import Refused
from app.documents import editing
from app.documents.models import Document
from app.extensions import db
from app.intake.models import Message, Source
from app.spreadsheets import deciding, undoing
from app.spreadsheets.models import Line, LineState, Spreadsheet, Stage
from app.users.models import User
from tests.factories import make_company, make_document, make_file, make_user

COLUMNS = {"number": 0, "counterparty": 1, "issue_date": 2, "gross": 3}
HOW = {"date_order": "dmy", "decimal_mark": ",", "direction": "purchase"}


def make_spreadsheet(user: User, stage: Stage) -> Spreadsheet:
    company = user.memberships[0].company
    facts = {"company": company, "direction": "purchase"}
    message = Message(**facts, source=Source.SPREADSHEET, raw=make_file(), raw_name="list.csv", is_mail=False)
    spreadsheet = Spreadsheet(**facts, message=message, by=user, stage=stage, sheets=["Sheet"])
    db.session.add(spreadsheet)
    db.session.commit()
    return spreadsheet


def test_what_went_further_meanwhile_is_mapped_no_more(app):
    """S59: the import began after the page was made: its lines and its stage stay what they are."""
    spreadsheet = make_spreadsheet(make_user(), Stage.CHECKED)
    assert spreadsheet.stage is Stage.CHECKED  # as whoever presses the button saw it
    begun = update(Spreadsheet).values(stage=Stage.IMPORTING).execution_options(synchronize_session=False)
    db.session.execute(begun)

    for act in (lambda: deciding.say_columns(spreadsheet, COLUMNS, **HOW), lambda: deciding.tick(spreadsheet, [], [])):
        with pytest.raises(Refused):
            act()
    assert db.session.scalar(select(Spreadsheet.stage)) is Stage.IMPORTING


@pytest.mark.alone
def test_what_somebody_is_saving_just_then_is_not_taken_back(live_app):
    """S37: IN-2: the edit that is committed while the import is undone keeps its document."""
    with live_app.app_context():
        user = make_user(company=make_company())
        document = make_document(user.memberships[0].company, source="spreadsheet", version=1)
        db.session.delete(document.files[0])
        spreadsheet = make_spreadsheet(user, Stage.UNDOING)
        db.session.add(Line(spreadsheet_id=spreadsheet.id, sheet=0, number=2, state=LineState.MADE, document=document))
        db.session.commit()
        document_id, spreadsheet_id, user_id = document.id, spreadsheet.id, user.id

    def undo() -> None:
        with live_app.app_context():
            undoing.undo_portion(spreadsheet_id, user_id)
            db.session.commit()

    undoer = threading.Thread(target=undo)
    with live_app.app_context():
        document = db.session.get_one(Document, document_id)
        editing.edit(document, {"label": "Mine"}, by=db.session.get_one(User, user_id), version=1)
        db.session.flush()
        undoer.start()
        undoer.join(timeout=0.5)  # by then it waits for this transaction
        db.session.commit()
        undoer.join(timeout=60)
        db.session.expire_all()
        assert (document.label, document.trashed_at) == ("Mine", None)
