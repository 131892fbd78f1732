"""Running a task: claim it, do it, finish it in the same transaction as its results."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog
from flask import current_app
from sqlalchemy import and_, or_, update

from app.core import clock
from app.core.faultpoint import faultpoint
from app.extensions import db
from app.tasks.jobs import JOBS, commit
from app.tasks.models import State, Task

log = structlog.get_logger()
LEASE = timedelta(seconds=60)
BEAT_SECONDS = 15
LONGEST_DELAY = timedelta(hours=1)


def run(task_id: int) -> bool:
    """Do the task, unless somebody else has it or it is not to be done now; True where it was done here."""
    fence = claim(task_id)
    if fence is None:
        return False
    faultpoint("task.after_claim")
    task = db.session.get_one(Task, task_id)
    kind, ids, attempts = task.kind, list(task.ids), task.attempts
    db.session.commit()
    try:
        if kind not in JOBS:
            raise LookupError(f"no job is called {kind}")
        with (
            structlog.contextvars.bound_contextvars(task=task_id, kind=kind),
            _heartbeat(task_id, fence, JOBS[kind].timeout),
        ):
            JOBS[kind].func(*ids)
            faultpoint("task.before_finish")
            return _finish(task_id, fence)
    except Exception as error:
        log.exception("task.failed", task=task_id, kind=kind, attempt=attempts)
        db.session.rollback()
        _put_off(task_id, fence, attempts, kind, error)
        return False


def claim(task_id: int) -> int | None:
    """Take the task for one lease; its new fence, or None where it is not free. Committed."""
    now = clock.now()
    free = or_(
        and_(Task.state == State.READY, Task.run_after <= now),
        and_(Task.state == State.RUNNING, Task.lease_until < now),
    )
    fence = db.session.scalar(
        update(Task)
        .where(Task.id == task_id, free)
        .values(state=State.RUNNING, fence=Task.fence + 1, attempts=Task.attempts + 1, lease_until=now + LEASE)
        .returning(Task.fence)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
    return fence


def _finish(task_id: int, fence: int) -> bool:
    """The results and the task's end, or neither: a task taken over by another leaves no trace here."""
    ended = db.session.execute(
        update(Task)
        .where(Task.id == task_id, Task.fence == fence, Task.state == State.RUNNING)
        .values(state=State.DONE, finished_at=clock.now(), lease_until=None, last_error="")
        .execution_options(synchronize_session=False)
    )
    if not ended.rowcount:
        log.warning("task.taken_over", task=task_id)
        db.session.rollback()
        return False
    commit()
    return True


def _put_off(task_id: int, fence: int, attempts: int, kind: str, error: Exception) -> None:
    """Ready again after a growing delay, or failed and visible once its attempts are spent."""
    limit = JOBS[kind].attempts if kind in JOBS else 1
    delay = min(LONGEST_DELAY, timedelta(seconds=5 * 4 ** (attempts - 1)) * random.uniform(0.9, 1.1))
    spent = attempts >= limit
    db.session.execute(
        update(Task)
        .where(Task.id == task_id, Task.fence == fence)
        .values(
            state=State.FAILED if spent else State.READY,
            run_after=clock.now() + delay,
            finished_at=clock.now() if spent else None,
            lease_until=None,
            rung_at=None,
            last_error=f"{type(error).__name__}: {error}"[:2000],
        )
        .execution_options(synchronize_session=False)
    )
    db.session.commit()


@contextmanager
def _heartbeat(task_id: int, fence: int, timeout: int) -> Iterator[None]:
    """Keep the lease while the work lasts, `timeout` seconds at most, from a thread with a connection of its own."""
    ended, app = threading.Event(), current_app._get_current_object()
    last = clock.now() + timedelta(seconds=timeout)

    def beat() -> None:
        while not ended.wait(BEAT_SECONDS) and clock.now() < last:
            try:
                with app.app_context():
                    keep(task_id, fence)
            except Exception:
                log.exception("task.heartbeat_failed", task=task_id)

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()


def keep(task_id: int, fence: int) -> None:
    """Extend the lease of a task that is still ours."""
    mine = (Task.id == task_id, Task.fence == fence, Task.state == State.RUNNING)
    db.session.execute(update(Task).where(*mine).values(lease_until=clock.now() + LEASE))
    db.session.commit()
