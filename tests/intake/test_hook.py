"""`POST /intake/mime`: signed, timely, for one of our addresses, once; and durable before it is told."""

from __future__ import annotations

import hashlib
import hmac
import io
import os
import signal
import threading
import time

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from app import create_app
from app.core import storage
from app.core.faultpoint import DIE_AT
from app.documents.models import Direction
from app.extensions import db
from app.files import store
from app.intake import addresses
from app.intake.models import MessageState
from app.tasks.jobs import commit
from app.users import sessions
from app.users.models import Company, SignIn
from app.web.access import Role
from tests.factories import make_company, make_user
from tests.intake import mails
from tests.intake.receiving import address_of, company_in, log_held, logged
from tests.soak.receiver import FORK
from tests.soak.told import be_quiet

pytestmark = pytest.mark.alone
SECRET = "hook-secret-0123456789"
POINTS = ["hook.before_commit", "hook.after_commit"]


@pytest.fixture
def hook(installation):
    """An installation whose webhook is on, and its address for purchases."""
    installation.config["SETTINGS"].hook_secret = SECRET
    return installation


def signed(raw: bytes, secret: str = SECRET, at: float | None = None) -> dict[str, str]:
    """The headers a provider sends."""
    timestamp = str(int(time.time() if at is None else at))
    told = hmac.new(secret.encode(), timestamp.encode() + b"." + raw, hashlib.sha256).hexdigest()
    return {"X-Facteur-Timestamp": timestamp, "X-Facteur-Signature": told}


def post(app, raw: bytes, to: str | None = None, client: FlaskClient | None = None, **headers: str):
    """Hand the mail over, as a provider does: without a cookie, unless by a client that has one."""
    to = address_of(app, app.company_id) if to is None else to
    told = signed(raw) | headers
    return (client or app.test_client(use_cookies=False)).post(
        "/intake/mime", query_string={"to": to}, data=raw, headers=told, content_type="message/rfc822"
    )


def test_a_signed_mail_is_in_the_log_before_it_is_acknowledged(hook):
    """IN-2: 201 with the id and `imported`; IN-3: bytes and row are there; the same again is a duplicate, logged."""
    raw = mails.invoice_mail()
    first, second = post(hook, raw), post(hook, raw)

    messages = logged(hook)
    assert (first.status_code, first.json) == (201, {"id": messages[0].id, "outcome": "imported"})
    assert (second.status_code, second.json) == (201, {"id": messages[1].id, "outcome": "duplicate"})
    assert [each.state for each in messages] == [MessageState.RECEIVED, MessageState.REPEATED]
    assert messages[0].raw.sha256 == hashlib.sha256(raw).hexdigest() and messages[0].source.value == "hook"
    assert "Set-Cookie" not in first.headers


RAW = mails.mail(("f.pdf", b"%PDF-1.7 x", mails.PDF))
NOW = time.time
WRONG = {
    "wrong secret": lambda: signed(RAW, secret="another"),
    "other bytes": lambda: signed(RAW + b"x"),
    "no signature": lambda: {"X-Facteur-Signature": ""},
    "a signature that is none": lambda: {"X-Facteur-Signature": "é" * 64},
    "old": lambda: signed(RAW, at=NOW() - 302),
    "future": lambda: signed(RAW, at=NOW() + 302),
    "no timestamp": lambda: {"X-Facteur-Timestamp": ""},
    "no number": lambda: {"X-Facteur-Timestamp": "nan"},
    "other digits": lambda: {"X-Facteur-Timestamp": "١٧٠٠٠٠٠٠٠٠"},
    "another's time": lambda: {"X-Facteur-Timestamp": str(int(NOW()) - 1)},
}


@pytest.mark.parametrize("how", WRONG)
def test_what_is_not_signed_with_our_secret_and_in_time_is_401(hook, how):
    """S19: wrong secret, old timestamp: 401, the same words, no row and no bytes."""
    answer = post(hook, RAW, **{name: value.encode().decode("latin-1") for name, value in WRONG[how]().items()})

    assert (answer.status_code, answer.json) == (401, post(hook, RAW, **WRONG["wrong secret"]()).json)
    assert not logged(hook) and not kept_by(hook)


def test_who_has_no_secret_learns_nothing_of_addresses(hook):
    """S9: S19: not signed is 401 for an address of ours, for one that is none, and for none at all."""
    told = [post(hook, RAW, to, **WRONG["wrong secret"]()) for to in (None, "nobody@in.example", "")]

    assert {(each.status_code, each.text) for each in told} == {(401, told[0].text)}


def test_the_edges_of_the_five_minutes_are_within(hook):
    """S19: a clock that differs by five minutes is no attack."""
    for shift in (-298, 298):
        assert post(hook, RAW, **signed(RAW, at=NOW() + shift)).status_code == 201


def kept_by(app) -> list[str]:
    """Whatever lies in the store, finished or not."""
    with app.app_context():
        return [path.name for path in store.root().rglob("*") if path.is_file()]


def test_the_same_event_twice_in_parallel_is_one_import(live_app):
    """S19: eight threads with the same mail, on both databases: eight times 201, one of them `imported`."""
    live_app.config["SETTINGS"].hook_secret = SECRET
    live_app.company_id = company_in(live_app)
    to, answers = address_of(live_app, live_app.company_id), []
    together = threading.Barrier(8)

    def send() -> None:
        together.wait()
        answers.append(post(live_app, RAW, to))

    threads = [threading.Thread(target=send) for _each in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [answer.status_code for answer in answers] == [201] * 8
    assert sorted(answer.json["outcome"] for answer in answers) == ["duplicate"] * 7 + ["imported"]
    states = [each.state for each in logged(live_app)]
    assert states.count(MessageState.REPEATED) == 7 and len(states) == 8


def test_an_address_that_is_none_is_told_in_a_mail_servers_words(hook):
    """IN-1: unknown, foreign, rotated, none at all: 404 with the same words; upper case is ours."""
    with hook.app_context():
        company = make_company("Other")
        old = addresses.full(addresses.living(company, Direction.SALE))
        addresses.rotate(company, Direction.SALE, by=make_user(Role.ADMIN, company))
        commit()
    answers = [post(hook, RAW, to) for to in ("nobody@in.example", "x@elsewhere.example", old, "", "a\0b@in.example")]

    assert {answer.status_code for answer in answers} == {404}
    assert {answer.json["error"] for answer in answers} == {"550 5.1.1 No such address here"}
    assert not logged(hook) and not kept_by(hook)
    assert post(hook, RAW, address_of(hook, hook.company_id).upper()).status_code == 201


def test_without_a_secret_there_is_no_webhook(installation):
    """IN-2: (c): 404, whoever asks, also with an empty secret's signature."""
    assert post(installation, RAW, **signed(RAW, secret="")).status_code == 404
    assert not logged(installation)


def test_too_large_is_refused_before_and_while_it_comes(hook):
    """R2: 413 at one byte past the limit, declared or not; at the edge it is taken; nothing of it stays."""
    limit = hook.config["SETTINGS"].largest_message = 200_000
    fits, over = (b"Subject: x\r\n\r\n" + b"x" * (size - 14) for size in (limit, limit + 1))

    assert post(hook, over).status_code == 413
    undeclared = {"input_stream": io.BytesIO(over), "environ_overrides": {"wsgi.input_terminated": True}}
    query = {"to": address_of(hook, hook.company_id)}
    answer = hook.test_client().post("/intake/mime", query_string=query, headers=signed(over), **undeclared)
    assert answer.status_code == 413
    assert not kept_by(hook)
    assert post(hook, fits).status_code == 201


def test_a_large_mail_is_never_whole_in_memory(hook):
    """S11: asked for in pieces of a megabyte at most, and written down one by one."""
    asked, raw = [], b"Subject: x\r\n\r\n" + b"x" * 20_000_000

    class Body(io.BytesIO):
        def readinto(self, room) -> int:
            asked.append(len(room))
            return super().readinto(room)

    query = {"to": address_of(hook, hook.company_id)}
    told = {"headers": signed(raw), "input_stream": Body(raw), "environ_overrides": {"CONTENT_LENGTH": str(len(raw))}}
    assert hook.test_client().post("/intake/mime", query_string=query, **told).status_code == 201
    assert len(asked) >= 20 and min(asked) > 0 and max(asked) <= storage.CHUNK


def test_a_disk_that_is_low_is_told_as_later(hook, monkeypatch):
    """S3: 503 before the body is read, with the time to come again; nothing is kept."""
    monkeypatch.setattr(storage, "free_bytes", lambda _folder: 1)
    answer = post(hook, RAW)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert not logged(hook) and not kept_by(hook)


def test_trouble_of_ours_is_told_as_later_without_its_insides(hook, monkeypatch):
    """R2: S6: a disk that does not take it, a database that is gone: 503, no internals in the answer."""
    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", lambda _handle: (_ for _ in ()).throw(OSError(5, "/secret/path")))
        answer = post(hook, RAW)
    assert (answer.status_code, answer.json) == (503, {"error": "451 4.3.0 Not now, please try again later"})
    assert not logged(hook) and not kept_by(hook)
    assert post(hook, RAW).status_code == 201


@pytest.mark.parametrize("live_app", ["postgresql"], indirect=True)
def test_a_locked_database_is_told_as_later(live_app):
    """S4: 503, nothing half stored."""
    live_app.config["SETTINGS"].hook_secret = SECRET
    live_app.company_id = company_in(live_app)
    to = address_of(live_app, live_app.company_id)
    with live_app.app_context():
        event.listen(db.engine, "connect", lambda line, _record: line.execute("SET lock_timeout = '1s'"))
        db.engine.dispose()
    with log_held(live_app):
        assert post(live_app, RAW, to).status_code == 503
    assert not logged(live_app) and post(live_app, RAW, to).status_code == 201


def test_a_session_of_the_browser_means_nothing_there(hook):
    """S77: an admin's cookie does not stand for a signature, and no token of a form is asked for."""
    hook.config["WTF_CSRF_ENABLED"] = True
    with hook.app_context():
        admin = make_user(Role.ADMIN, db.session.get_one(Company, hook.company_id))
        db.session.add(SignIn(token_hash=sessions.digest("an admin's"), user=admin))
        commit()
    client = hook.test_client()
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = "an admin's", True
    assert client.get("/account").status_code == 200
    assert post(hook, RAW, client=client, **{"X-Facteur-Signature": "0" * 64}).status_code == 401
    assert post(hook, RAW, client=client).status_code == 201


def hand_over(settings, company_id: int, die_at: str) -> None:
    """A web process that takes the mail, or dies in the middle."""
    be_quiet()
    os.environ[DIE_AT] = die_at
    app = create_app(settings, TESTING=True, BELLS=[])
    app.company_id = company_id
    raise SystemExit(post(app, RAW).status_code == 201)


@pytest.mark.parametrize("point", POINTS)
def test_dying_before_and_after_the_commit_loses_and_doubles_nothing(hook, point):
    """IN-3: killed before the 201 the provider sends again: one import, whatever was done before."""
    ends = []
    for die_at in (point, ""):
        process = FORK.Process(target=hand_over, args=(hook.config["SETTINGS"], hook.company_id, die_at))
        process.start()
        process.join(60)
        ends.append(process.exitcode)

    assert ends == [-signal.SIGKILL, 1]
    states = [each.state.value for each in logged(hook)]
    assert states == (["received"] if point == "hook.before_commit" else ["received", "repeated"])
