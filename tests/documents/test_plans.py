"""What is asked on every page, and by the sweep every two seconds, finds its rows by an index (SAFETY S110)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import event

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
