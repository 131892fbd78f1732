"""Two schedulers, twenty writers, and bells that ring too early: on both databases."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import schedule
from app.audit import trail
from app.audit.models import AuditEntry
from app.documents.models import Direction, Document
from app.extensions import db
from app.intake.arrival import take_message
from app.intake.models import Message, Source
from app.tasks import jobs, runner, sweep
from app.tasks.jobs import commit, job
from app.tasks.models import State, Task
from app.users import sessions
from app.users.models import Company, SignIn
from app.web.access import Role
from tests.conftest import Browser
from tests.factories import make_company, make_document, make_user, the_company

pytestmark = pytest.mark.alone
WRITERS, ROUNDS = 20, 4


def together(app: Flask, *calls: Callable[[], object]) -> list[Exception]:
    """Do all of it at the same time, each in a thread with an application context; what went wrong."""
    failed: list[Exception] = []
    begin = threading.Barrier(len(calls))

    def here(call: Callable[[], object]) -> None:
        begin.wait()
        with app.app_context():
            try:
                call()
            except Exception as error:
                failed.append(error)
            db.session.remove()

    threads = [threading.Thread(target=here, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


@pytest.fixture
def note(live_app):
    """A job that leaves one audit entry each time it really happens."""

    @job("default")
    def note_at_once(company_id: int) -> None:
        trail.record(db.session.get_one(Company, company_id), by=None, act="noted")

    yield note_at_once
    del jobs.JOBS["note_at_once"]


def noted() -> int:
    count = db.session.scalar(select(func.count()).where(AuditEntry.act == "noted"))
    db.session.rollback()
    return count


def test_several_schedulers_at_once_start_each_day_once(live_app):
    """S40: one run for each kind and day."""
    assert not together(live_app, *[schedule.start_the_day] * 6, *[schedule.sweep_once] * 2)
    with live_app.app_context():
        keys = db.session.scalars(select(Task.key).where(Task.key.is_not(None))).all()
        assert sorted(keys) == sorted(schedule.due_now())


def test_a_bell_that_rings_before_the_commit_is_heard_again(live_app, note):
    """S38: the row is not there yet: no crash; after the commit it is done, once."""
    ran: list[bool] = []
    with live_app.app_context():
        company_id = make_company().id
        db.session.commit()
        task_id = note.later(company_id)
        early = threading.Thread(target=lambda: ran.extend([run_in(live_app, task_id)]))
        early.start()
        time.sleep(0.3)
        commit()
        early.join()
        if not ran[0]:  # on SQLite it waited for the commit
            assert runner.run(task_id)
        assert noted() == 1


def test_a_bell_for_a_row_that_is_gone_does_nothing(live_app, note):
    """S38: rolled back after it was rung for, or removed since."""
    with live_app.app_context():
        company_id = make_company().id
        db.session.commit()
        rolled_back = note.later(company_id)
        db.session.rollback()
        removed = note.later(company_id)
        commit()
        db.session.execute(db.delete(Task).where(Task.id == removed))
        db.session.commit()
        assert [run_in(live_app, rolled_back), run_in(live_app, removed), noted()] == [False, False, 0]


def run_in(app: Flask, task_id: int) -> bool:
    with app.app_context():
        ran = runner.run(task_id)
        db.session.remove()
        return ran


def test_twenty_writers_of_all_kinds_at_once_never_see_a_locked_database(live_app, note):
    """S100: people, mails coming in, jobs and the sweep write at once; each succeeds, none waits long."""
    live_app.test_client_class = Browser
    with live_app.app_context():
        company_id = make_company().id
        browsers = [signed_in(live_app) for _each in range(WRITERS // 4)]
        document_ids = [make_document().id for _each in browsers]
        task_ids = [note.later(company_id) for _each in range(WRITERS // 4 * ROUNDS)]
        commit()
    answers: list[int] = []
    longest: list[float] = []

    def clicking(client, document_id: int) -> None:
        for act in ("trash", "restoration") * (ROUNDS // 2):
            began = time.monotonic()
            answers.append(client.post(f"/documents/{document_id}/{act}").status_code)
            longest.append(time.monotonic() - began)

    def receiving(writer: int) -> None:
        for number in range(ROUNDS):
            facts = {"company": the_company(), "direction": Direction.PURCHASE, "source": Source.SMTP}
            take_message(f"Subject: {writer} {number}\r\n\r\nx".encode(), **facts)
            commit()

    def working(tasks: list[int]) -> None:
        for task_id in tasks:
            assert runner.run(task_id)

    def sweeping() -> None:
        for _each in range(ROUNDS):
            schedule.start_the_day()
            sweep.ring_what_waits()
            commit()

    calls: list[Callable[[], object]] = []
    for writer, client in enumerate(browsers):
        mine = task_ids[writer * ROUNDS : (writer + 1) * ROUNDS]
        calls += [
            lambda client=client, document_id=document_ids[writer]: clicking(client, document_id),
            lambda writer=writer: receiving(writer),
            lambda mine=mine: working(mine),
            sweeping,
        ]

    assert together(live_app, *calls) == []
    with live_app.app_context():
        assert set(answers) == {303} and max(longest) < 20
        assert noted() == len(task_ids)
        assert db.session.query(Message).count() == WRITERS // 4 * ROUNDS
        assert db.session.query(Document).filter(Document.trashed_at.is_not(None)).count() == 0
        assert not db.session.query(Task).filter_by(state=State.FAILED).count()


def signed_in(app: Flask) -> Browser:
    """The browser of somebody who may do everything."""
    token = f"token-{time.monotonic_ns()}"
    db.session.add(SignIn(token_hash=sessions.digest(token), user=make_user(Role.ADMIN)))
    db.session.commit()
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = token, True
    return client
