"""One run for each company and working day, at its own hour, made up where it was missed."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import select

from app import schedule
from app.dunning import reminder_jobs
from app.extensions import db
from app.tasks.jobs import commit
from app.tasks.models import Task
from tests.dunning.owing import TODAY, make_customer, make_owed, make_plan, reminders
from tests.factories import make_company, the_company

DAY = timedelta(days=1)


def keys() -> list[str]:
    return list(db.session.scalars(select(Task.key).where(Task.kind == "plan_reminders").order_by(Task.id)))


def ask_at(time_machine, moment: str) -> list[str]:
    """What is asked for then, beyond what was."""
    known = keys()
    time_machine.move_to(datetime.fromisoformat(moment).replace(tzinfo=UTC))
    for _sweep in range(2):
        reminder_jobs.start_the_day()
        commit()
    return [each.partition(":")[2] for each in keys() if each not in known]


def test_it_is_asked_for_once_at_the_send_time_of_the_company(app, time_machine):
    """DN-1: half past eight in Paris; a company that reminds of nothing is not asked about."""
    company = make_company()
    assert ask_at(time_machine, "2026-11-25T10:00") == []
    make_plan(3, company=company)

    assert ask_at(time_machine, "2026-11-26T07:29") == []
    assert ask_at(time_machine, "2026-11-26T07:30") == [f"{company.id}:2026-11-26"]
    assert ask_at(time_machine, "2026-11-26T22:30") == []
    assert ask_at(time_machine, "2026-11-28T10:00") == ask_at(time_machine, "2026-11-29T10:00") == []


@pytest.mark.parametrize(
    ("early", "due"),
    [
        ("2026-03-27T07:29", "2026-03-27T07:30"),
        ("2026-03-30T06:29", "2026-03-30T06:30"),
        ("2026-10-23T06:29", "2026-10-23T06:30"),
        ("2026-10-26T07:29", "2026-10-26T07:30"),
    ],
)
def test_daylight_saving_moves_the_run_with_the_clock_on_the_wall(app, time_machine, early, due):
    """S107: the last Friday and the first Monday around both changes."""
    make_plan(3)
    assert ask_at(time_machine, early) == []
    assert ask_at(time_machine, due) == [f"{the_company().id}:{due[:10]}"]


def test_an_hour_that_comes_twice_makes_one_run_and_one_that_is_left_out_none_the_less(app, time_machine):
    """S107: half past two, in a zone whose clocks change on a working day."""
    make_plan(3, company=make_company(time_zone="Africa/Cairo", send_time=time(0, 30)))  # changes at midnight

    assert ask_at(time_machine, "2026-04-23T21:59") == [f"{the_company().id}:2026-04-23"]
    assert ask_at(time_machine, "2026-04-23T22:31") == [f"{the_company().id}:2026-04-24"]
    assert ask_at(time_machine, "2026-10-29T20:45") == [f"{the_company().id}:2026-10-29"]
    assert ask_at(time_machine, "2026-10-29T21:45") == []


def test_a_clock_that_jumps_asks_for_no_day_twice(app, time_machine):
    """S48: S107: S40: back an hour, forward a year and back."""
    make_plan(3)
    asked = []
    for moment in ("2026-11-25T07:45", "2026-11-25T06:45", "2026-11-25T07:31", "2027-11-25T09:00", "2026-11-25T08:00"):
        asked += ask_at(time_machine, moment)
    assert [each[-10:] for each in asked] == ["2026-11-25", "2027-11-25"]


def test_a_missed_run_is_made_up_once_and_a_late_one_never_on_a_weekend(app, time_machine):
    """S40: SE-5: DN-1: Friday's is run on Saturday and makes nothing; Monday's makes it up, once."""
    make_owed(make_customer(make_plan(3)), TODAY - 9 * DAY)
    assert ask_at(time_machine, "2026-11-27T09:00")
    company_id = the_company().id

    time_machine.move_to(datetime(2026, 11, 28, 9, tzinfo=UTC))
    reminder_jobs.plan_reminders(company_id)
    assert not reminders()

    assert len(ask_at(time_machine, "2026-11-30T09:00")) == 1
    for _late in range(2):
        reminder_jobs.plan_reminders(company_id)
    assert len(reminders()) == 1


def test_run_due_does_it_too(app, time_machine, monkeypatch):
    """DN-1: without workers; its task is the fact that the day's run was done."""
    make_owed(make_customer(make_plan(3, is_automatic=False)), TODAY - 9 * DAY)
    time_machine.move_to(datetime(2026, 11, 25, 9, tzinfo=UTC))
    monkeypatch.setattr(schedule, "BEFORE", (reminder_jobs.start_the_day,))

    schedule.run_due()

    assert len(reminders()) == 1
    assert db.session.scalars(select(Task).filter_by(kind="plan_reminders")).one().state == "done"
    assert reminder_jobs.start_the_day in {*schedule.BEFORE}
