"""Which documents are to send."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.core import clock
from app.documents import arrival, decisions, moving, status, trash
from app.documents.models import Direction, Document, Kind, SentMeans, TrashKind
from app.documents.sent import sent
from app.extensions import db
from app.web.access import Role
from tests.factories import make_company, make_document, make_file, make_user, reload
from tests.sending.making import make_sale, make_sender


def is_to_send(document: Document) -> bool:
    return reload(document).is_to_send


def test_every_sale_that_comes_from_then_on_is_to_send(app):
    """SE-1: whatever the accounting status says, even paid."""
    company = make_sender()
    waiting = make_document(company, direction=Direction.SALE)
    paid = make_sale(company, settled_minor=12000)
    assert is_to_send(waiting) and is_to_send(paid)


def test_one_that_arrives_as_a_file_is_to_send_before_it_is_read(app):
    """SE-1: from the address for sales."""
    document = arrival.arrive(make_sender(), Direction.SALE, make_file(), "invoice.pdf", source="smtp", by=None)
    db.session.commit()
    assert is_to_send(document)


@pytest.mark.parametrize(
    "facts",
    [
        {"direction": Direction.PURCHASE},
        {"direction": Direction.SALE, "kind": Kind.CREDIT_NOTE},
        {"direction": Direction.SALE, "created_at": clock.now() - timedelta(days=1)},
    ],
)
def test_purchases_credit_notes_and_older_sales_are_not(app, facts):
    """SE-1: older ones keep their state."""
    document = make_document(make_sender(), **facts)
    status.settle(document, by=None, act="edited")
    assert not is_to_send(document)


def test_a_company_that_sends_none_has_none_to_send(app):
    """SE-1: a setting of each company."""
    assert not is_to_send(make_document(make_company(), direction=Direction.SALE))


def test_switching_off_changes_nothing_of_those_already_to_send(app):
    """SE-1: and what comes later is not."""
    company = make_sender()
    before = make_sale(company)
    company.sends_since = None
    status.settle(before, by=None, act="edited")
    assert is_to_send(before)
    assert not is_to_send(make_sale(company))


def test_what_turns_out_to_be_none_is_not_to_send_and_the_other_way_round(app):
    """SE-1: in review somebody says what it is."""
    company = make_sender()
    user = make_user(company=company)
    document = make_document(company, direction=Direction.PURCHASE)
    for facts, expected in (
        ({"direction": Direction.SALE}, True),
        ({"kind": Kind.CREDIT_NOTE}, False),
        ({"kind": Kind.INVOICE}, True),
        ({"direction": Direction.PURCHASE}, False),
    ):
        decisions.edit(document, facts, by=user, version=document.version)
        db.session.commit()
        assert is_to_send(document) is expected, facts


def test_in_the_trash_it_keeps_its_state(app):
    """SE-1: and has it when it is restored, be the setting off meanwhile."""
    company = make_sender()
    document = make_sale(company)
    since = document.to_send_at
    trash.trash(document, by=None)
    company.sends_since = None
    trash.restore(document, by=None)
    db.session.commit()
    assert reload(document).to_send_at == since


def test_a_duplicate_in_the_trash_is_in_no_list_of_what_is_to_send(app, browser):
    """SE-1: DU-2: the same file again makes nothing."""
    company = make_sender()
    user = make_user(Role.ADMIN, company)
    first = make_sale(company, number="CANARY-1")
    again = make_sale(company, number="CANARY-2", duplicate_of_id=first.id)
    trash.trash(again, by=None, kind=TrashKind.DUPLICATE)
    db.session.commit()
    page = browser(user, company).get("/documents?tab=to_send").text
    assert "CANARY-1" in page and "CANARY-2" not in page


def test_once_sent_it_stays_sent(app):
    """SE-7: an edit does not make it to send again."""
    document = make_sale(make_sender())
    sent(document, SentMeans.EMAIL, by=None)
    status.settle(document, by=None, act="edited")
    assert not is_to_send(document)


@pytest.mark.parametrize("is_sending", [True, False])
def test_moved_to_another_company_its_setting_decides(app, is_sending):
    """SE-1: where that one sends none, nobody waits for it."""
    other = make_sender("Other") if is_sending else make_company("Other")
    here = make_company("Here") if is_sending else make_sender("Here")
    document = make_document(here, direction=Direction.SALE, issue_date=date(2026, 11, 2), counterparty=None)
    moving.move(document, other, by=None)
    assert is_to_send(document) is is_sending
