"""No contact is reminded twice on a day, nor sooner than the company wants, whatever runs beside it."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.dunning import actions, gaps, planning
from app.dunning.action_models import Action, ContactDay
from app.extensions import db
from app.users.models import Company
from tests.dunning.owing import TODAY, make_customer, make_owed, make_plan, noon, plan_on, reminders
from tests.factories import make_company, the_company

DAY = timedelta(days=1)
ANNE, BEN = "anne@example.org", "ben@example.org"


@pytest.fixture
def today(time_machine):
    time_machine.move_to(noon(TODAY))


def two_reminders() -> list[Action]:
    """Of two customers, who may share an address."""
    plan = make_plan(3)
    for _each in range(2):
        make_owed(make_customer(plan), TODAY - 9 * DAY)
    return plan_on()


def test_a_contact_is_reminded_by_one_action_a_day(app, today):
    """S48: DN-1: the second finds the address taken, however it is written; the first may ask again."""
    first, second = two_reminders()

    assert gaps.claim(first, [ANNE, BEN], TODAY) == [ANNE, BEN]
    assert gaps.claim(second, ["Anne@Example.org", "c@example.org"], TODAY) == ["c@example.org"]
    assert gaps.claim(first, [ANNE], TODAY) == [ANNE]
    assert gaps.claim(second, [ANNE, BEN], TODAY) == []


@pytest.mark.parametrize(("gap", "days", "is_free"), [(3, 2, False), (3, 3, True), (0, 1, True), (0, 0, False)])
def test_the_gap_between_two_messages_is_kept_whichever_way_the_clock_went(app, today, gap, days, is_free):
    """DN-1: S48: S107: a day that was claimed by a clock since set back counts as well."""
    the_company().message_gap_days = gap
    first, second = two_reminders()
    gaps.claim(first, [ANNE], TODAY)

    for day in (TODAY + days * DAY, TODAY - days * DAY):
        taken = db.session.begin_nested()
        assert bool(gaps.claim(second, [ANNE], day)) is is_free
        taken.rollback()


def test_what_comes_too_early_slides_to_the_first_working_day_after_the_gap(app, today):
    """DN-1: later steps slide; at the company's send time, by its own clock."""
    first, second = two_reminders()
    gaps.claim(first, [ANNE], TODAY)

    gaps.slide(second, [ANNE], TODAY)

    assert second.due_at.isoformat() == "2026-11-30T07:30:00+00:00"  # three days later is a Saturday


@pytest.mark.parametrize("way", ["mail", "call"])
def test_a_customer_reminded_lately_is_passed_over_by_the_run(app, today, way):
    """DN-1: by a message to any of its contacts, or by a call; a skipped one does not count."""
    customer = make_customer(make_plan(3, 4))
    make_owed(customer, TODAY - 9 * DAY)
    (first,) = plan_on()
    if way == "mail":
        gaps.claim(first, [ANNE], TODAY)
    actions.done(first)

    assert not plan_on(TODAY + 2 * DAY)
    assert len(plan_on(TODAY + 5 * DAY)) == 1


@pytest.mark.alone
def test_two_runs_and_two_senders_at_once_remind_nobody_twice(live_app):
    """S48: S37: on both databases one action is made of each cause, and one of two claims an address."""
    with live_app.app_context():
        company = make_company()
        for _each in range(3):
            make_owed(make_customer(make_plan(3)), TODAY - 9 * DAY)
        company_id = company.id

    def run() -> None:
        planning.plan_company(db.session.get_one(Company, company_id), TODAY)

    at_once(live_app, [run, run, run])
    with live_app.app_context():
        ids = [each.id for each in reminders()]
        assert len(ids) == 3

    claims = [lambda id=id: gaps.claim(db.session.get_one(Action, id), [ANNE, BEN], TODAY) for id in ids]
    assert sorted(map(len, at_once(live_app, claims))) == [0, 0, 2]
    with live_app.app_context():
        taken = list(db.session.execute(select(ContactDay.address, ContactDay.day).order_by(ContactDay.address)))
        assert [tuple(each) for each in taken] == [(ANNE, TODAY), (BEN, TODAY)]


def at_once(app, acts) -> list:
    """Each in a thread and transaction of its own; what they gave."""
    gate, told = threading.Barrier(len(acts)), []

    def run(act) -> None:
        with app.app_context():
            gate.wait(timeout=30)
            told.append(act())
            db.session.commit()
            db.session.remove()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(told) == len(acts)
    return told
