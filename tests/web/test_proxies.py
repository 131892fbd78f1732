"""What a request says of where it comes from counts only as far as our own proxies wrote it (SAFETY S81, S85)."""

from __future__ import annotations

import pytest
from flask import request

from app import create_app
from tests.settings import settings_in

FORGED = {
    "X-Forwarded-For": "6.6.6.6, 192.0.2.9",
    "X-Forwarded-Proto": "https, http",
    "X-Forwarded-Host": "evil.example, facteur.example",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-Port": "666",
    "X-Real-IP": "6.6.6.6",
    "Forwarded": "for=6.6.6.6;host=evil.example;proto=https",
    "X-Original-URL": "/settings",
    "X-Rewrite-URL": "/settings",
    "X-HTTP-Method-Override": "DELETE",
}
SEEN = {
    0: ("10.0.0.1", "localhost", "http"),
    1: ("192.0.2.9", "facteur.example", "http"),
    2: ("6.6.6.6", "evil.example", "https"),
}


@pytest.mark.parametrize("hops", SEEN)
def test_only_the_trusted_hop_counts(tmp_path, hops):
    """OP-7: with one proxy the last value, which it wrote; without any, none; the rest is never looked at."""  # S81
    app, seen = create_app(settings_in(tmp_path, trusted_proxies=hops)), []

    @app.before_request
    def _note():
        seen.append((request.remote_addr, request.host, request.scheme))
        return f"{request.method} {request.path} {request.script_root}"

    answer = app.test_client().get("/healthz", headers=FORGED, environ_overrides={"REMOTE_ADDR": "10.0.0.1"})

    assert seen == [SEEN[hops]]
    assert answer.text == "GET /healthz "


@pytest.mark.parametrize(
    "path", ["/console", "/setup", "/first-run", "/install", "/admin", "/debug", "/.env", "/static/"]
)
def test_nothing_of_the_set_up_can_be_opened(app, browser, path):
    """OP-1: there are no set-up pages, neither before nor after; nor a debugger's."""  # S85
    assert browser().get(path).status_code == 404
    assert browser().get("/?__debugger__=yes&cmd=resource&f=debugger.js").status_code == 303


def test_the_first_run_makes_no_second_admin(app):
    """OP-1: where somebody is, the command that makes the first admin does nothing."""  # S85
    from app.extensions import db
    from app.users.models import User
    from tests.factories import make_user

    make_user()
    told = app.test_cli_runner().invoke(args=["first-run"])

    assert (told.exit_code, told.output) == (0, "")
    assert db.session.query(User).count() == 1


def test_an_error_shows_nothing_of_the_inside(app, browser, monkeypatch):
    """SAFETY: a number to ask by, and no trace, path or query, whatever Flask's own switches say."""  # S85
    monkeypatch.setenv("FLASK_DEBUG", "1")
    monkeypatch.setitem(app.view_functions, "health.healthz", lambda: 1 / 0)
    monkeypatch.setattr(app.view_functions["health.healthz"], "permission", None, raising=False)

    answer = browser().get("/healthz?secret=hidden-word")

    assert answer.status_code == 500
    assert not any(word in answer.text for word in ("Traceback", "ZeroDivision", "/app/", "site-packages"))
