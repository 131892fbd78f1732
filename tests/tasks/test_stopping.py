"""A worker that is told to stop gives back what it cannot finish."""

from __future__ import annotations

import signal
import threading
import time

import pytest
from redis import RedisError
from sqlalchemy import select

from app.extensions import db
from app.outbox.delivery import deliver
from app.outbox.models import Mark, OutgoingMail
from app.outbox.writing import write
from app.tasks import runner, stopping
from app.tasks.jobs import JOBS, commit, job
from app.tasks.models import State, Task
from tests.factories import make_user, reload
from tests.live import wait_for


def write_mail() -> OutgoingMail:
    """A mail of no importance."""
    user = make_user()
    return write("t", key="t:1", to=user.email, subject="S", template="users/mail/password_changed", user=user)


@pytest.mark.alone
def test_told_to_stop_in_mid_job_a_worker_hands_it_back(installation, sink):
    """S41: SIGTERM in mid-job: the task is taken by another within 30 s, and its mail leaves once."""
    waits = threading.Event()
    sink.at = lambda moment: moment == "mail" and (waits.set(), time.sleep(60))
    settings = {"FACTEUR_MAIL_URL": f"smtp://127.0.0.1:{sink.port}"}
    with installation.app_context():
        mail_id = write_mail().id
        task_id = deliver.later()
        commit()
        stopped = installation.start_worker("mail", **settings)
        assert waits.wait(30)

        stopped.send_signal(signal.SIGTERM)
        told = time.monotonic()
        installation.start_worker("mail", **settings)
        sink.at = lambda moment: None
        stopped.wait(10)  # where the supervisor would kill
        wait_for(lambda: mark_of(mail_id) is Mark.SENT, seconds=30)

        assert time.monotonic() - told < 30
        task = wait_for(lambda: ended(task_id), seconds=10)
        assert len(sink.messages) == 1
        assert task.attempts == 1


def mark_of(mail_id: int) -> Mark:
    mark = db.session.scalar(select(OutgoingMail.mark).filter_by(id=mail_id))
    db.session.rollback()
    return mark


def ended(task_id: int) -> Task | None:
    task = reload(db.session.get_one(Task, task_id))
    db.session.rollback()
    return task if task.state is State.DONE else None


@pytest.fixture
def impatient(monkeypatch):
    """What is not done at once is broken off."""
    monkeypatch.setattr(stopping, "GRACE_SECONDS", 0.05)


def test_a_job_broken_off_leaves_nothing_and_keeps_its_attempts(app, impatient):
    """S41: ready again at once, rung for, with nothing half done."""

    @job("default", attempts=1)
    def be_told_to_stop() -> None:
        db.session.add(Task(kind="half_done", queue="default"))
        signal.raise_signal(signal.SIGTERM)
        time.sleep(30)

    task_id = be_told_to_stop.later()
    commit()
    app.config["BELLS"].clear()
    try:
        with pytest.raises(SystemExit):
            runner.run(task_id)
    finally:
        del JOBS["be_told_to_stop"]

    task = db.session.get_one(Task, task_id)
    assert (task.state, task.attempts, task.lease_until) == (State.READY, 0, None)
    assert app.config["BELLS"] == [("default", task_id)]
    assert runner.claim(task_id).fence == 2
    assert not db.session.scalars(select(Task).filter_by(kind="half_done")).all()


def test_what_was_taken_over_is_not_handed_back(app):
    """S41: only whoever has the task may give it up."""
    task_id = deliver.later()
    commit()
    fence = runner.claim(task_id).fence
    db.session.execute(db.update(Task).values(fence=fence + 1))

    runner.hand_back(task_id, fence)

    assert db.session.get_one(Task, task_id).state is State.RUNNING


def test_what_ends_soon_is_let_end(app):
    """S41: most tasks take less time than a worker is given to stop; it takes no further one."""
    told = []
    before = signal.signal(signal.SIGTERM, lambda *_said: told.append("stop"))
    try:
        with stopping.stoppable():
            signal.raise_signal(signal.SIGTERM)
        assert told == ["stop"] and signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    finally:
        signal.signal(signal.SIGTERM, before)


def test_a_redis_that_is_gone_first_breaks_nothing_off(app):
    """S36: S41: the worker's own handler writes there; its error came up in the middle of a commit."""

    def without_redis(*_said: object) -> None:
        raise RedisError

    before = signal.signal(signal.SIGTERM, without_redis)
    try:
        with stopping.stoppable():
            signal.raise_signal(signal.SIGTERM)
            assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= stopping.GRACE_SECONDS
    finally:
        signal.signal(signal.SIGTERM, before)


def test_outside_a_job_the_signal_does_what_it_did(app, impatient):
    """S41: the web server's threads and the end of a process are not concerned."""
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(stopping.Stopped), stopping.stoppable():
        signal.raise_signal(signal.SIGTERM)
        time.sleep(30)
    assert signal.getsignal(signal.SIGTERM) == before
