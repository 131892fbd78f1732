"""The load balancer's question, and the language of pages."""

from __future__ import annotations

from sqlalchemy.exc import OperationalError

from app.extensions import db
from tests.factories import make_user, reload


def test_it_answers_ok_while_the_database_does(app, browser):
    """OP-3: /healthz is 200 "ok" for anybody, without a session."""
    answer = browser().get("/healthz")

    assert (answer.status_code, answer.text, answer.mimetype) == (200, "ok\n", "text/plain")
    assert "Set-Cookie" not in answer.headers


def test_it_says_503_when_the_database_does_not(app, browser, monkeypatch):
    """OP-3: a load balancer takes this server out; no detail is told."""

    def broken(*_args, **_kwargs):
        raise OperationalError("SELECT 1", {}, Exception("secret path"))

    monkeypatch.setattr(db.session, "execute", broken)
    answer = browser().get("/healthz")

    assert (answer.status_code, answer.text) == (503, "the database does not answer\n")


def test_pages_speak_the_language_one_chose(app, browser):
    """OP-6: French and English, per user."""
    user = make_user(language="en")
    client = browser(user)

    answer = client.post("/language", data={"language": "fr", "next": "/account"})

    assert (answer.status_code, answer.location) == (303, "/account")
    assert reload(user).language == "fr"
    assert '<html lang="fr"' in client.get("/account").text


def test_before_signing_in_the_choice_is_the_browsers(app, browser):
    """OP-6: the sign-in page can be read in both languages."""
    client = browser()
    client.post("/language", data={"language": "en", "next": "//evil.example"})

    assert '<html lang="en"' in client.get("/sign-in").text
    assert '<html lang="fr"' in browser().get("/sign-in", headers={"Accept-Language": "fr-CH"}).text


def test_a_language_nobody_speaks_changes_nothing(app, browser):
    """OP-6: French and English only."""
    user = make_user(language="en")

    browser(user).post("/language", data={"language": "../../etc"})

    assert reload(user).language == "en"
