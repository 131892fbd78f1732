"""The sweep goes on."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from sqlalchemy import select

from app import schedule
from app.core import clock
from app.extensions import db
from app.outbox.delivery import deliver
from app.tasks.models import Task


def test_a_step_that_fails_does_not_keep_the_others(app, monkeypatch):
    """S36: work is rung for again though something before it is broken."""
    task_id = deliver.later(run_after=clock.now() - timedelta(seconds=10))
    db.session.commit()
    app.config["BELLS"].clear()
    monkeypatch.setattr(schedule, "BEFORE", (lambda: 1 / 0,))

    schedule.sweep_once()

    assert ("mail", task_id) in app.config["BELLS"]


def test_what_was_left_half_written_is_removed_once_a_day(app):
    """S96: one task for the day, however many sweeps there are."""
    for _each in range(2):
        schedule.start_the_day()

    key = f"drafts:{clock.today()}"
    assert db.session.query(Task).filter_by(kind="remove_drafts", key=key).count() == 1


def test_how_the_rows_are_spread_is_looked_at_once_an_hour(app):
    """SR-1: a first day begins with nothing, and what is imported then is not unknown until the next."""
    begin = clock.now().replace(hour=8, minute=5)
    for minutes in (0, 20, 70, 80):
        with time_machine.travel(begin + timedelta(minutes=minutes), tick=True):
            schedule.start_the_day()
    asked = db.session.scalars(select(Task.key).where(Task.kind == "analyse_database")).all()
    assert len(asked) == len(set(asked)) == 2
