"""Secrets and contents go through everything, and are searched for in all that was written (SAFETY S88)."""

from __future__ import annotations

import json
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import select, text

from app.core import clock
from app.dashboard import work
from app.documents.models import Direction
from app.extensions import db
from app.intake import arrival
from app.intake.models import Source
from app.intake.receiver import Receiver
from app.outbox.models import Outlet
from app.outbox.writing import write
from app.tasks import jobs, runner
from app.tasks.jobs import commit, job
from app.tasks.models import Task
from app.users import passwords
from app.web.access import Role
from tests.conftest import Browser
from tests.factories import make_company, make_user
from tests.live import make_live_app

pytestmark = pytest.mark.alone
SECRETS = {
    "password": "canary-password-horse",
    "wrong": "canary-wrong-password",
    "token": "canary-link-token-0123456789",
    "key": "canary-secret-key-0123456789abcdef0123456789",
    "redis": "canary-redis-word",
    "mail": "canary-mail-word",
    "document": "canary-document-text",
    "letter": "canary-letter-content",
    "parameter": "canary-parameter",
}


@pytest.fixture
def installation(tmp_path: Path):
    """An application whose every secret is a canary; its Redis and its mail server are away."""
    settings = {"secret_key": SECRETS["key"], "redis_url": f"redis://:{SECRETS['redis']}@127.0.0.1:1/0"}
    app = make_live_app(tmp_path, mail_url=f"smtp://someone:{SECRETS['mail']}@127.0.0.1:1", **settings)
    app.config["BELLS"], app.test_client_class = None, Browser
    with app.app_context():
        company = make_company()
        user = make_user(Role.ADMIN, company, email="admin@example.org")
        passwords.set_password(user, SECRETS["password"])
        commit()
    return app


@pytest.fixture
def poison():
    """A job that fails with contents in its error, as a library does that quotes what it stumbled over."""

    @job("default", attempts=1)
    def fail_with_contents(how: str) -> None:
        if how == "value":
            raise ValueError(f"cannot read {SECRETS['document']}")
        db.session.execute(text("SELECT * FROM nowhere WHERE name = :name"), {"name": SECRETS["parameter"]})

    yield fail_with_contents
    del jobs.JOBS["fail_with_contents"]


def found_in(written: str) -> list[str]:
    return [name for name, secret in SECRETS.items() if secret in written]


def letter() -> bytes:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "a@example.org", "Invoice"
    mail.set_content(SECRETS["letter"])
    broken = b"%PDF-1.7 " + SECRETS["document"].encode()
    mail.add_attachment(broken, maintype="application", subtype="pdf", filename="a.pdf")
    return mail.as_bytes()


def test_nothing_written_by_jobs_holds_a_secret_or_contents(installation, poison, capfd):
    """S88: OP-5: a mail is opened and read, a mail is sent in vain, jobs fail quoting what they were about."""
    with installation.app_context():
        company = make_company("Other")
        facts = {"company": company, "direction": Direction.PURCHASE, "source": Source.SMTP}
        arrival.take_message(letter(), **facts)
        about = {"template": "users/mail/password_changed", "user": make_user()}
        write("test", key="test:1", to="a@example.org", subject="Hello", secrets=[SECRETS["token"]], **about)
        ids = [poison.later("value"), poison.later("parameter")]
        commit()
        done = 0
        while task_id := db.session.scalar(select(Task.id).where(Task.state == "ready", Task.run_after <= clock.now())):
            db.session.rollback()
            done += runner.run(task_id)
        tasks = list(db.session.scalars(select(Task)))
        kept = "\n".join(task.last_error for task in tasks)
        answers = "\n".join(db.session.scalars(select(Outlet.failure)))
        names = {task.kind for task in tasks}
        errors = [db.session.get_one(Task, task_id).last_error for task_id in ids]
        db.session.rollback()
    log = capfd.readouterr().err

    assert done >= 3 and {"open_message", "read_document", "deliver"} <= names
    assert log.count('"event": "task.failed"') == 2 and '"event": "bell.unheard"' in log
    assert errors[0].startswith("ValueError (") and errors[1].startswith("OperationalError (")
    assert "Refused" in answers, "the mail server was not asked"
    for line in log.splitlines():
        json.loads(line)
    assert (found_in(log), found_in(kept), found_in(answers)) == ([], [], [])


def test_no_page_no_error_page_and_no_line_of_a_request_holds_a_secret(installation, capfd, monkeypatch):
    """S88: S66: OP-5: right and wrong passwords, links, an upload, a view that breaks, a database that refuses."""
    client = installation.test_client()
    email = {"email": "admin@example.org"}
    answers = [client.post("/sign-in", data=email | {"password": SECRETS["wrong"]})]
    answers += [client.post("/sign-in", data=email | {"password": SECRETS["password"]})]
    assert answers[-1].status_code == 303
    for path in ("/passwords/", "/invitations/"):
        answers += [client.get(path + SECRETS["token"])]
        answers += [client.post(path + SECRETS["token"], data={"password": SECRETS["password"]})]
    with installation.app_context():
        (installation.config["SETTINGS"].data_dir / "a.eml").write_bytes(letter())
    with (installation.config["SETTINGS"].data_dir / "a.eml").open("rb") as file:
        taken = client.post("/uploads", data={"files": file, "direction": "purchase"})
    answers += [client.get(path) for path in ("/", "/account", "/settings", "/outbox", "/documents?q=x", "/operation")]
    broken = [lambda *_args: {}[SECRETS["document"]], lambda *_args: _ask_in_vain()]
    for view in broken:
        monkeypatch.setattr(work, "lines", view)
        answers.append(client.get("/"))
    written = "\n".join(answer.text + str(answer.headers) for answer in answers)
    log = capfd.readouterr().err

    assert [answer.status_code for answer in answers[-2:]] == [500, 503] and taken.status_code in (200, 201, 303)
    assert log.count('"event": "request"') >= len(answers)
    for line in log.splitlines():
        json.loads(line)
    assert (found_in(log), found_in(written)) == ([], [])


def _ask_in_vain() -> None:
    db.session.execute(text("SELECT * FROM nowhere WHERE name = :name"), {"name": SECRETS["parameter"]})


def test_the_receiver_writes_no_contents_and_no_secret(installation, capfd):
    """S88: OP-5: trouble is told by kind and place, to the log and to the sender."""
    receiver = Receiver(installation)
    try:
        raise ValueError(SECRETS["letter"])
    except ValueError as error:
        answer = receiver._trouble(error)

    log = capfd.readouterr().err
    assert '"event": "receiver.trouble"' in log and answer.startswith("451")
    assert (found_in(log), found_in(answer)) == ([], [])
