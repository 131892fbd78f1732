"""Personal tokens: hashed, for one company, dead at once; and documents that come in with them, once."""

from __future__ import annotations

import io
import threading

import pytest
from sqlalchemy import func, select

from app import create_app
from app.api import tokens
from app.api.models import ApiToken
from app.audit.models import AuditEntry
from app.core import clock
from app.core.errors import Refused
from app.documents.models import Direction, Document
from app.extensions import db, limiter
from app.intake.models import Message, Source
from app.users import memberships
from app.web.access import Role
from tests import samples
from tests.factories import make_company, make_user, the_company
from tests.live import make_live_app
from tests.settings import settings_in

PDF = samples.invoice_pdf("API-1")


def made(user=None, company=None) -> str:
    """The text of a token that works."""
    _token, text = tokens.make(user or make_user(), company or the_company(), "Scanner")
    db.session.commit()
    return text


def send(client, text: str, data: bytes = PDF, key: str = "", **form):
    headers = {"Authorization": f"Bearer {text}"} | ({"Idempotency-Key": key} if key else {})
    said = {"file": (io.BytesIO(data), "invoice.pdf")} | form
    return client.post("/api/v1/documents", headers=headers, data=said, content_type="multipart/form-data")


def test_a_document_comes_in_with_a_token(browser):
    """IN-2: the same entrance, the same mail log; the answer says which document it became."""
    answer = send(browser(), made(), direction="sale")

    [document], [message] = db.session.query(Document), db.session.query(Message)
    assert answer.status_code == 201
    assert (answer.json["id"], answer.json["status"]) == (document.id, "reading")
    assert (document.direction, document.source, message.source) == (Direction.SALE, "api", Source.API)


def test_the_same_key_brings_in_nothing_twice(browser):
    """IN-2: S90: sent again, the answer is the same; with another file it is refused."""
    client, text = browser(), made()
    first, again = send(client, text, key="42"), send(client, text, key="42")
    other = send(client, text, samples.invoice_pdf("API-2"), key="42")

    db.session.query(Document).one().validated_at = clock.now()
    db.session.commit()
    later, turned = send(client, text, key="42"), send(client, text, key="42", direction="sale")

    assert first.json == again.json == later.json and first.json["status"] == "reading"
    assert (other.status_code, turned.status_code) == (422, 422) and "used before" in turned.json["error"]
    assert db.session.scalar(select(func.count(Message.id))) == 1


@pytest.mark.alone
def test_one_key_sent_at_once_by_many_brings_in_one(live_app):
    """IN-2: S90: whoever comes second waits and gets the first one's answer."""
    with live_app.app_context():
        make_company()
        text = made()
        db.session.remove()
    answers = []
    ask = lambda: answers.append(send(live_app.test_client(), text, key="same"))  # noqa: E731
    threads = [threading.Thread(target=ask) for _each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json["message"] for answer in answers}) == 1
    with live_app.app_context():
        assert db.session.scalar(select(func.count(Document.id))) == 1


def test_a_token_that_leaked_is_dead_once_revoked(browser):
    """S86: at once, and only its hash was ever kept."""
    member = make_user()
    text = made(member)
    token = db.session.query(ApiToken).one()
    assert text not in str(token.__dict__) and token.token_hash not in text
    assert send(browser(), text).status_code == 201

    browser(member).post(f"/account/tokens/{token.id}/revocation")

    assert send(browser(), text).status_code == 401
    acts = select(AuditEntry.act).filter_by(object_type="api_token").order_by(AuditEntry.id)
    assert db.session.scalars(acts).all() == ["created", "revoked"]


@pytest.mark.parametrize("said", ["", "Bearer", "Bearer facteur_", "Basic abc", "Bearer facteur_" + "x" * 43])
def test_without_a_token_that_works_nothing_comes_in(browser, said):
    """S86: unknown, empty, of another scheme."""
    answer = browser().post("/api/v1/documents", headers={"Authorization": said}, data={"direction": "purchase"})

    assert answer.status_code == 401 and answer.json["error"]
    assert db.session.scalar(select(func.count(Message.id))) == 0


def test_a_token_is_for_one_company(browser):
    """S86: another company of the same person is not found."""
    member, other = make_user(), make_company("Other")
    text = made(member)

    assert send(browser(), text, company=str(other.id)).status_code == 404
    assert send(browser(), text, company=the_company().slug).status_code == 201


def test_a_token_can_no_more_than_its_person(browser):
    """S86: whoever may not add documents any more, or is disabled, brings none in."""
    admin, member = make_user(Role.ADMIN, password=True), make_user()
    text = made(member)
    memberships.set_access(member, the_company(), Role.APPROVER, [], by=admin)
    db.session.commit()
    assert send(browser(), text).status_code == 401
    with pytest.raises(Refused):
        tokens.make(member, the_company(), "Scanner")

    memberships.set_access(member, the_company(), Role.MEMBER, [], by=admin)
    memberships.disable(member, by=admin)
    db.session.commit()
    assert send(browser(), text).status_code == 401


def test_a_token_is_shown_once_and_is_its_owner_s_alone(browser):
    """S86: on the page that made it, never again; nobody else sees or revokes it."""
    member = make_user()
    page = browser(member).post("/account/tokens", data={"name": "Scanner"})
    text = page.text.split('data-copy="')[1].split('"')[0]
    token = db.session.query(ApiToken).one()

    assert text.startswith("facteur_") and text not in browser(member).get("/account/tokens").text
    assert "Scanner" not in browser(make_user()).get("/account/tokens").text
    assert browser(make_user()).post(f"/account/tokens/{token.id}/revocation").status_code == 404
    assert browser(member).post("/account/tokens", data={"name": " "}).status_code == 422


def test_what_is_no_document_is_refused_with_the_reason(browser):
    """IN-2: in words, and nothing is kept."""
    client, text = browser(), made()

    assert send(client, text, b"only text", file=(io.BytesIO(b"only text"), "note.txt")).status_code == 422
    assert send(client, text, direction="sideways").status_code == 422


@pytest.mark.parametrize(("method", "path"), [("GET", "/api/v1/documents"), ("POST", "/api/v1/nothing")])
def test_errors_are_json_in_words(browser, method, path):
    """IN-2: also where the address or the method is wrong: a program reads no pages, and is sent to none."""
    answer = browser().open(path, method=method)

    assert answer.status_code in {404, 405} and answer.json["error"] and "<" not in answer.json["error"]
    assert browser().post("/api/v1/documents").headers["WWW-Authenticate"] == "Bearer"


def test_a_file_larger_than_allowed_is_told_so(app, browser, monkeypatch):
    """IN-2: S84: in JSON, and nothing is kept."""
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 500)
    answer = send(browser(), made())

    assert answer.status_code == 413 and answer.json["error"]
    assert not db.session.query(Message).count()


@pytest.mark.alone
def test_who_asks_too_often_is_told_to_wait(tmp_path, monkeypatch):
    """IN-2: counted for each token."""
    make_live_app(tmp_path)
    monkeypatch.setattr(limiter, "enabled", True)
    app = create_app(settings_in(tmp_path), TESTING=True, BELLS=[], RATELIMIT_ENABLED=True)
    client = app.test_client()
    headers = {"Authorization": "Bearer facteur_x"}
    codes = [client.post("/api/v1/documents", headers=headers).status_code for _each in range(121)]
    answer = client.post("/api/v1/documents", headers=headers)

    assert codes == [401] * 120 + [429]
    assert answer.status_code == 429 and answer.json["error"]
    assert client.post("/api/v1/documents", headers={"Authorization": "Bearer other"}).status_code == 401
