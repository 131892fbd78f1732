"""A task is done once, whoever runs it and however often."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.audit import trail
from app.audit.models import AuditEntry
from app.core import clock
from app.extensions import db
from app.tasks import due, jobs, runner, sweep
from app.tasks.jobs import commit, job
from app.tasks.models import State, Task
from tests.factories import make_company, reload, the_company
from tests.live import make_live_app


@pytest.fixture
def note(app):
    """A job that leaves one audit entry each time it really happens."""

    @job("default", attempts=2)
    def note_something(company_id: int) -> None:
        from app.users.models import Company

        trail.record(db.session.get_one(Company, company_id), by=None, act="noted")

    yield note_something
    del jobs.JOBS["note_something"]


@pytest.fixture
def poison(app):
    """A job that always fails."""

    @job("default", attempts=3)
    def always_fail() -> None:
        trail.record(the_company(), by=None, act="half done")
        raise ValueError("no use")

    yield always_fail
    del jobs.JOBS["always_fail"]


def noted() -> int:
    return db.session.scalar(select(func.count()).where(AuditEntry.act == "noted"))


def test_a_task_runs_once_and_its_results_stand(app, note):
    """S37: run twice, one effect."""
    task_id = note.later(the_company().id)
    commit()
    assert runner.run(task_id)
    assert not runner.run(task_id)
    assert noted() == 1
    assert db.session.get_one(Task, task_id).state is State.DONE


def test_the_bell_rings_after_the_commit_only(app, note):
    """S38: what was rolled back is not rung for; a bell for a row that is gone does nothing."""
    task_id = note.later(the_company().id)
    assert app.config["BELLS"] == []
    db.session.rollback()
    commit()
    assert app.config["BELLS"] == []
    assert not runner.run(task_id)

    task_id = note.later(the_company().id)
    commit()
    assert app.config["BELLS"] == [("default", task_id)]


def test_one_task_for_a_key(app, note):
    """S40: two schedulers make one run."""
    company = the_company()
    assert note.later(company.id, key="purge:2026-11-22")
    assert note.later(company.id, key="purge:2026-11-22") is None


def test_a_task_is_not_run_before_its_time(app, note):
    """S40: what is due tomorrow waits until then."""
    task_id = note.later(the_company().id, run_after=clock.now() + timedelta(days=1))
    commit()
    assert not runner.run(task_id)
    assert app.config["BELLS"] == []


def test_what_failed_leaves_nothing_and_is_tried_again_later(app, poison):
    """S39: growing delays, then the failed list."""
    task_id = poison.later()
    commit()
    delays = []
    for _attempt in range(3):
        assert not runner.run(task_id)
        task = db.session.get_one(Task, task_id)
        delays.append((task.run_after - clock.now()).total_seconds())
        task.run_after = clock.now()
        db.session.commit()
    assert reload(task).state is State.FAILED
    assert task.last_error.startswith("ValueError") and "no use" not in task.last_error
    assert 4 < delays[0] < delays[1] < delays[2]
    assert not db.session.scalar(select(AuditEntry).filter_by(act="half done"))


def test_a_failed_task_can_be_tried_again(app, poison):
    """S39: *try again* gives it its attempts back."""
    task_id = poison.later()
    task = db.session.get_one(Task, task_id)
    task.state, task.attempts = State.FAILED, 3
    sweep.try_again(task)
    commit()
    assert (task.state, task.attempts) == (State.READY, 0)


def test_an_abandoned_task_is_taken_over_and_the_late_one_leaves_nothing(app, note):
    """S35: killed in the middle, or slower than its lease: the fence decides who may finish."""
    task_id = note.later(the_company().id)
    commit()
    first = runner.claim(task_id).fence
    db.session.get_one(Task, task_id).lease_until = clock.now() - timedelta(seconds=1)
    db.session.commit()

    assert sweep.ring_what_waits() == 1
    assert runner.run(task_id)

    note(the_company().id)
    assert not runner._finish(task_id, first)
    assert noted() == 1


def test_the_sweep_rings_for_what_nobody_heard(app, note):
    """S36: an emptied Redis loses nothing."""
    task_id = note.later(the_company().id, run_after=clock.now() - timedelta(seconds=10))
    db.session.commit()
    app.config["BELLS"].clear()
    assert sweep.ring_what_waits() == 1
    assert sweep.ring_what_waits() == 0
    assert app.config["BELLS"] == [("default", task_id)]


def test_a_poison_job_does_not_keep_the_others(app, poison, note):
    """S39: others go on."""
    poison.later(), note.later(the_company().id)
    commit()
    assert due.run_due() == 1
    assert noted() == 1


def test_a_job_that_kills_its_workers_is_given_up_at_last(app, note):
    """S39: S35: it does not take one worker after the other for ever; a person sees it."""
    task_id = note.later(the_company().id)
    commit()
    for _death in range(2 + runner.DEATHS):
        assert runner.claim(task_id)
        db.session.get_one(Task, task_id).lease_until = clock.now() - timedelta(seconds=1)
        db.session.commit()

    assert not runner.run(task_id)

    task = db.session.get_one(Task, task_id)
    assert (task.state, task.last_error) == (State.FAILED, "Hopeless: its worker died at it 7 times")
    sweep.try_again(task)
    commit()
    assert runner.run(task_id)


def test_an_end_that_was_committed_is_never_undone(app, note, monkeypatch):
    """S37: trouble with the bells after the commit does not make the task run again."""
    task_id = note.later(the_company().id)
    jobs.after_commit(lambda: None)
    commit()
    monkeypatch.setattr(trail, "record", lambda *_args, **_how: jobs.after_commit(lambda: 1 / 0))

    assert not runner.run(task_id)

    assert db.session.get_one(Task, task_id).state is State.DONE


def test_a_job_nobody_knows_waits_for_the_next_deployment(app):
    """S41: shown as failed with its reason, not lost; *try again* runs it once it is known."""
    db.session.add(task := Task(kind="not_known_yet", queue="default", ids=[1]))
    db.session.commit()
    assert not runner.run(task.id)
    assert (reload(task).state, task.last_error) == (State.FAILED, "Hopeless: no job is called not_known_yet")

    seen = []

    @job("default")
    def not_known_yet(number: int) -> None:
        seen.append(number)

    try:
        sweep.try_again(task)
        commit()
        assert runner.run(task.id)
    finally:
        del jobs.JOBS["not_known_yet"]
    assert seen == [1]


@pytest.mark.parametrize("ids", [[], [1, 2, 3]])
def test_ids_of_an_old_signature_are_visible_at_once(app, note, ids):
    """S41: no other try would help; the reason says so."""
    db.session.add(task := Task(kind=note.name, queue="default", ids=ids))
    db.session.commit()

    assert not runner.run(task.id)

    assert reload(task).state is State.FAILED
    assert "note_something does not take these ids any more" in task.last_error


def test_a_queue_that_is_gone_is_the_default_one(app):
    """S41: a task of a queue nobody listens to any more is rung for where somebody does."""
    db.session.add(task := Task(kind="gone_since", queue="gone", run_after=clock.now() - timedelta(minutes=1)))
    db.session.commit()
    sweep.ring_what_waits()
    assert app.config["BELLS"] == [("default", task.id)]


@pytest.mark.alone
def test_twenty_runners_at_once_have_one_effect(live_app, note):
    """S37, S100: claimed by one conditional UPDATE; nobody sees a locked database."""
    with live_app.app_context():
        company_id = make_company().id
        task_ids = [note.later(company_id) for _each in range(5)]
        commit()
    outcomes, errors = [], []

    def run_all() -> None:
        with live_app.app_context():
            try:
                outcomes.extend(runner.run(task_id) for task_id in task_ids)
            except Exception as error:
                errors.append(error)
            db.session.remove()

    threads = [threading.Thread(target=run_all) for _each in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with live_app.app_context():
        assert (errors, outcomes.count(True), noted()) == ([], 5, 5)


@pytest.mark.alone
def test_a_worker_keeps_nothing_of_a_task(tmp_path):
    """S35: one after the other in one process, each with a session of its own that is gone with it."""
    sessions = []

    @job("default")
    def look() -> None:
        sessions.append(db.session())
        db.session.scalars(select(Task)).all()

    app = make_live_app(tmp_path)
    try:
        with app.app_context():
            for _each in range(2):
                task_id = look.later()
                commit()
                runner.answer(task_id)
            assert len({id(each) for each in (*sessions, db.session())}) == 3
            db.session.remove()
            assert db.engine.pool.checkedout() == 0
            db.engine.dispose()
    finally:
        del jobs.JOBS["look"]
