"""The clock is set back an hour, or was a year ahead: nothing runs twice, and nothing waits for a year."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from app import schedule
from app.core import clock
from app.extensions import db
from app.outbox.delivery import deliver
from app.tasks import due, runner, sweep
from app.tasks.jobs import commit
from app.tasks.models import LEASE, State, Task
from tests.factories import reload

HOUR, DAY, YEAR = timedelta(hours=1), timedelta(days=1), timedelta(days=365)
pytestmark = pytest.mark.parametrize("jump", [HOUR, YEAR], ids=["an hour", "a year"])


def ahead(jump: timedelta):
    """The clock, so much ahead of what it is."""
    return time_machine.travel(clock.now() + jump, tick=True)


def asked_for() -> Task:
    """A task asked for just now, whatever the clock says."""
    task_id = deliver.later()
    commit()
    return db.session.get_one(Task, task_id)


def test_what_was_asked_for_by_a_clock_that_was_ahead_is_done(app, jump):
    """S107: a task does not wait until that time really comes."""
    with ahead(jump):
        task = asked_for()
    assert due.run_due() == 1
    assert reload(task).state is State.DONE


def test_a_lease_given_by_a_clock_that_was_ahead_runs_out(app, jump):
    """S107: its worker died; another takes it over at once, and only one."""
    with ahead(jump):
        task = asked_for()
        assert runner.claim(task.id).fence == 1
    assert runner.claim(task.id).fence == 2
    assert runner.claim(task.id) is None
    assert reload(task).lease_until <= clock.now() + LEASE


def test_what_was_put_off_by_a_clock_that_was_ahead_is_tried_again(app, jump):
    """S107: the delay is never longer than an hour, whatever the clock said."""
    task = asked_for()
    with ahead(jump):
        task.attempts, task.run_after = 1, clock.now() + HOUR
        db.session.commit()
    assert runner.claim(task.id).fence == 1


def test_a_bell_rung_by_a_clock_that_was_ahead_is_rung_again(app, jump):
    """S107: it may have been lost since."""
    task = asked_for()
    task.run_after, task.rung_at = clock.now() - HOUR, clock.now() + jump
    db.session.commit()
    app.config["BELLS"].clear()
    assert sweep.ring_what_waits() == 1


def test_what_is_to_be_done_later_is_not_done_now(app, jump):
    """S107: only what a wrong clock wrote is."""
    deliver.later(run_after=clock.now() + jump)
    commit()
    assert due.run_due() == 0


def test_a_clock_moved_back_and_forward_makes_one_run_a_day(app, jump):
    """S40: S107: one run for each (kind, day), however the clock jumps and however many sweeps there are."""
    for moment in (clock.now(), clock.now() - jump, clock.now(), clock.now() + jump, clock.now()):
        with time_machine.travel(moment, tick=True):
            schedule.start_the_day()
            schedule.start_the_day()
    keys = list(db.session.scalars(select(Task.key).where(Task.kind == "purge_trash")))
    assert len(keys) == len(set(keys)) and keys.count(f"purge:{clock.today()}") == 1


def test_a_missed_day_is_made_up_once(app, jump):
    """S40: after a pause of any length there is one run, that of today."""
    schedule.start_the_day()
    with ahead(jump + 3 * DAY):
        schedule.start_the_day()
        assert db.session.query(Task).filter_by(kind="purge_trash").count() == 2
