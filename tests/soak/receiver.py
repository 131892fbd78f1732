"""The receiver is killed at any instant, again and again; the senders' list and the log must agree."""

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

from app import create_app
from app.files import store
from app.intake import receiver
from app.intake.models import MessageState
from tests.intake import mails
from tests.intake.receiving import Dialogue, address_of, company_in, connect, dot, logged
from tests.live import free_port, make_live_app
from tests.soak.told import Told, be_quiet

SENDERS, MAILS_A_LIFE = 3, 5
FORK = multiprocessing.get_context("fork")  # a fresh interpreter for each of 30 receivers would take minutes


def receive(settings) -> None:
    """A receiver's process: everything of its own but the code, which was loaded before the fork."""
    be_quiet()
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


def kill_loop(folder: Path, seed: int, kills: int = 200) -> Told:
    """Kill a receiver `kills` times while mails come in, then compare both sides (SAFETY S1)."""
    chance, app = random.Random(seed), make_live_app(folder)
    app.config["SETTINGS"].intake_smtp_port = free_port()
    senders = Senders(app, address_of(app, company_in(app)))
    number = 0
    for _ in range(kills):
        process = FORK.Process(target=receive, args=(app.config["SETTINGS"],), daemon=True)
        process.start()
        until_it_listens(app)
        for _ in range(MAILS_A_LIFE):
            senders.numbers.put(number := number + 1)
        time.sleep(chance.uniform(0, 0.15))
        os.kill(process.pid, signal.SIGKILL)
        process.join()
    told = Told({"kills": kills, "mails sent": number})
    process = FORK.Process(target=receive, args=(app.config["SETTINGS"],), daemon=True)
    process.start()
    end = time.monotonic() + 60 + number / 10  # killed every instant, it takes one in three; the rest waits
    while senders.acknowledged.total() < number and time.monotonic() < end:
        time.sleep(0.05)
    told.check(senders.acknowledged.total() == number, "not all mails were taken in the end")
    senders.ended.set()
    os.kill(process.pid, signal.SIGTERM)
    process.join(20)
    told.check(process.exitcode == 0, "the receiver did not stop cleanly on SIGTERM")
    _compare(app, senders, number, told)
    return told


def until_it_listens(app) -> None:
    end = time.monotonic() + 20
    while True:
        try:
            return connect(app).close()
        except OSError:
            assert time.monotonic() < end
            time.sleep(0.01)


def _compare(app, senders: Senders, number: int, told: Told) -> None:
    messages = logged(app)
    once = Counter(each.raw.sha256 for each in messages if each.state is not MessageState.REPEATED)
    lost = set(senders.acknowledged) - set(once)
    with app.app_context():
        changed = [each.id for each in messages if _hash(store.read(each.raw)) != each.raw.sha256]
    told.figures |= {
        "acknowledged": senders.acknowledged.total(),
        "cut in mid-content": senders.cut,
        "sent again and known": len(messages) - once.total(),
        "acknowledged and lost": len(lost),
        "imported twice": once.total() - len(once),
        "other bytes than were sent": len(changed),
    }
    told.summary = f"{number:,} deliveries, {len(lost)} lost, {once.total() - len(once)} imported twice"
    told.check(not lost, "a mail was acknowledged and is not in the log")
    told.check(len(once) == once.total() == number, "a mail is in the log twice as a first one, or not at all")
    told.check(not changed, "what is kept is not what was sent")


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
