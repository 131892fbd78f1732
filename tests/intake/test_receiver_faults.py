"""The receiver when something of ours is broken."""

from __future__ import annotations

import threading
import time

import pytest

from app.documents.models import Document
from app.extensions import db
from app.intake import arrival, receiver
from app.tasks import bell, due
from app.tasks.models import State, Task
from tests.intake import mails
from tests.intake.receiving import (
    Dialogue,
    address_of,
    company_in,
    dot,
    log_held,
    logged,
    ready,
    receiving,
    send,
)
from tests.live import execute

pytestmark = pytest.mark.alone


def test_a_locked_database_is_told_as_later(live_app, monkeypatch):
    """S4: 451 within 30 s, nothing half stored; once it is free the same mail is taken."""
    monkeypatch.setattr(receiver, "PATIENCE_SECONDS", 1)
    address, raw = address_of(live_app, company_in(live_app)), mails.invoice_mail()
    with live_app.app_context():
        db.engine.dispose()
    with receiving(live_app):
        with log_held(live_app):
            began = time.monotonic()
            code, words = send(live_app, raw, address)  # S4
        assert code == 451 and time.monotonic() - began < 30
        assert "lock" not in words.lower()
        assert not logged(live_app)
        assert send(live_app, raw, address)[0] == 250
    assert len(logged(live_app)) == 1


@pytest.mark.parametrize("live_app", ["postgresql"], indirect=True)
def test_a_database_that_is_gone_is_told_as_later(live_app, postgresql):
    """S4: the database down in the middle of a delivery: 451, nothing half stored; back again, it is taken."""
    address, raw = address_of(live_app, company_in(live_app)), mails.invoice_mail()
    with live_app.app_context():
        name = db.engine.url.database
    with receiving(live_app):
        line = ready(live_app, address)
        execute(postgresql, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        execute(postgresql, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        code, words = dot(line, raw)
        assert (code, words) == (451, "4.3.0 Not now, please try again later")  # S4
        assert send(live_app, raw, address)[0] == 451
        execute(postgresql, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        assert not logged(live_app)
        assert send(live_app, raw, address)[0] == 250
    assert len(logged(live_app)) == 1


def test_redis_down_changes_nothing_for_the_sender(installation, monkeypatch):
    """S5: still 250; the task waits for the sweep."""
    address = address_of(installation, installation.company_id)
    monkeypatch.setitem(installation.config, "BELLS", None)
    installation.config["SETTINGS"].__dict__["redis"] = "redis://127.0.0.1:1/0"
    bell.connection.cache_clear()
    with receiving(installation):
        assert send(installation, mails.invoice_mail(), address)[0] == 250  # S5
    with installation.app_context():
        assert db.session.query(Task).filter_by(kind="open_message", state=State.READY).count() == 1
        assert due.run_due() >= 1 and db.session.query(Document).count() == 1


def test_the_bell_is_rung_after_the_answer(installation, monkeypatch):
    """R1: no Redis call on the path to the 250, even where Redis answers slowly."""
    address, answered, rung = address_of(installation, installation.company_id), threading.Event(), threading.Event()
    monkeypatch.setattr(bell, "ring", lambda *_: answered.wait(20) and rung.set())
    with receiving(installation):
        assert send(installation, mails.invoice_mail(), address)[0] == 250
        assert not rung.is_set()
        answered.set()
        assert rung.wait(10)


@pytest.mark.parametrize("error", [RuntimeError("/secret/path"), RecursionError("deep"), ValueError("x")])
def test_a_fault_of_ours_is_told_without_its_insides(installation, monkeypatch, error):
    """S6: 451, no internals in the reply; the next mail is taken."""
    address = address_of(installation, installation.company_id)

    def fail(*_args):
        raise error

    with receiving(installation):
        with monkeypatch.context() as patched:
            patched.setattr(arrival, "enter_mails", fail)
            code, words = send(installation, mails.invoice_mail(), address)  # S6
        assert (code, words) == (451, "4.3.0 Not now, please try again later")
        assert send(installation, mails.nested_multiparts(1000), address)[0] == 250
    assert len(logged(installation)) == 1


def test_a_mail_that_arrives_during_a_long_transaction_is_asked_for_at_once(installation):
    """STYLE §5: looking an address up waits for nobody's writing."""
    address = address_of(installation, installation.company_id)
    with receiving(installation), log_held(installation), Dialogue(installation) as smtp:
        smtp.docmd("MAIL FROM:<x@f.example>")
        assert smtp.docmd(f"RCPT TO:<{address}>")[0] == 250  # while nobody else can write
