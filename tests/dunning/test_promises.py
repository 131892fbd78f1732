"""Promises and pauses: what is said, who may say it, and what holds because of it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from app.audit.models import AuditEntry
from app.core.errors import Refused
from app.documents.models import Kind
from app.dunning import conditions, promises
from app.dunning.promises import FOR_GOOD
from app.extensions import db
from app.web.access import Role
from tests.dunning.owing import TODAY, make_customer, make_owed, make_plan, noon, plan_on
from tests.factories import make_company, make_user, reload

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(noon(TODAY))


@pytest.fixture
def owed(app):
    return make_owed(make_customer(make_plan(3)), TODAY - 9 * DAY)


def entry(thing) -> AuditEntry:
    db.session.flush()
    return db.session.scalars(AuditEntry.about(thing).limit(1)).one()


def test_a_promise_holds_reminders_to_its_day_and_no_longer(owed):
    """DN-1: DN-2: its amount stands in the history; a broken one is reminded of, and found by a filter."""
    promises.promise(owed, TODAY + 5 * DAY, by=make_user(), amount=Decimal(50), why="called  Anne")

    assert entry(owed).changes["promised_minor"] == [None, 5000] and entry(owed).why == "called Anne"
    assert conditions.may_remind(owed, TODAY + 5 * DAY) == "promised" and not plan_on(TODAY + 5 * DAY)
    assert [each.document_id for each in plan_on(TODAY + 6 * DAY)] == [owed.id]


def test_a_promise_taken_back_holds_nothing(owed):
    """DN-2: once."""
    user = make_user()
    promises.promise(owed, TODAY + 5 * DAY, by=user)
    promises.take_promise_back(owed, by=user)

    assert conditions.may_remind(owed, TODAY) == ""
    with pytest.raises(Refused):
        promises.take_promise_back(owed, by=user)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({}, {"on": TODAY - DAY}),
        ({}, {"amount": Decimal("120.01")}),
        ({}, {"amount": Decimal(0)}),
        ({"settled_minor": 12000}, {}),
        ({"kind": Kind.CREDIT_NOTE}, {}),
        ({"direction": "purchase"}, {}),
        ({"validated_at": None}, {}),
        ({"trashed_at": noon(TODAY)}, {}),
    ],
)
def test_only_what_a_customer_owes_can_be_promised(owed, facts, said):
    """DN-2: nothing is changed otherwise."""
    for name, value in facts.items():
        setattr(owed, name, value)
    db.session.commit()
    with pytest.raises(Refused):
        promises.promise(owed, **({"on": TODAY, "by": make_user()} | said))
    assert owed.promised_date is None


def test_reminders_of_an_invoice_pause_until_a_day_or_until_somebody_lifts_it(owed):
    """DN-1: DN-2: U18."""
    user = make_user()
    promises.pause(owed, TODAY + DAY, by=user, why="new bank")
    assert conditions.may_remind(owed, TODAY + DAY) == "paused" and not conditions.may_remind(owed, TODAY + 2 * DAY)

    promises.pause(owed, None, by=user)
    assert owed.reminders_paused_until == FOR_GOOD and conditions.may_remind(owed, TODAY + 999 * DAY) == "paused"
    promises.resume(owed, by=user)
    assert conditions.may_remind(owed, TODAY) == ""
    with pytest.raises(Refused):
        promises.resume(owed, by=user)


def test_a_paused_customer_is_reminded_of_nothing(owed):
    """DN-1: DN-2: with its line in the history, in words."""
    user, customer = make_user(), owed.counterparty
    promises.pause_customer(customer, None, by=user)
    assert conditions.may_remind(owed, TODAY) == conditions.may_remind(customer, TODAY) == "customer_paused"
    assert entry(customer).act == "reminders paused"

    promises.resume_customer(customer, by=user)
    assert conditions.may_remind(customer, TODAY) == ""


def test_people_note_it_on_the_pages_of_the_invoice_and_the_customer(owed, browser):
    """DN-2: each with its way back; what is wrong is said in words and changes nothing."""
    page, customer = browser(make_user()), owed.counterparty_id
    document = f"/documents/{owed.id}"
    for address, form, sentence in (
        (f"{document}/promise", {"promised_date": "2026-12-01", "part": "50.00"}, "Noted."),
        (f"{document}/promise/removal", {}, "Taken back"),
        (f"{document}/pause", {"until": ""}, "Paused."),
        (f"{document}/pause/end", {}, "Reminders go on."),
        (f"/counterparties/{customer}/pause", {"until": "2026-12-24", "why": "holidays"}, "Paused."),
        (f"/counterparties/{customer}/pause/end", {}, "Reminders go on."),
    ):
        answer = page.post(address, data=form, follow_redirects=True)
        assert answer.status_code == 200 and sentence in answer.text, address
    for form in ({}, {"promised_date": "yesterday"}, {"promised_date": "2026-11-01"}):
        assert page.post(f"{document}/promise", data=form).status_code == 422
    assert reload(owed).promised_date is None


@pytest.mark.parametrize("way", ["promise", "promise/removal", "pause", "pause/end"])
def test_strangers_find_nothing_and_who_may_only_look_is_refused(owed, browser, way):
    """US-6: 404 out of sight, 403 without the right."""
    stranger, accountant = make_user(company=make_company("Other")), make_user(Role.ACCOUNTANT)
    for user, status in ((stranger, 404), (accountant, 403)):
        assert browser(user).post(f"/documents/{owed.id}/{way}").status_code == status
        if "pause" in way:
            assert browser(user).post(f"/counterparties/{owed.counterparty_id}/{way}").status_code == status


def test_a_broken_promise_is_found_by_its_filter(owed, browser):
    """DN-2: promised and past, and open still."""
    kept = make_owed(owed.counterparty, TODAY, number="KEPT-1", promised_date=TODAY)
    paid = make_owed(owed.counterparty, TODAY, number="PAID-1", promised_date=TODAY - DAY, settled_minor=12000)
    owed.promised_date = TODAY - DAY
    db.session.commit()

    shown = browser(make_user()).get("/documents?broken=yes").text

    assert owed.number in shown and "Promised and past" in shown
    assert kept.number not in shown and paid.number not in shown
