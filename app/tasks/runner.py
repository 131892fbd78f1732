"""Running a task: claim it, do it, finish it in the same transaction as its results."""

from __future__ import annotations

import inspect
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import structlog
from flask import current_app
from sqlalchemy import ColumnElement, Row, or_, update

from app.core import clock, faults
from app.core.faultpoint import faultpoint, hurried
from app.extensions import db
from app.tasks import bell
from app.tasks.jobs import JOBS, commit
from app.tasks.models import LEASE, LONGEST_DELAY, State, Task
from app.tasks.stopping import Stopped, stoppable

log = structlog.get_logger()
BEAT_SECONDS = hurried(15)
DEATHS = 5
"""So often its worker may die at a task, beyond the attempts it has, before a person is asked."""


class Hopeless(Exception):
    """Another try would change nothing: the task is shown as failed at once, and waits for a deployment or a person."""


def answer(task_id: int) -> None:
    """What a worker does when the bell rings: the task, in a context and a session of its own."""
    with current_app.app_context():
        run(task_id)


def run(task_id: int) -> bool:
    """Do the task, unless somebody else has it or it is not to be done now; True where it was done here."""
    claimed = claim(task_id)
    if claimed is None:
        return False
    faultpoint("task.after_claim")
    fence, kind, ids, attempts = claimed
    try:
        _check(kind, ids, attempts)
        with (
            structlog.contextvars.bound_contextvars(task=task_id, kind=kind),
            _heartbeat(task_id, fence, JOBS[kind].timeout),
            stoppable(),
        ):
            JOBS[kind].func(*ids)
            faultpoint("task.before_finish")
            return _finish(task_id, fence)
    except Stopped:
        db.session.rollback()
        hand_back(task_id, fence)
        raise SystemExit(128 + signal.SIGTERM) from None
    except Exception as error:
        log.exception("task.failed", task=task_id, kind=kind, attempt=attempts)
        db.session.rollback()
        _put_off(task_id, fence, attempts, kind, error)
        return False


def _check(kind: str, ids: list[Any], attempts: int) -> None:
    """A task of another version of Facteur, or one that kills its workers, is for a person (SAFETY S41)."""
    if kind not in JOBS:
        raise Hopeless(f"no job is called {kind}")
    try:
        inspect.signature(JOBS[kind].func).bind(*ids)
    except TypeError as error:
        raise Hopeless(f"{kind} does not take these ids any more: {error}") from None
    if attempts > JOBS[kind].attempts + DEATHS:
        raise Hopeless(f"its worker died at it {attempts - 1} times")


def claim(task_id: int) -> Row[tuple[int, str, list[Any], int]] | None:
    """Take the task for one lease: its new fence, kind, ids and attempts; None where it is not free. Committed."""
    now = clock.now()
    claimed = db.session.execute(
        update(Task)
        .where(Task.id == task_id, or_(Task.due(now), Task.abandoned(now)))
        .values(state=State.RUNNING, fence=Task.fence + 1, attempts=Task.attempts + 1, lease_until=now + LEASE)
        .returning(Task.fence, Task.kind, Task.ids, Task.attempts)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    db.session.commit()
    return claimed


def _ours(task_id: int, fence: int) -> tuple[ColumnElement[bool], ...]:
    """Still the task we claimed: not ended, and not taken over by another."""
    return (Task.id == task_id, Task.fence == fence, Task.state == State.RUNNING)


def _finish(task_id: int, fence: int) -> bool:
    """The results and the task's end, or neither: a task taken over by another leaves no trace here."""
    ended = db.session.execute(
        update(Task)
        .where(*_ours(task_id, fence))
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
    seconds = hurried(5) * 4 ** (min(attempts, 10) - 1) * random.uniform(0.9, 1.1)
    delay = min(LONGEST_DELAY, timedelta(seconds=seconds))
    spent = isinstance(error, Hopeless) or attempts >= JOBS[kind].attempts
    db.session.execute(
        update(Task)
        .where(*_ours(task_id, fence))
        .values(
            state=State.FAILED if spent else State.READY,
            run_after=clock.now() + delay,
            finished_at=clock.now() if spent else None,
            lease_until=None,
            rung_at=None,
            last_error=faults.told(error),
        )
        .execution_options(synchronize_session=False)
    )
    db.session.commit()


def hand_back(task_id: int, fence: int) -> None:
    """Ready again at once and rung for, with the attempt it had: its worker was told to stop."""
    queue = db.session.scalar(
        update(Task)
        .where(*_ours(task_id, fence))
        .values(state=State.READY, attempts=Task.attempts - 1, lease_until=None, rung_at=None)
        .returning(Task.queue)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
    if queue:
        log.info("task.handed_back", task=task_id)
        bell.ring(queue, task_id)


@contextmanager
def _heartbeat(task_id: int, fence: int, timeout: int) -> Iterator[None]:
    """Keep the lease while the work lasts, `timeout` seconds at most, from a thread with a connection of its own."""
    ended, app = threading.Event(), current_app._get_current_object()
    last = time.monotonic() + timeout  # not the clock's time, which may be set

    def beat() -> None:
        while not ended.wait(BEAT_SECONDS) and time.monotonic() < last:
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
    db.session.execute(update(Task).where(*_ours(task_id, fence)).values(lease_until=clock.now() + LEASE))
    db.session.commit()
