"""Mails that nobody works on: those that wait are asked for, those whose worker never came back are shown."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app
from sqlalchemy import select

from app.core import clock
from app.core.database import looking
from app.extensions import db
from app.outbox import belonging, delivery, marks, taking
from app.tasks.models import State, Task

STUCK_AFTER = timedelta(minutes=4)
"""Longer than a lease and its bell take; so what nobody can know is visible within five minutes (SAFETY S43)."""


def wake() -> bool:
    """Have mails sent that are due and may leave now, such as after a mail server was set; were there any?"""
    belonging.recognise()
    if not current_app.config["SETTINGS"].mail_url:
        return False
    with looking(db.session()):
        waits = not _is_asked_for() and bool(taking.due(1, taking.room()))
    if waits:
        delivery.ask()
    return waits


def end_what_is_stuck() -> int:
    """Settle mails that stand half-way though nobody has been at them for long; how many."""
    with looking(db.session()):
        stuck = [] if _has_sender() else marks.half_way(STUCK_AFTER)
    for mail_id in stuck:
        marks.give_up(mail_id)
    return len(stuck)


def _is_asked_for() -> bool:
    living = Task.state.in_([State.READY, State.RUNNING])
    return db.session.scalar(select(Task.id).where(Task.key == delivery.KEY, living)) is not None


def _has_sender() -> bool:
    """Does somebody hold the lease of the one task that sends?"""
    held = (Task.state == State.RUNNING, ~Task.abandoned(clock.now()))
    return db.session.scalar(select(Task.id).where(Task.key == delivery.KEY, *held)) is not None
