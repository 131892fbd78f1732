"""Why is nothing sent? Answered for each invoice and each customer, with the way to change it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.core import clock
from app.dunning import actions, why
from app.dunning.action_models import ActionKind
from app.dunning.models import Channel, PlanStep
from app.dunning.words import REASONS
from app.extensions import db
from app.web.access import Role
from tests.dunning.owing import TODAY, make_customer, make_owed, make_plan, make_reply, noon, plan_on
from tests.factories import make_user, the_company

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(noon(TODAY))


def texts(it) -> list[str]:
    db.session.commit()
    told = why.of_customer(it) if hasattr(it, "dunning_plan_id") else why.of_document(it)
    return [str(each) for each in told]


def test_everything_that_stands_against_a_reminder_is_said_with_its_day(app):
    """DN-2: of the invoice, its customer and the company; the day where there is one."""
    owed = make_owed(make_customer(None), TODAY - 9 * DAY, promised_date=TODAY, disputed_at=clock.now())
    owed.counterparty.reminders_paused_until = TODAY + DAY
    make_reply(owed.counterparty)

    assert texts(owed) == [
        "It is disputed.",
        "The customer promised to pay it by 25 Nov 2026.",
        "Reminders to the customer are paused until 26 Nov 2026.",
        "An answer of the customer is unread.",
        "The customer has no dunning plan.",
    ]
    assert texts(owed.counterparty) == texts(owed)[2:]


def test_where_nothing_stands_against_it_the_next_reminder_is_foretold(app):
    """DN-2: by the plan, the gap since the last, and the days on which nothing is sent."""
    customer = make_customer(make_plan(3, 12))
    owed = make_owed(customer, TODAY - DAY)
    assert texts(owed) == texts(customer) == ["The next reminder is due on 27 Nov 2026 (E-mail)."]

    owed.due_date = TODAY - 3 * DAY
    assert texts(owed) == ["The next reminder is due on 25 Nov 2026 (E-mail)."]
    (first,) = plan_on()
    assert texts(owed) == ["Planned for 25 Nov 2026, 12:00."]
    actions.leave(first, by=None)
    assert texts(owed) == texts(customer) == ["It is on its way."]
    actions.done(first)
    assert texts(owed) == ["The next reminder is due on 4 Dec 2026 (E-mail)."]
    owed.due_date = TODAY - 12 * DAY
    assert texts(owed) == ["The next reminder is due on 30 Nov 2026 (E-mail)."]  # the gap ends on a Saturday


def test_at_the_end_of_a_plan_and_beside_what_a_person_has_to_do_it_is_said(app):
    """DN-2: U20: an unhandled manual step, a plan without reminders, a step that is not left."""
    customer = make_customer(make_plan(3, is_automatic=False))
    owed = make_owed(customer, TODAY - 9 * DAY)
    (call,) = plan_on()
    assert texts(owed) == ["It waits for a person: This step is a person's."]
    actions.skip(call, by=make_user())
    assert texts(owed) == texts(customer) == ["No step of the plan is left: it was reminded of to the end."]

    customer.dunning_plan_id = make_plan().id
    assert texts(customer) == ["The customer's plan has no reminders."]
    owed.settled_minor = 12000
    assert texts(customer)[0] == "It owes nothing." and texts(owed) == ["It is paid."]


def test_the_master_switch_is_named_where_it_is_what_holds(app):
    """DN-2: SE-8: not where a person sends it anyway."""
    the_company().sends_automatically = False
    by_itself = make_owed(make_customer(make_plan(3)), TODAY - 9 * DAY)
    by_hand = make_owed(make_customer(make_plan(3, is_automatic=False)), TODAY - 9 * DAY)

    assert str(REASONS["switched_off"]) in texts(by_itself)
    assert str(REASONS["switched_off"]) not in texts(by_hand)


def test_why_an_invoice_is_not_sent(app):
    """DN-2: SE-3: SE-5: no plan, a plan that sends nothing, nobody to write to, planned, a person's."""
    owed = make_owed(make_customer(None), TODAY, to_send_at=clock.now(), validated_at=None)
    assert texts(owed) == ["It is not validated yet.", "The customer has no dunning plan."]

    owed.validated_at = clock.now()
    plan = make_plan(3)
    owed.counterparty.dunning_plan_id = plan.id
    assert texts(owed) == ["The customer's plan sends no invoices."]
    plan.steps.append(PlanStep(is_sending=True, channel=Channel.EMAIL))
    assert texts(owed) == ["No contact has an e-mail address."]
    owed.counterparty.email = "client@example.org"
    assert texts(owed) == []

    told = {"channel": Channel.EMAIL, "due_at": clock.now() + DAY, "is_automatic": True}
    action = actions.make(ActionKind.SENDING, owed, key="sending:1", **told)
    assert texts(owed) == ["Planned for 26 Nov 2026, 12:00."]
    actions.hand_over(action, {"key": "no_contact"})
    assert texts(owed) == ["It waits for a person: No contact has an e-mail address."]


def test_the_pages_answer_it_with_a_link_for_those_who_may_change_it(app, browser):
    """DN-2: an accountant is told nothing to do; one who does not see the customer's page is not led there."""
    owed = make_owed(make_customer(None), TODAY - 9 * DAY)
    document, customer = f"/documents/{owed.id}", f"/counterparties/{owed.counterparty_id}"

    member = browser(make_user())
    assert "The customer has no dunning plan." in member.get(document).text
    assert "Open the customer" in member.get(document).text and "Open the customer" not in member.get(customer).text
    assert "The customer has no dunning plan." in member.get(customer).text
    accountant = browser(make_user(Role.ACCOUNTANT))
    assert "no dunning plan" not in accountant.get(document).text + accountant.get(customer).text
