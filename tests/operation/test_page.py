"""The page Operation: what runs, what waits, what failed; for who administers all."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from app.core import clock
from app.extensions import db
from app.intake.models import Source
from app.operation import overview
from app.outbox.models import Mark
from app.tasks.models import State, Task
from app.users import people
from app.web.access import Role
from tests.conftest import aimed_at
from tests.dashboard.test_home import make_task
from tests.factories import make_company, make_document, make_user, reload, the_company
from tests.operation.test_presence import sign
from tests.test_queries import _mail
from tests.web.world import make_message

EVERYTHING = ("web", "receiver", "ocr", "mail", "default", "sweep")
FACTS = {
    "protections": {
        "limits": True,
        "no_network": False,
        "other_user": True,
        "no_new_rights": True,
        "files_hidden": True,
    },
    "tesseract": "5.3.0",
    "languages": ["eng", "fra", "osd"],
}


@pytest.fixture
def admin(app, browser):
    return browser(make_user(Role.ADMIN))


@pytest.fixture
def redis(app, monkeypatch):
    monkeypatch.setattr("app.operation.versions.redis", lambda: "7.0.15")


def seen_in(page: str) -> str:
    return re.search(r'"seen": "(\w+)"', page).group(1)


def notices(page: str) -> list[str]:
    return re.findall(r'alert-box-(?:red|amber|green)".*?<strong>(.*?)</strong>', page)


def test_where_all_is_well_the_page_says_so(app, admin, redis):
    """OP-3: parts with their signs of life, and nothing to do."""
    for name in EVERYTHING:
        sign(name, facts=FACTS if name == "ocr" else {})
    text = admin.get("/operation").text

    assert notices(text) == ["Everything runs"]
    assert text.count(">Runs<") == 6 and "Mail receiver" in text
    assert "5.3.0 (eng, fra)" in text and "7.0.15" in text and "PyMuPDF" in text
    assert "No network: does not hold" in text and "Nothing failed" in text


def test_a_fresh_install_says_what_is_not_yet_there(app, admin):
    """OP-3: empty states in words: nothing came in, no export, no backup, no part seen."""
    text = admin.get("/operation").text

    assert text.count("not yet") == len(Source) + 4 and "Not known yet" in text and "None so far" in text
    assert text.count("Not yet seen") == 6 and "Redis does not answer" in text
    assert "Mail receiver was never there" in notices(text)


def test_what_is_wrong_stands_at_the_head_the_worst_first(app, admin, redis, monkeypatch):
    """OP-3: R21: what is wrong, what follows, and where to go on."""
    for name in EVERYTHING:
        sign(name, seen=600 if name == "receiver" else 0)
    make_task()
    _mail(the_company(), "m1")
    db.session.execute(db.text("UPDATE outgoing_mail SET mark = 'uncertain'"))
    db.session.add(Task(kind="read_document", queue="ocr", run_after=clock.now() - timedelta(minutes=20)))
    make_document().files[0].file.damaged_at = clock.now()
    db.session.commit()
    monkeypatch.setattr(overview, "room", lambda: overview.Room(10**8, 5 * 10**8, 1, 1, 1))
    text = admin.get("/operation").text
    said = notices(text)

    assert said[0].startswith("Mail receiver is silent since") and "their senders try again" in text
    assert said[1:3] == ["Little room on the disk: 100 MB", "1 stored file is damaged"]
    assert said[3].startswith("Reading worker: work waits since")
    assert said[4:] == ["1 task was given up", "1 mail waits for a decision"]
    assert 'href="#failures"' in text and 'href="/outbox?mark=uncertain"' in text


def test_it_answers_only_where_something_changed(app, admin, redis, monkeypatch):
    """OP-3: htmx asks every ten seconds; 204 leaves the page as it is."""
    monkeypatch.setattr(overview, "room", lambda: overview.Room(10**12, 5 * 10**8, 1, 1, 1))
    for name in EVERYTHING:
        sign(name)
    page = admin.get("/operation").text
    ask = lambda: admin.get(f"/operation?seen={seen_in(page)}", headers=aimed_at("standing"))  # noqa: E731
    assert ask().status_code == 204
    make_task()
    answer = ask()
    assert answer.status_code == 200 and "1 task was given up" in answer.text and "<h1>" not in answer.text
    assert seen_in(answer.text) != seen_in(page)


def test_failures_stand_by_kind_with_their_reason_and_their_page(app, admin):
    """OP-3: S39: what, about what, why; one is tried again, or all of a kind."""
    document = make_document()
    message = make_message(the_company(), "x", [document])
    first = make_task(last_error="Damaged: file is missing", ids=[document.id])
    make_task(ids=[document.id])
    other = make_task(kind="open_message", queue="default", ids=[message.id], last_error="OSError: disk full")
    text = admin.get("/operation").text
    assert "Damaged: file is missing" in text and "OSError: disk full" in text
    assert f'href="/documents/{document.id}"' in text and f'href="/messages/{message.id}"' in text
    assert re.search(r"Read a document <span class=\"soft\">2</span>", text)

    answer = admin.post(f"/operation/failures/{first.id}/attempts")
    assert answer.location == "/operation#failures"
    assert (reload(first).state, first.attempts) == (State.READY, 0)
    assert admin.post(f"/operation/failures/{first.id}/attempts").status_code == 404

    make_task(ids=[document.id])
    admin.post("/operation/failures/attempts", data={"kind": "read_document"})
    states = {task.kind: set() for task in db.session.query(Task)}
    for task in db.session.query(Task):
        states[task.kind].add(task.state)
    assert states == {"read_document": {State.READY}, "open_message": {State.FAILED}}
    assert reload(other).last_error == "OSError: disk full"
    assert "2 tasks are tried again" in admin.get("/operation").text


def test_it_is_not_there_for_who_does_not_administer_all(app, browser):
    """US-3: US-6: parts and tasks belong to the installation, not to one company."""
    task = make_task()
    here, other = the_company(), make_company("Other")
    one = make_user(Role.ADMIN, here)
    client = browser(one)
    assert 'href="/operation"' not in client.get("/").text
    assert client.get("/operation").status_code == 404
    assert client.post(f"/operation/failures/{task.id}/attempts").status_code == 404
    assert client.post("/operation/failures/attempts", data={"kind": "read_document"}).status_code == 404
    assert browser(make_user(company=here)).get("/operation").status_code == 403
    assert reload(task).state is State.FAILED

    people.join(one, other, Role.ADMIN, by=None)
    db.session.commit()
    assert 'href="/operation"' in browser(one).get("/").text
    assert client.get("/operation").status_code == 200


def test_mails_are_counted_by_mark_with_links(app, admin):
    """OP-3: the outbox at a glance."""
    _mail(the_company(), "m1")
    _mail(the_company(), "m2")
    db.session.commit()
    text = admin.get("/operation").text
    assert f'<a href="/outbox?mark={Mark.QUEUED.value}">2</a>' in text


def test_every_page_says_so_when_the_sweep_is_silent(app, admin, browser):
    """OP-3: nobody else would tell: the sweep is what looks at the others."""
    assert "The sweep" not in admin.get("/documents").text
    mute = sign("sweep", seen=600)
    text = admin.get("/documents").text
    assert "The sweep is silent since" in text and 'href="/operation">Operation</a>' in text
    assert "The sweep is silent" not in browser(make_user(Role.MEMBER)).get("/documents").text
    mute.seen_at = clock.now()
    db.session.commit()
    assert "The sweep is silent" not in admin.get("/documents").text


def test_a_sweep_that_was_never_started_is_missed_too(app, admin):
    """OP-3: two minutes after the pages themselves began."""
    sign("web", started=30)
    assert "The sweep" not in admin.get("/documents").text
    sign("web", started=300, pid=99)
    assert "The sweep was never there." in admin.get("/documents").text
