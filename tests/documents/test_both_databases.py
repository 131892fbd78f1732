"""The same lists and pages on SQLite and on PostgreSQL, whose SQL differs in many small things."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from app.core import clock
from app.documents import decisions, twins
from app.documents.models import TrashKind
from app.extensions import db
from app.users import sessions
from app.users.models import SignIn
from app.web.access import Role
from tests.factories import make_category, make_company, make_counterparty, make_document, make_user

pytestmark = pytest.mark.alone
PAGES = (
    *(
        "/",
        "/trash",
        "/suppliers?q=durand",
        "/customers",
        "/documents?q=120",
        "/documents?q=%00",
        "/documents?late=yes",
    ),
    *("/documents?twins=yes", "/documents?tab=outstanding&sort=due", "/documents?tab=credits&sort=-amount"),
    *(
        "/documents?since=2026-01-01&until=2026-12-31&direction=purchase&kind=invoice",
        "/review",
        "/operation",
        "/metrics",
    ),
)


@pytest.fixture
def world(live_app):
    """A company with a bit of everything, and the browser of its admin."""
    with live_app.app_context():
        company = make_company()
        admin = make_user(Role.ADMIN, company)
        supplier = make_counterparty("Durand", company, numbering_restarts_yearly=True)
        facts = {"number": "F-77", "counterparty": supplier, "category": make_category(company=company)}
        first = make_document(company, **facts, issue_date=date(2025, 10, 1))
        second, third = make_document(company, **facts), make_document(company, **facts)
        decisions.validate(first, by=admin)
        late = {"validated_at": clock.now(), "due_date": clock.today(company) - timedelta(days=3)}
        make_document(company, counterparty=supplier, **late)
        decisions.trash(make_document(company), by=admin, kind=TrashKind.DUPLICATE, duplicate_of=first)
        db.session.add(SignIn(token_hash=sessions.digest("token"), user=admin))
        db.session.commit()
        assert twins.same_number(second) == [third]
        ids = {"first": first.id, "second": second.id}
    client = live_app.test_client()
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = "token", True
    return client, ids


def test_every_page_answers(world):
    """OP-2: SR-1: LC-8: lists, counts, sums, twins and history."""
    client, ids = world
    for address in (*PAGES, f"/documents/{ids['first']}", f"/documents/{ids['second']}"):
        assert client.get(address).status_code == 200, address
    assert "already been imported" in client.get(f"/documents/{ids['second']}").text
    assert "already been imported" not in client.get(f"/documents/{ids['first']}").text
    listed = client.get("/documents?tab=outstanding&sort=due").text
    assert len(re.findall("<tr>", listed)) == 3 and "3 days late" in listed


def test_a_sign_the_database_cannot_keep_is_no_fault_of_ours(world):
    """S84: a NUL in a text is refused or left out in words."""
    client, ids = world

    answer = client.post(f"/documents/{ids['second']}/facts", data={"version": "2", "label": "a\0b"})

    assert answer.status_code < 500
