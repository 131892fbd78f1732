"""Figures for what watches an installation, closed to everybody else."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from app.core import clock
from app.extensions import db
from app.operation import exposition
from app.operation.exposition import Gauge
from app.tasks.models import State, Task
from app.web.access import Role
from tests.factories import make_document, make_user
from tests.operation.test_presence import sign
from tests.web.world import make_world

TOKEN = "only-for-the-monitoring-0123456789"
OUTSIDE = {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}}


@pytest.fixture
def token(app, monkeypatch):
    monkeypatch.setitem(app.config["SETTINGS"].__dict__, "metrics_token", TOKEN)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_this_machine_itself_may_ask(app, browser):
    """OP-3: without sign-in or session; in the format Prometheus reads."""
    answer = browser().get("/metrics")

    assert answer.status_code == 200 and answer.mimetype == "text/plain" and "version=0.0.4" in answer.content_type
    assert "Set-Cookie" not in answer.headers
    for line in answer.text.splitlines():
        assert re.fullmatch(r'# (HELP|TYPE) facteur_\w+ .+|facteur_\w+(\{(\w+="[^"]*",?)+\})? -?[\d.]+', line), line


@pytest.mark.parametrize(
    "how",
    [
        OUTSIDE,
        *({"headers": {name: "127.0.0.1"}} for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via")),
        {"headers": {"X-Forwarded-Proto": "https"}},
        {"environ_base": {"REMOTE_ADDR": ""}},
        OUTSIDE | {"headers": bearer("")},
        OUTSIDE | {"headers": bearer("wrong")},
        OUTSIDE | {"headers": bearer("é")},
        OUTSIDE | {"headers": {"Authorization": "Basic " + TOKEN}},
    ],
)
def test_nobody_else_finds_it(app, browser, token, how):
    """S85: from outside, or through a proxy, it is not there."""
    answer = browser().get("/metrics", **how)

    assert answer.status_code == 404 and "facteur_" not in answer.text


def test_without_a_token_set_none_opens_it(app, browser):
    """S85: an empty setting is no empty password."""
    assert browser().get("/metrics", headers=bearer(""), **OUTSIDE).status_code == 404


def test_an_admin_who_is_signed_in_is_outside_too(app, browser):
    """S85: a browser has no business there."""
    assert browser(make_user(Role.ADMIN)).get("/metrics", **OUTSIDE).status_code == 404


def test_who_has_the_token_may_ask_from_anywhere(app, browser, token):
    """OP-3: FACTEUR_METRICS_TOKEN, also through a proxy."""
    headers = bearer(TOKEN) | {"X-Forwarded-For": "192.0.2.7"}
    assert browser().get("/metrics", headers=headers, **OUTSIDE).status_code == 200
    assert browser().get("/metrics", headers=bearer("wrong")).status_code == 404


def test_the_figures_are_those_of_the_database(app, browser):
    """OP-3: tasks, mails, messages, documents, ages, failures, disk, parts, version; no word of what they say."""
    make_world("canary", 4242)
    make_document()
    db.session.add(Task(kind="deliver", queue="mail", run_after=clock.now() - timedelta(seconds=90)))
    db.session.add(Task(kind="deliver", queue="mail", run_after=clock.now() + timedelta(days=1)))
    db.session.add(Task(kind="deliver", queue="mail", state=State.DONE))
    sign("sweep", seen=10)
    told = browser().get("/metrics").text

    for line in (
        'facteur_tasks{state="ready",queue="mail",kind="deliver"} 2',
        'facteur_tasks{state="done",queue="mail",kind="deliver"} 1',
        'facteur_tasks{state="failed",queue="ocr",kind="read_document"} 1',
        'facteur_outgoing_mails{mark="queued"} 1',
        'facteur_messages{state="opened"} 4',
        'facteur_documents{status="to_process"} 2',
        "facteur_failures 1",
        "facteur_damaged_files 0",
        'facteur_info{version="0.1.0"} 1',
    ):
        assert line in told.splitlines()
    ages = dict(re.findall(r"^facteur_(\w+seconds)(?:\{[^}]*\})? ([\d.]+)$", told, re.M))
    assert 90 <= float(ages["task_oldest_waiting_seconds"]) < 120
    assert 10 <= float(ages["part_silence_seconds"]) < 40
    assert abs(float(ages["last_intake_timestamp_seconds"]) - clock.now().timestamp()) < 60
    assert re.search(r"^facteur_disk_free_bytes \d{6,}$", told, re.M)
    assert "canary" not in told and "4242" not in told


def test_labels_are_escaped_and_what_is_unknown_is_left_out():
    """OP-3: no value can end its line or its quotes."""
    written = exposition.written([Gauge("x", "Help.", [({"a": 'b"\n\\'}, 1), ({"a": "c"}, None), ({}, 2.5)])])

    assert written.splitlines()[2:] == ['facteur_x{a="b\\"\\n\\\\"} 1', "facteur_x 2.5"]
