"""The load balancer's question, and the language of pages."""

from __future__ import annotations

from sqlalchemy.exc import OperationalError

from app.audit.models import AuditEntry
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


def test_a_changed_language_is_noted(app, browser):
    """US-4: wherever it is changed."""
    user = make_user(language="en")

    browser(user).post("/language", data={"language": "fr"})

    entry = db.session.scalars(db.select(AuditEntry).filter_by(act="changed", user_id=user.id)).one()
    assert entry.changes == {"language": ["en", "fr"]}


def test_an_answer_of_405_says_what_is_allowed(app, browser):
    """SAFETY: the headers that belong to an error stay on its page."""
    answer = browser(make_user()).put("/sign-out")

    assert answer.status_code == 405 and "POST" in answer.headers["Allow"]


def test_an_address_with_a_token_is_told_to_nobody(app, browser):
    """SAFETY: no Referer leaves a page whose address is the secret."""  # S66
    for path in ("/passwords/some-token", "/invitations/some-token"):
        assert browser().get(path).headers["Referrer-Policy"] == "no-referrer"
    assert browser().get("/sign-in").headers["Referrer-Policy"] == "same-origin"
