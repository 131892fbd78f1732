"""One line a request, and the id that ties it to what a person sees."""

from __future__ import annotations

import json
import re

import pytest

from app.dashboard import work
from app.web.access import Role
from tests.conftest import aimed_at
from tests.factories import make_user


@pytest.fixture
def lines(capsys):
    """The lines of the log since the last look, as JSON."""
    return lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]


def test_a_request_is_one_line_that_names_no_address(app, browser, lines):
    """OP-5: method, view, status, time and person; a path may hold a token, a query a name."""
    user = make_user()
    answer = browser(user).get("/documents?q=canary-query")

    [line] = lines()
    assert line["event"] == "request" and line["user"] == user.id
    assert (line["method"], line["endpoint"], line["status"]) == ("GET", "documents.index", 200)
    assert 0 <= line["ms"] < 60_000 and line["request"] == answer.headers["X-Request-ID"]
    assert "canary" not in json.dumps(line)


def test_who_is_not_signed_in_and_what_is_not_there_are_lines_too(app, browser, lines):
    """OP-5: one line per request, whatever became of it."""
    browser().get("/invitations/canary-token")
    browser().open("/no-such-canary", method="CANARY")

    first, second = lines()
    assert (first["endpoint"], first["user"]) == ("users.invitation", None)
    assert (second["endpoint"], second["method"]) == (None, "other")
    assert "canary" not in json.dumps([first, second]).lower()


def test_every_answer_has_its_own_id(app, browser):
    """OP-5: answered to the client, never the client's own word."""
    client = browser()
    ids = {client.get("/healthz", headers={"X-Request-ID": "mine-12345678"}).headers["X-Request-ID"] for _ in range(3)}

    assert len(ids) == 3 and all(re.fullmatch("[0-9a-f]{16}", each) for each in ids)


@pytest.mark.parametrize(
    ("said", "is_taken"),
    [
        ("d3b07384-d9a0-4c9b-8f3e", True),
        ("short", False),
        ("x" * 65, False),
        ('"}{"forged":1,"a":"', False),
        ("with a space in it", False),
    ],
)
def test_a_trusted_proxys_id_is_taken_over_if_it_is_sane(app, browser, monkeypatch, said, is_taken):
    """OP-5: S81: one id in both logs; nothing that could forge a line."""
    monkeypatch.setitem(app.config["SETTINGS"].__dict__, "trusted_proxies", 1)
    answered = browser().get("/healthz", headers={"X-Request-ID": said}).headers["X-Request-ID"]

    assert (answered == said) is is_taken


def test_an_error_page_shows_the_id_the_log_has(app, browser, lines, monkeypatch):
    """R21: OP-5: whoever reports the number leads to the line, and neither says what was inside."""
    monkeypatch.setattr(work, "lines", lambda *_args: {}["canary-key"])
    client = browser(make_user(Role.ADMIN))
    whole, fragment = client.get("/"), client.get("/", headers=aimed_at("results"))

    failed = [line for line in lines() if line["event"] == "request.failed"]
    assert [each.status_code for each in (whole, fragment)] == [500, 500]
    for answer, line in zip((whole, fragment), failed, strict=True):
        assert line["error"] == line["request"] == answer.headers["X-Request-ID"]
        assert line["error"] in answer.text and "canary" not in answer.text
        assert line["exception"][0]["type"] == "KeyError" and "canary" not in json.dumps(line)
