"""Jobs: plain functions that may run twice, asked for by a row and a bell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import event, insert, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.core import clock
from app.core.faultpoint import faultpoint
from app.extensions import db
from app.tasks import bell
from app.tasks.models import State, Task

log = structlog.get_logger()
JOBS: dict[str, Job] = {}


class Job:
    """A function with a queue, a time limit and a number of attempts; `@job` makes one."""

    def __init__(self, func: Callable[..., None], queue: str, timeout: int, attempts: int) -> None:
        self.func, self.queue, self.timeout, self.attempts = func, queue, timeout, attempts
        self.name = func.__name__
        self.__doc__ = func.__doc__

    def __call__(self, *ids: Any) -> None:
        """Run it here and now, in the caller's transaction."""
        self.func(*ids)

    def later(self, *ids: Any, key: str | None = None, run_after: datetime | None = None) -> int | None:
        """A task row in this transaction, the bell after its commit; the id, or None where `key` was taken."""
        values = {"kind": self.name, "queue": self.queue, "ids": list(ids), "key": key}
        values |= {"run_after": run_after or clock.now()}
        task_id = _insert(values)
        if task_id and (run_after is None or run_after <= clock.now()):
            after_commit(bell.ring, self.queue, task_id)
        return task_id

    def again(self, *ids: Any, key: str) -> int | None:
        """The one task with this key, made, or asked for once more where it is done; None where it waits or runs.

        One that was given up is for a person to try again.
        """
        if task_id := self.later(*ids, key=key):
            return task_id
        now = clock.now()
        values = {"state": State.READY, "attempts": 0, "run_after": now, "created_at": now, "rung_at": None}
        ended = update(Task).where(Task.key == key, Task.state == State.DONE).values(**values, finished_at=None)
        ended = ended.returning(Task.id).execution_options(synchronize_session=False)
        if task_id := db.session.scalar(ended):
            after_commit(bell.ring, self.queue, task_id)
        return task_id

    def each_later(self, ids: Iterable[int]) -> None:
        """A task row for each of these, all at once."""
        rows = [{"kind": self.name, "queue": self.queue, "ids": [each]} for each in ids]
        if rows:
            made = db.session.scalars(insert(Task.__table__).returning(Task.id), rows)
            after_commit(bell.ring, self.queue, *made)


def _insert(values: dict[str, Any]) -> int | None:
    dialect = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(Task).values(**values).on_conflict_do_nothing(index_elements=["key"]).returning(Task.id)
    return db.session.scalar(statement)


def job(queue: str, *, timeout: int = 60, attempts: int = 5) -> Callable[[Callable[..., None]], Job]:
    """Make a function a job of `queue`; `timeout` in seconds, `attempts` before it is shown as failed."""

    def make(func: Callable[..., None]) -> Job:
        made = Job(func, queue, timeout, attempts)
        if made.name in JOBS:
            raise ValueError(f"two jobs are called {made.name}")
        JOBS[made.name] = made
        return made

    return make


def after_commit(call: Callable[..., Any], *args: Any) -> None:
    """Do this, once, when the current transaction has been committed by `commit()`."""
    db.session.info.setdefault("after_commit", {})[call, args] = None


def commit() -> None:
    """Make it so, then do what was waiting for it. Routes, commands and the runner call this, nobody else."""
    db.session.commit()
    waiting = db.session.info.pop("after_commit", {})
    if waiting:
        faultpoint("commit.before_bells")
    for call, args in waiting:
        call(*args)


@contextmanager
def short_transaction() -> Iterator[None]:
    """A transaction that ends here, committed; what a job reads before its long work, or a line of progress."""
    try:
        yield
        commit()
    except BaseException:
        db.session.rollback()
        raise


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, previous: Any) -> None:
    """What waited for a commit that never came is not done."""
    if previous.parent is None or not previous.nested:
        session.info.pop("after_commit", None)
