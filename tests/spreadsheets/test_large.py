"""A long list on both databases: in reasonable time, with few queries, and whole whenever the worker dies."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter

import pytest
from sqlalchemy import event, func, select

from app import create_app
from app.core.faultpoint import DIE_AT
from app.documents.models import Direction, Document
from app.extensions import db
from app.files import store
from app.reader.contents import Sheet
from app.spreadsheets import arriving, checking, making
from app.spreadsheets.jobs import import_lines
from app.spreadsheets.models import Line, LineState, Spreadsheet, Stage
from app.tasks import due
from app.tasks.jobs import commit
from app.tasks.models import Task
from tests.factories import make_company, make_counterparty, make_document, make_user
from tests.soak.outbox import FORK
from tests.soak.told import be_quiet
from tests.spreadsheets.sheets import HEAD, as_csv, line

pytestmark = pytest.mark.alone
LINES = int(os.environ.get("FACTEUR_LINES", "1000"))

POINTS = ["spreadsheet.portion_made"]


def listed(count: int) -> Spreadsheet:
    """A list of so many invoices of 50 suppliers, checked."""
    company = make_company()
    rows = [line(number=f"F-{number}", counterparty=f"Supplier {number % 50}") for number in range(count)]
    raw = store.keep(as_csv(*rows), "text/plain")
    spreadsheet = arriving.arrive(company, Direction.PURCHASE, raw, "list.csv", by=make_user(company=company))
    for number in range(25):
        make_counterparty(f"Supplier {number}", company, is_validated_automatically=True)
    make_document(company, number="F-7", counterparty=None, counterparty_name="nobody")
    arriving.keep_cells(spreadsheet.id, [Sheet("", [HEAD, *rows])])
    spreadsheet.stage = Stage.CHECKING
    commit()
    return spreadsheet


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def test_a_thousand_lines_are_imported_with_few_queries(live_app):
    """IN-2: no query for each line to look anything up; a document made is asked for its rules and words alone."""
    said: Counter[str] = Counter()
    with live_app.app_context():
        spreadsheet = listed(LINES)
        note = lambda _c, _cursor, statement, *_more: said.update([statement.split(" ", 1)[0]])  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", note)
        began = time.monotonic()
        checking.keep(spreadsheet.id, checking.what_to_check(spreadsheet.id))
        commit()
        checked, checking_took = said["SELECT"], time.monotonic() - began
        spreadsheet.stage = Stage.IMPORTING
        commit()
        spreadsheet_id = spreadsheet.id
        while making.make_portion(spreadsheet_id):
            commit()
            db.session.expunge_all()
        commit()
        event.remove(db.engine, "before_cursor_execute", note)
        took = time.monotonic() - began
        print(f"checked in {checking_took:.1f} s with {checked} queries, imported in {took:.1f} s")
        print(dict(said))

        assert count(Document) == LINES + 1
        asked = db.session.scalar(select(func.count()).where(Task.kind == "validate_by_rule"))
        assert asked == LINES // 2  # of the suppliers that are known, each of its documents alone
        assert checked < 40 and said["SELECT"] < 5 * LINES


def died(settings, spreadsheet_id: int) -> None:
    be_quiet()
    os.environ[DIE_AT] = POINTS[0]
    with create_app(settings, BELLS=[]).app_context():
        import_lines(spreadsheet_id)


def test_killed_in_the_middle_of_a_portion_nothing_is_half_imported(live_app):
    """IN-2: S34: S35: the portion is whole or not there, and goes on from where it was; nothing comes twice."""
    with live_app.app_context():
        spreadsheet = listed(250)
        checking.keep(spreadsheet.id, checking.what_to_check(spreadsheet.id))
        spreadsheet.stage = Stage.IMPORTING
        import_lines.later(spreadsheet_id := spreadsheet.id)
        commit()
        process = FORK.Process(target=died, args=(live_app.config["SETTINGS"], spreadsheet_id), daemon=True)
        process.start()
        process.join(60)
        assert process.exitcode == -signal.SIGKILL and count(Document) == 1
        db.session.commit()

        due.run_due()
        made = db.session.scalar(select(func.count()).where(Line.state == LineState.MADE))
        assert (made, count(Document)) == (250, 251)
        assert db.session.scalar(select(Spreadsheet.stage)) is Stage.IMPORTED
