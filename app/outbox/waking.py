"""Mails that nobody works on: those that wait are asked for, those whose worker never came back are shown."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app
from sqlalchemy import select

from app.core import clock
from app.core.database import looking
from app.extensions import db
from app.outbox import delivery
from app.outbox.models import Mark, OutgoingMail
from app.tasks.models import State, Task

AT_ONCE = 100
STUCK_AFTER = timedelta(minutes=4)
"""Longer than a lease and its bell take; so what nobody can know is visible within five minutes (SAFETY S43)."""


def wake() -> int:
    """Ask for the delivery of mails that wait though a mail server is set, such as after it was; how many."""
    if not current_app.config["SETTINGS"].mail_url:
        return 0
    due = select(OutgoingMail.id).where(OutgoingMail.mark == Mark.QUEUED, OutgoingMail.due(clock.now()))
    with looking(db.session()):
        waiting = list(db.session.scalars(due.order_by(OutgoingMail.id).limit(AT_ONCE)))
    for mail_id in waiting:
        delivery.ask(db.session.get_one(OutgoingMail, mail_id))
    return len(waiting)


def end_what_is_stuck() -> int:
    """Put mails whose delivery was given up half-way before a person; how many."""
    with looking(db.session()):
        stuck = _stuck()
    for mail_id in stuck:
        delivery.give_up(db.session.get_one(OutgoingMail, mail_id))
    return len(stuck)


def _stuck() -> list[int]:
    """Half-way for long, and no task will go on with them."""
    half_way = OutgoingMail.mark.in_([Mark.CLAIMED, Mark.TRANSMITTING])
    old = select(OutgoingMail.id).where(half_way, OutgoingMail.marked_at < clock.now() - STUCK_AFTER)
    mails = set(db.session.scalars(old))
    if not mails:
        return []
    living = select(Task.ids).where(Task.kind == delivery.deliver.name, Task.state.in_([State.READY, State.RUNNING]))
    return sorted(mails - {ids[0] for ids in db.session.scalars(living)})
