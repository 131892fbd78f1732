"""What is asked on every page, and by the sweep every two seconds, finds its rows by an index (SAFETY S110)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import event, text
from werkzeug.datastructures import MultiDict

from app.core import clock, database
from app.dashboard import work
from app.documents import figures, retention, showing
from app.documents.models import TrashKind
from app.extensions import db
from app.extraction import jobs
from app.web.access import Role
from tests.factories import make_company, make_counterparty, make_document, make_user


def trash_page(user, company):
    showing.trash_page(user, company, {})


def home(user, company):
    work.lines(user, company)
    figures.by_direction(user, company)


def sweep(_user, _company):
    jobs.end_what_is_stuck()


def timer(_user, company):
    retention.plan(company)


def pages_far_behind(user, company):
    for sort, place in (("-date", "2026-10-01_5"), ("due", "2026-10-01_5"), ("amount", "5_5")):
        showing.list_page(user, company, MultiDict({"sort": sort, "after": place}), {})


def narrow_lists(user, company):
    for said in ({"since": "2026-10-01"}, {"until": "2026-10-01"}, {"due_until": "2026-10-01", "sort": "due"}):
        showing.list_page(user, company, MultiDict(said), {})


@pytest.mark.parametrize("ask", [trash_page, home, sweep, timer])
def test_no_query_reads_all_documents(app, ask):
    """SAFETY: neither the whole table, nor all of a company's documents."""  # S110
    company = make_company(trash_emptied=True)
    user = make_user(Role.ADMIN, company)
    make_document(company)
    make_document(company, trashed_at=clock.now() - timedelta(days=40), trash_kind=TrashKind.DELETED)
    asked = []
    note = lambda _c, _cursor, statement, parameters, *_more: asked.append((statement, parameters))  # noqa: E731
    event.listen(db.engines[None], "before_cursor_execute", note)
    with app.test_request_context():
        ask(user, company)
    event.remove(db.engines[None], "before_cursor_execute", note)

    slow = []
    for statement, parameters in asked:
        if "FROM document" in statement:
            plan = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            slow += [(row[-1], statement) for row in plan if is_slow(row[-1])]
    assert slow == []


def is_slow(step: str) -> bool:
    """A walk through the table, or through an index of all of a company's documents."""
    if re.match(r"SCAN document\b(?! USING (COVERING )?INDEX ix_document_(reading|open|trash))", step):
        return True
    return bool(re.match(r"SEARCH document USING .*\(company_id=\?\)$", step)) and not re.search(
        r"ix_document_(open|trash)", step
    )


@pytest.mark.parametrize("ask", [pages_far_behind, narrow_lists])
def test_no_list_is_sorted_or_read_from_its_beginning(app, ask):
    """SR-1: S110: in any order, far behind and within limits, a page begins where an index says."""
    company = make_company()
    user = make_user(Role.ADMIN, company)
    make_document(company)
    asked = []
    note = lambda _c, _cursor, statement, parameters, *_more: asked.append((statement, parameters))  # noqa: E731
    event.listen(db.engines[None], "before_cursor_execute", note)
    with app.test_request_context():
        ask(user, company)
    event.remove(db.engines[None], "before_cursor_execute", note)

    pages = [each for each in asked if "ORDER BY" in each[0] and "may_be_twin" in each[0]]
    plans = [db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", said).all() for sql, said in pages]
    steps = [row[-1] for plan in plans for row in plan]
    assert len(pages) == 3 and not [step for step in steps if "TEMP B-TREE" in step], steps
    assert len([step for step in steps if re.match(r"SEARCH document USING .*company_id=\? AND <expr>[<>]", step)]) == 3


OF_200_000 = {
    "ix_document_all": "195946 195946 79 1",
    "ix_document_assignee_id": "200000 200000",
    "ix_document_duplicate_of_id": "200000 200000",
    "ix_document_number": "200000 200000 1 1",
    "ix_document_trash": "4054 4054 1 1",
    "ix_document_amount": "195946 195946 2 1",
    "ix_document_counterparty": "200000 500 2 1",
    "ix_document_standing": "200000 500 89 89",
    "ix_document_due": "195946 195946 79 1",
    "ix_document_list": "200000 200000 33334 19 1",
    "ix_document_open": "20073 20073 10037 5 1 1 1",
    "ix_document_owed": "20073 51 26 1",
    "ix_document_unvalidated": "2406 2406 2 1",
}
"""What SQLite counted in one company of so many documents with 400 counterparties."""


def _let_it_know(counted: dict[str, str]) -> None:
    database.analyse(db.session())
    tables = db.session.scalars(text("SELECT name FROM sqlite_schema WHERE name LIKE 'sqlite_stat%'")).all()
    for table in tables:
        db.session.execute(text(f"DELETE FROM {table} WHERE tbl = 'document'"))
    known = [{"index": index, "counted": numbers} for index, numbers in counted.items()]
    db.session.execute(text("INSERT INTO sqlite_stat1 VALUES ('document', :index, :counted)"), known)
    db.session.execute(text("ANALYZE sqlite_schema"))


def test_a_restricted_member_is_shown_their_counterparties_documents_by_their_index(app):
    """US-2: S110: by what SQLite knows of 200,000, no list of all documents is walked for the few that are theirs."""
    company = make_company(restrict_non_admins=True)
    member = make_user(company=company)
    make_document(company, counterparty=make_counterparty(company=company, assigned_users=[member]))
    _let_it_know(OF_200_000)
    asked = []
    note = lambda _c, _cursor, statement, parameters, *_more: asked.append((statement, parameters))  # noqa: E731
    event.listen(db.engines[None], "before_cursor_execute", note)
    with app.test_request_context():
        showing.list_page(member, company, MultiDict({"tab": "to_match"}), {})
    event.remove(db.engines[None], "before_cursor_execute", note)

    told = [each for each in asked if "FROM document" in each[0]]
    plans = [db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", said).all() for sql, said in told]
    steps = [row[-1] for plan in plans for row in plan]
    assert [step for step in steps if "ix_document_standing (counterparty_id=?" in step]
    assert not [step for step in steps if re.search(r"ix_document_(all|amount|due|open) ", step)]
