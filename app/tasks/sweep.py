"""The sweep: rings again for whatever waits, so that an emptied Redis or a killed worker loses nothing."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import and_, or_, select, update

from app.core import clock
from app.core.database import looking
from app.core.faultpoint import faultpoint, hurried
from app.extensions import db
from app.tasks import bell
from app.tasks.models import State, Task

RING_AGAIN = timedelta(seconds=hurried(30))
RING_FIRST = timedelta(seconds=hurried(2))
"""A new task was rung for by its own commit; the sweep waits this long before it doubts that."""
AT_ONCE = 200


def ring_what_waits() -> int:
    """Ring for tasks that are due and were not rung lately, and for those whose lease ran out; how many."""
    now = clock.now()
    waits = or_(and_(Task.due(now - RING_FIRST), Task.queue.not_in(bell.full_queues())), Task.abandoned(now))
    # A bell rung later than now was rung by a clock that has been set back.
    unheard = or_(Task.rung_at.is_(None), Task.rung_at < now - RING_AGAIN, Task.rung_at > now)
    query = select(Task.id, Task.queue).where(waits, unheard).order_by(Task.run_after).limit(AT_ONCE)
    with looking(db.session()):
        waiting = db.session.execute(query).all()
    if not waiting:
        return 0
    db.session.execute(update(Task).where(Task.id.in_([task_id for task_id, _queue in waiting])).values(rung_at=now))
    db.session.commit()
    faultpoint("sweep.before_bells")
    for task_id, queue in waiting:
        bell.ring(queue, task_id)
    return len(waiting)


def try_all_again(kind: str) -> int:
    """Give all failed tasks of a kind their attempts back; how many."""
    failed = update(Task).where(Task.kind == kind, Task.state == State.FAILED)
    values = {"state": State.READY, "attempts": 0, "run_after": clock.now(), "rung_at": None}
    return db.session.execute(failed.values(**values)).rowcount


def try_again(task: Task) -> None:
    """Give a failed task its attempts back; a person asked for it."""
    task.state, task.attempts, task.run_after, task.rung_at = State.READY, 0, clock.now(), None
