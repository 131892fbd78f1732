"""What keeps an invoice or a customer from being reminded: each once in a run, and in words for a page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from app.bank.models import BankAccount, Statement
from app.core import clock
from app.documents.models import Document, Kind
from app.dunning import conditions
from app.dunning.words import REASONS
from app.extensions import db
from tests.dunning.owing import TODAY, make_customer, make_owed, make_plan, make_reply, noon, plan_on
from tests.factories import the_company

DAY = timedelta(days=1)
LATER = date(9999, 12, 31)


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(noon(TODAY))


def owed() -> Document:
    return make_owed(make_customer(make_plan(3)), TODAY - 9 * DAY)


def credit_note(document: Document, minor: int = 12000, **facts) -> Document:
    facts = {"kind": Kind.CREDIT_NOTE, "gross_minor": minor} | facts
    return make_owed(document.counterparty, TODAY - 20 * DAY, **facts)


def be(**facts) -> Callable[[Document], None]:
    """These facts of the invoice."""
    return lambda document: [setattr(document, name, value) for name, value in facts.items()] and None


def customer_is(**facts) -> Callable[[Document], None]:
    return lambda document: [setattr(document.counterparty, name, value) for name, value in facts.items()] and None


CASES: dict[str, Callable[[Document], object]] = {
    "gone": be(trashed_at=clock.now()),
    "not_validated": be(validated_at=None),
    "not_approved": be(awaits_approval=True),
    "to_send": be(to_send_at=clock.now()),
    "paid": be(settled_minor=12000),
    "no_due_date": be(due_date=None),
    "disputed": be(disputed_at=clock.now()),
    "promised": be(promised_date=TODAY),
    "paused": be(reminders_paused_until=TODAY),
    "netted": credit_note,
    "archived": customer_is(archived_at=clock.now()),
    "no_plan": customer_is(dunning_plan_id=None),
    "customer_paused": customer_is(reminders_paused_until=LATER),
    "unread_reply": lambda document: make_reply(document.counterparty),
}


def test_each_has_its_case_and_its_words(app):
    """DN-1: what is not here is not proven."""
    document = owed()
    tests = conditions.of_invoices(TODAY, Document.id == document.id) | conditions.of_customers(TODAY)
    assert set(CASES) == {*tests, "no_plan"}
    assert {*CASES, "bank_old", "switched_off"} <= set(REASONS)


def test_no_reminder_then(app):
    """DN-1: DN-2: SE-2: the run makes none, and a page says the same reason."""
    held, other = {key: owed() for key in CASES}, owed()
    for key, document in held.items():
        CASES[key](document)
    db.session.commit()

    assert {key: conditions.may_remind(document, TODAY) for key, document in held.items()} == {key: key for key in held}
    assert [each.document_id for each in plan_on()] == [other.id]


OVER: list[Callable[[Document], object]] = [
    be(promised_date=TODAY - DAY),
    be(reminders_paused_until=TODAY - DAY),
    customer_is(reminders_paused_until=TODAY - DAY),
    be(to_send_at=clock.now(), sent_at=clock.now()),
    lambda document: credit_note(document, 11999),
    lambda document: credit_note(document, currency="USD"),
    lambda document: credit_note(document, settled_minor=12000),
    lambda document: make_reply(document.counterparty, read_at=clock.now()),
]


def test_what_is_over_keeps_nobody_from_being_reminded(app):
    """DN-1: promised and past, paused and past, sent, netted in part or in another currency, a reply that was read."""
    documents = [owed() for _fact in OVER]
    for fact, document in zip(OVER, documents, strict=True):
        fact(document)
    db.session.commit()

    assert [conditions.may_remind(document, TODAY) for document in documents] == [""] * len(OVER)
    assert [each.document_id for each in plan_on()] == [document.id for document in documents]


def test_credit_notes_are_netted_with_all_that_is_due(app):
    """DN-1: one that covers what is due today does not wait for what is due next month."""
    document = owed()
    make_owed(document.counterparty, TODAY + 30 * DAY, gross_minor=90000)
    credit_note(document)
    assert conditions.may_remind(document, TODAY) == "netted"

    make_owed(document.counterparty, TODAY - DAY, gross_minor=100)
    assert conditions.may_remind(document, TODAY) == ""


@pytest.mark.parametrize(("days", "reason"), [(8, "bank_old"), (7, "")])
def test_bank_data_older_than_a_week_holds_all_reminders(app, days, reason):
    """DN-1: who has paid would be reminded otherwise; a company without statements knows no better."""
    document = owed()
    account = BankAccount(company=the_company(), name="Current")
    db.session.add(account)
    db.session.commit()
    assert conditions.may_remind(document, TODAY) == ""

    db.session.add(Statement(account=account, to_date=TODAY - days * DAY))
    db.session.commit()

    assert conditions.may_remind(document, TODAY) == conditions.may_remind(document.counterparty, TODAY) == reason
    assert bool(plan_on()) is not bool(reason)


def test_an_account_put_away_holds_nothing(app):
    """DN-1: only what is in use tells of payments."""
    document = owed()
    account = BankAccount(company=the_company(), name="Old", archived_at=clock.now(), balance_date=date(2020, 1, 1))
    db.session.add(account)
    db.session.commit()

    assert conditions.may_remind(document, TODAY) == ""


def test_purchases_are_nobodys_to_be_reminded_of(app):
    """DN-1: neither are credit notes."""
    document = owed()
    credit_note(document, 100)
    document.direction = "purchase"
    db.session.commit()

    assert not plan_on()
