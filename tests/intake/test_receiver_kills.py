"""The receiver is killed at any instant, again and again; the sender's list and the log must agree."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import queue
import random
import signal
import smtplib
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from app import create_app
from app.core.faultpoint import DIE_AT
from app.files import store
from app.intake import receiver
from app.intake.models import MessageState
from tests.intake import mails
from tests.intake.receiving import Dialogue, address_of, company_in, connect, dot, logged
from tests.live import free_port, make_live_app

KILLS = int(os.environ.get("FACTEUR_KILLS", "30"))
"""1,000 for the long form; `FACTEUR_SEED` repeats a run."""
SENDERS = 3
FORK = multiprocessing.get_context("fork")  # a fresh interpreter for each of 30 receivers would take minutes


def _receive(settings) -> None:
    """A receiver's process: everything of its own but the code, which was loaded before the fork."""
    receiver.run(create_app(settings, BELLS=[]))


class Senders:
    """Mail servers that send each mail until it was acknowledged, as mail servers do."""

    def __init__(self, app, address: str) -> None:
        self.app, self.address, self.ended = app, address, threading.Event()
        self.numbers: queue.Queue[int] = queue.Queue()
        self.acknowledged: Counter[str] = Counter()
        self.cut = 0
        """Mails whose content was on its way when the line broke."""
        self.threads = [threading.Thread(target=self._send_all, daemon=True) for _ in range(SENDERS)]
        for thread in self.threads:
            thread.start()

    def _send_all(self) -> None:
        while not self.ended.is_set():
            try:
                number = self.numbers.get(timeout=0.05)
            except queue.Empty:
                continue
            self._send(
                mails.mail(("f.pdf", b"%PDF-1.7 " + b"x" * (number % 7 * 40_000), mails.PDF), subject=str(number))
            )

    def _send(self, raw: bytes) -> None:
        while True:
            is_sent = False
            try:
                with Dialogue(self.app) as smtp:
                    smtp.docmd("MAIL FROM:<x@f.example>")
                    smtp.docmd(f"RCPT TO:<{self.address}>")
                    is_sent = smtp.docmd("DATA")[0] == 354
                    if is_sent and dot(smtp, raw)[0] == 250:
                        self.acknowledged[hashlib.sha256(raw).hexdigest()] += 1
                        return
            except (OSError, smtplib.SMTPException):
                self.cut += is_sent
            time.sleep(0.02)


def kill_loop(folder: Path, kills: int, seed: int) -> dict[str, int]:
    """Kill a receiver `kills` times while mails come in, then compare both sides."""
    chance, app = random.Random(seed), make_live_app(folder)
    app.config["SETTINGS"].intake_smtp_port = free_port()
    senders = Senders(app, address_of(app, company_in(app)))
    number = 0
    for _ in range(kills):
        process = FORK.Process(target=_receive, args=(app.config["SETTINGS"],))
        process.start()
        _until_it_listens(app)
        for _ in range(2 * SENDERS):
            senders.numbers.put(number := number + 1)
        time.sleep(chance.uniform(0, 0.15))
        os.kill(process.pid, signal.SIGKILL)
        process.join()
    process = FORK.Process(target=_receive, args=(app.config["SETTINGS"],))
    process.start()
    end = time.monotonic() + 60
    while senders.acknowledged.total() < number:
        assert time.monotonic() < end, "not all mails were taken in the end"
        time.sleep(0.05)
    senders.ended.set()
    os.kill(process.pid, signal.SIGTERM)
    process.join(20)
    assert process.exitcode == 0, "the receiver did not stop cleanly on SIGTERM"
    _compare(app, senders, number)
    again = sum(each.state is MessageState.REPEATED for each in logged(app))
    return {"kills": kills, "sent": number, "cut": senders.cut, "came again": again}


def _until_it_listens(app) -> None:
    end = time.monotonic() + 20
    while True:
        try:
            return connect(app).close()
        except OSError:
            assert time.monotonic() < end
            time.sleep(0.01)


def _compare(app, senders: Senders, number: int) -> None:
    messages = logged(app)
    once = Counter(each.raw.sha256 for each in messages if each.state is not MessageState.REPEATED)
    assert set(senders.acknowledged) <= set(once), "a mail was acknowledged and is not in the log"
    assert len(once) == number and set(once.values()) == {1}, "a mail is in the log twice as a first one"
    with app.app_context():
        for message in messages:
            assert hashlib.sha256(store.read(message.raw)).hexdigest() == message.raw.sha256


@pytest.mark.alone
@pytest.mark.timeout(120 + 10 * KILLS)
def test_a_receiver_killed_at_any_instant_loses_and_doubles_nothing(tmp_path):
    """S1: a 250 means that the log has the same SHA-256; killed, nothing is lost and nothing imported twice (IN-3)."""
    seed = int(os.environ.get("FACTEUR_SEED", random.randrange(2**32)))
    print(f"seed {seed}")

    told = kill_loop(tmp_path, KILLS, seed)  # S1

    print(told)


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
    process = FORK.Process(target=_receive, args=(app.config["SETTINGS"],))
    process.start()
    assert _try(app, address, raw) is None  # S1
    process.join(10)
    assert process.exitcode == -signal.SIGKILL

    monkeypatch.delenv(DIE_AT)
    second = FORK.Process(target=_receive, args=(app.config["SETTINGS"],))
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
    _until_it_listens(app)
    try:
        smtp = Dialogue(app)
        smtp.docmd("MAIL FROM:<x@f.example>")
        smtp.docmd(f"RCPT TO:<{address}>")
        smtp.docmd("DATA")
        return dot(smtp, raw)[0]
    except (OSError, smtplib.SMTPException):
        return None
