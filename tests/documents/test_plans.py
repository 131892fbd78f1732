"""What is asked on every page, and by the sweep every two seconds, finds its rows by an index (SAFETY S110)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import event
from werkzeug.datastructures import MultiDict

from app.core import clock
from app.dashboard import work
from app.documents import figures, retention, showing
from app.documents.models import TrashKind
from app.extensions import db
from app.extraction import jobs
from app.web.access import Role
from tests.factories import make_company, make_document, make_user


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
