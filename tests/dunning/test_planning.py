"""The run of a day: which step of which plan is due for whom, and what keeps it from being made."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.core import clock
from app.documents.models import Kind
from app.dunning import actions
from app.dunning.action_models import ActionState
from app.dunning.models import Channel, Level
from app.extensions import db
from tests.dunning.owing import TODAY, make_customer, make_owed, make_plan, noon, plan_on, reached, said
from tests.factories import make_user, the_company

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(noon(TODAY))


def days_ago(count: int) -> date:
    return TODAY - count * DAY


def done(*made) -> None:
    for action in made:
        actions.done(action)
    db.session.commit()


def test_a_step_is_due_once_its_day_has_come_and_until_it_is_done(app):
    """DN-1: due and not done, never "due today": the steps follow each other, each once."""
    plan = make_plan(3, 10)
    owed = make_owed(make_customer(plan), days_ago(3))
    assert not plan_on(TODAY - DAY)

    first = plan_on()
    assert said(first) == [(owed.id, 3)] and first[0].state is ActionState.WAITING
    assert not plan_on()
    done(*first)

    assert not plan_on(TODAY + 6 * DAY)
    assert said(plan_on(TODAY + 9 * DAY)) == [(owed.id, 10)]


def test_before_the_due_date_a_step_comes_too_and_after_it_is_passed_over(app):
    """DN-1: steps at −N days; who was not told before the due date is not told afterwards that it is still to come."""
    plan = make_plan(-5, 4)
    soon, late = (make_owed(make_customer(plan), TODAY + days * DAY) for days in (5, -4))
    make_owed(make_customer(plan), TODAY + 6 * DAY)
    make_owed(make_customer(plan), TODAY - DAY)

    assert sorted(said(plan_on())) == sorted([(soon.id, -5), (late.id, 4)])


def test_one_message_to_a_customer_is_about_all_that_is_overdue(app):
    """DN-1: customer level: the oldest sets the step; each of the others counts at the one it has come to."""
    customer = make_customer(make_plan(3, 10, 30))
    oldest, middle, young = (make_owed(customer, days_ago(days)) for days in (12, 5, 1))
    make_owed(customer, TODAY)

    (first,) = plan_on()
    assert said([first]) == [(oldest.id, 3)]
    assert reached(first) == {oldest.id: 3, middle.id: 3, young.id: None}
    done(first)

    (second,) = plan_on(TODAY + 5 * DAY)
    assert said([second]) == [(oldest.id, 10)] and reached(second)[middle.id] == 10 and reached(second)[young.id] == 3


def test_when_the_oldest_is_paid_or_has_no_step_left_the_next_sets_it(app):
    """DN-1: an invoice that was reminded to the end does not keep the others from being reminded."""
    customer = make_customer(make_plan(3))
    oldest, young = make_owed(customer, days_ago(40)), make_owed(customer, days_ago(2))
    done(*plan_on())

    (second,) = plan_on(TODAY + 5 * DAY)
    assert said([second]) == [(young.id, 3)] and set(reached(second)) == {oldest.id, young.id}


def test_at_the_level_of_invoices_each_is_reminded_of_by_itself(app):
    """DN-1: one that goes by itself at a time, the oldest first; the others slide by the gap."""
    customer = make_customer(make_plan(3, level=Level.INVOICE))
    first, second = make_owed(customer, days_ago(9)), make_owed(customer, days_ago(4))

    made = plan_on()
    assert said(made) == [(first.id, 3)] and set(reached(made[0])) == {first.id}
    done(*made)

    assert not plan_on(TODAY + 2 * DAY)
    assert said(plan_on(TODAY + 5 * DAY)) == [(second.id, 3)]


def test_what_waits_for_a_person_blocks_what_comes_after_it(app):
    """DN-1: a manual step, and any call, is a person's; until it is done or skipped nothing more is made."""
    customer = make_customer(make_plan(3, 10, is_automatic=True, channel=Channel.CALL))
    owed = make_owed(customer, days_ago(30))
    (call,) = plan_on()
    assert (call.state, call.reason) == (ActionState.TO_DO, {"key": "manual"})

    assert not plan_on(TODAY + 19 * DAY)
    actions.skip(call, by=make_user())
    db.session.commit()
    assert said(plan_on(TODAY + 19 * DAY)) == [(owed.id, 10)]


def test_manual_steps_of_several_invoices_stand_in_the_list_at_once(app):
    """DN-1: invoice level: what a person does is for them to space out."""
    customer = make_customer(make_plan(3, level=Level.INVOICE, is_automatic=False))
    owed = [make_owed(customer, days_ago(days)) for days in (9, 4)]

    assert said(plan_on()) == [(each.id, 3) for each in owed]
    assert not plan_on(TODAY + DAY)


def test_what_was_withdrawn_may_come_again(app):
    """DN-1: a dispute ended: the same step of the same invoice is due once more."""
    owed = make_owed(make_customer(make_plan(3)), days_ago(5))
    (first,) = plan_on()
    actions.withdraw(first, {"key": "disputed"})
    db.session.commit()

    (again,) = plan_on()
    assert said([again]) == [(owed.id, 3)] and again.key != first.key


def test_the_plan_of_the_child_that_owns_the_invoice_counts(app):
    """SE-3: DN-1: also when it is shown under its parent; the parent's only where the company says so."""
    parent = make_customer(make_plan(30))
    child, orphan = make_customer(make_plan(3), parent=parent), make_customer(None, parent=parent)
    owed, waits = make_owed(child, days_ago(5)), make_owed(orphan, days_ago(31))

    assert said(plan_on()) == [(owed.id, 3)]
    the_company().uses_parent_plan = True
    assert said(plan_on()) == [(waits.id, 30)]


@pytest.mark.parametrize(("day", "is_open"), [(date(2026, 11, 28), False), (date(2026, 11, 29), False), (TODAY, True)])
def test_nothing_is_made_on_a_weekend(app, day, is_open):
    """DN-1: SE-5: Monday to Friday; the next working day makes up for it."""
    make_owed(make_customer(make_plan(3)), days_ago(9))

    assert bool(plan_on(day)) is is_open
    assert bool(plan_on(date(2026, 11, 30))) is not is_open


def test_public_holidays_are_kept_where_the_company_says_so(app):
    """DN-1: the first of May 2026 is a Friday."""
    make_owed(make_customer(make_plan(3)), date(2026, 4, 1))
    the_company().keeps_holidays = True

    assert not plan_on(date(2026, 5, 1))
    the_company().keeps_holidays = False
    assert plan_on(date(2026, 5, 1))


def test_while_the_master_switch_is_off_only_people_are_asked(app):
    """SE-8: DN-1: nothing that goes by itself is made; switched on again, it is due still."""
    by_itself = make_owed(make_customer(make_plan(3)), days_ago(5))
    by_hand = make_owed(make_customer(make_plan(3, is_automatic=False)), days_ago(5))
    the_company().sends_automatically = False

    assert said(plan_on()) == [(by_hand.id, 3)]
    the_company().sends_automatically = True
    assert said(plan_on()) == [(by_itself.id, 3)]


def test_a_changed_plan_goes_on_where_the_old_one_was(app):
    """DN-1: by days, not by numbers of steps: nobody begins again with the kindest words."""
    customer = make_customer(make_plan(3, 10))
    owed = make_owed(customer, days_ago(30))
    done(*plan_on())
    customer.dunning_plan_id = make_plan(2, 15).id
    db.session.commit()

    assert said(plan_on(TODAY + 5 * DAY)) == [(owed.id, 15)]


def test_it_knows_the_owner_and_what_was_open(app):
    """DN-1: DN-2: part payments are netted; what cannot go by itself has an owner."""
    owner = make_user()
    customer = make_customer(make_plan(3), owner=owner)
    make_owed(customer, days_ago(5), settled_minor=2000)
    make_owed(customer, days_ago(90), kind=Kind.CREDIT_NOTE, gross_minor=500)

    (made,) = plan_on()

    assert made.owner == owner and [each.open_minor for each in made.covers] == [10000]
    assert made.due_at <= clock.now()
