"""Doing here and now what is due, without workers: for scripts and for tests."""

from __future__ import annotations

from sqlalchemy import or_, select

from app.core import clock
from app.extensions import db
from app.tasks import runner
from app.tasks.models import Task


def run_due() -> int:
    """Run every task that is due, and those that follow from them, until none is; how many were done."""
    done = 0
    while task_id := next_due():
        done += runner.run(task_id)
    return done


def next_due() -> int | None:
    """The oldest task that may be claimed; one that failed waits for its next attempt."""
    now = clock.now()
    query = select(Task.id).where(or_(Task.due(now), Task.abandoned(now))).order_by(Task.run_after, Task.id).limit(1)
    task_id = db.session.scalar(query)
    db.session.commit()
    return task_id
