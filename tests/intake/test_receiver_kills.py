"""The receiver dies at any instant, and at each step that matters; nothing is lost, nothing imported twice."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import smtplib

import pytest

from app.core.faultpoint import DIE_AT
from app.files import store
from app.intake.models import MessageState
from tests.intake import mails
from tests.intake.receiving import Dialogue, address_of, company_in, dot, logged
from tests.live import free_port, make_live_app
from tests.soak.receiver import FORK, kill_loop, receive, until_it_listens

KILLS = int(os.environ.get("FACTEUR_KILLS", "30"))
"""`./facteur soak` has the long form; `FACTEUR_SEED` repeats a run."""


@pytest.mark.alone
@pytest.mark.timeout(120 + 10 * KILLS)
def test_a_receiver_killed_at_any_instant_loses_and_doubles_nothing(tmp_path):
    """S1: a 250 means that the log has the same SHA-256; killed, nothing is lost and nothing imported twice (IN-3)."""
    seed = int(os.environ.get("FACTEUR_SEED", random.randrange(2**32)))
    print(f"seed {seed}")

    told = kill_loop(tmp_path, seed, KILLS)  # S1

    print(told.table("receiver"))
    assert not told.broken


POINTS = [
    "storage.before_fsync",
    "storage.before_rename",
    "storage.after_rename",
    "receiver.before_commit",
    "receiver.after_commit",
]


@pytest.mark.alone
@pytest.mark.parametrize("point", POINTS)
def test_a_receiver_that_dies_between_two_durable_steps_is_survived(tmp_path, point, monkeypatch):
    """S1: dying at each point in turn gives no 250, and the mail sent again is imported once; S96: no half file."""
    app = make_live_app(tmp_path)
    app.config["SETTINGS"].intake_smtp_port = free_port()
    address, raw = address_of(app, company_in(app)), mails.invoice_mail()
    monkeypatch.setenv(DIE_AT, point)
    process = FORK.Process(target=receive, args=(app.config["SETTINGS"],))
    process.start()
    assert _try(app, address, raw) is None  # S1
    process.join(10)
    assert process.exitcode == -signal.SIGKILL

    monkeypatch.delenv(DIE_AT)
    second = FORK.Process(target=receive, args=(app.config["SETTINGS"],))
    second.start()
    assert _try(app, address, raw) == 250
    second.terminate()
    second.join(20)
    assert logged(app)[0].state is MessageState.RECEIVED
    assert len(logged(app)) == (2 if point == "receiver.after_commit" else 1)
    with app.app_context():
        for path in store.root().glob("??/*"):
            assert hashlib.sha256(path.read_bytes()).hexdigest() == path.name  # S96


def _try(app, address: str, raw: bytes) -> int | None:
    """The answer to the final dot, or None where the line was cut; waits until somebody listens."""
    until_it_listens(app)
    try:
        smtp = Dialogue(app)
        smtp.docmd("MAIL FROM:<x@f.example>")
        smtp.docmd(f"RCPT TO:<{address}>")
        smtp.docmd("DATA")
        return dot(smtp, raw)[0]
    except (OSError, smtplib.SMTPException):
        return None
