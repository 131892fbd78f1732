"""The database is restarted while Facteur works: a clean page, a job put off, nothing done twice."""

from __future__ import annotations

import contextlib
import subprocess
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from app.audit import trail
from app.audit.models import AuditEntry
from app.core import clock
from app.documents.models import Document
from app.extensions import db
from app.tasks import jobs, runner
from app.tasks.jobs import commit, job
from app.tasks.models import State, Task
from app.users import sessions
from app.users.models import SignIn
from app.web.access import Role
from tests.conftest import Browser
from tests.factories import make_document, make_user, the_company
from tests.live import start_postgresql, stop_postgresql

pytestmark = [
    pytest.mark.alone,
    pytest.mark.parametrize("live_app", ["postgresql"], indirect=True),
]


@pytest.fixture
def server(postgresql):
    """The database's server, running again afterwards."""
    yield postgresql
    with contextlib.suppress(subprocess.CalledProcessError):  # it runs
        start_postgresql(postgresql)


def restart(server: str) -> None:
    stop_postgresql(server)
    start_postgresql(server)


def signed_in(app: Flask) -> Browser:
    """The browser of somebody who may do everything."""
    app.test_client_class = Browser
    client = app.test_client()
    db.session.add(SignIn(token_hash=sessions.digest("token"), user=make_user(Role.ADMIN)))
    db.session.commit()
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = "token", True
    return client


def done(act: str) -> int:
    count = db.session.scalar(select(func.count()).where(AuditEntry.act == act))
    db.session.rollback()
    return count


def test_a_page_while_the_database_is_away_says_so_and_comes_back(live_app, server):
    """S106: S4: a clean page with 503, nothing of our inside on it; afterwards everything is as before."""
    with live_app.app_context():
        client = signed_in(live_app)
        assert client.get("/").status_code == 200
        stop_postgresql(server)
        answer = client.get("/")
        fragment = client.get("/", headers={"HX-Request": "true", "HX-Target": "results"})
        start_postgresql(server)

        assert (answer.status_code, fragment.status_code) == (503, 503)
        assert "psycopg" not in answer.text and "Traceback" not in answer.text and "<h1" in answer.text
        assert client.get("/").status_code == 200


def test_a_restart_between_two_requests_is_not_noticed(live_app, server):
    """S106: a connection that was cut off meanwhile is made anew before it is used."""
    with live_app.app_context():
        client, document_id = signed_in(live_app), make_document().id
        db.session.commit()
        assert client.get("/").status_code == 200
        restart(server)
        assert client.post(f"/documents/{document_id}/trash").status_code == 303
        restart(server)
        assert client.get("/").status_code == 200


def test_a_change_cut_off_before_its_commit_is_not_made_and_can_be_made_again(live_app, server):
    """S106: the person is told that nothing was changed, and that is so."""
    with live_app.app_context():
        client, document_id = signed_in(live_app), make_document().id
        db.session.commit()
        client.get("/")
        listen_once("before_commit", lambda _session: restart(server))

        answer = client.post(f"/documents/{document_id}/trash")

        db.session.rollback()
        assert answer.status_code == 503
        assert (done("trashed"), db.session.get_one(Document, document_id).trashed_at) == (0, None)
        db.session.rollback()
        assert client.post(f"/documents/{document_id}/trash").status_code == 303
        assert done("trashed") == 1


def listen_once(name: str, act) -> None:
    event.listen(db.session.session_factory.class_, name, act, once=True)


@pytest.fixture
def note(live_app, server):
    """A job in whose middle the database is stopped, and started again before its end unless told otherwise."""
    calls = []

    @job("default")
    def note_while_restarting(is_down: bool) -> None:
        calls.append(1)
        trail.record(the_company(), by=None, act="noted")
        db.session.flush()
        if len(calls) == 1:
            stop_postgresql(server)
            if not is_down:
                start_postgresql(server)

    with live_app.app_context():
        the_company()
        db.session.commit()
    yield note_while_restarting
    del jobs.JOBS["note_while_restarting"]


def test_a_job_hit_by_it_is_put_off_and_done_later(live_app, note):
    """S106: tried again after a short while, one effect."""
    with live_app.app_context():
        task_id = note.later(False)
        commit()
        assert not runner.run(task_id)
        task = db.session.get_one(Task, task_id)
        assert (task.state, task.attempts) == (State.READY, 1)
        later(task)
        assert runner.run(task_id)
        assert (db.session.get_one(Task, task_id).state, done("noted")) == (State.DONE, 1)


def test_a_job_that_cannot_even_say_that_it_failed_is_taken_over(live_app, server, note):
    """S106: the database stays away longer: the lease says what the worker could not."""
    with live_app.app_context():
        task_id = note.later(True)
        commit()
        with pytest.raises(Exception, match="connection"):
            runner.run(task_id)
        db.session.rollback()
        start_postgresql(server)

        task = db.session.get_one(Task, task_id)
        assert task.state is State.RUNNING
        task.lease_until = clock.now() - timedelta(seconds=1)
        db.session.commit()
        assert runner.run(task_id)
        assert done("noted") == 1


def later(task: Task) -> None:
    task.run_after = clock.now()
    db.session.commit()
