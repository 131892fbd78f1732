"""Mails with a PDF of 100 kB each, sent by one draining job; a bare smtplib loop to the same sink; 10,000 queued."""

from __future__ import annotations

import multiprocessing
import os
import smtplib
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from app.extensions import db
from app.files.models import File
from app.outbox import delivery
from app.outbox.composing import compose
from app.outbox.models import Mark, OutgoingMail
from app.outbox.writing import write
from app.tasks.jobs import commit
from app.users.models import User
from tests.bench.table import target
from tests.factories import make_file, make_user
from tests.live import make_live_app
from tests.sink import Sink
from tests.soak.told import be_quiet

MAILS = int(os.environ.get("FACTEUR_MAILS", "300"))
QUEUED = int(os.environ.get("FACTEUR_QUEUED", "10000"))
ROUNDS = 3
SIZE = 100_000
LEAST = 0.4


def main() -> None:
    """Each after the other in turns, so that what else the machine does falls on both."""
    with tempfile.TemporaryDirectory(prefix="facteur-bench-") as folder, sink() as port:
        app = make_live_app(Path(folder), mail_url=f"smtp://127.0.0.1:{port}", mails_per_hour=0)
        with app.app_context(), silence():
            user, file = make_user(), make_file(os.urandom(SIZE), type="application/pdf")
            told = [(bare(port, queue(user, [file], turn)), drain(turn)) for turn in range(ROUNDS)]
            left = db.session.scalar(select(func.count()).where(OutgoingMail.mark == Mark.SENT))
            begun = measure()
            queue(user, [], ROUNDS, QUEUED)
            queued = measure(begun)
    tell(told, left, queued)


def tell(told: list[tuple[Any, Any]], left: int, queued: tuple[float, float]) -> None:
    """Seconds, seconds of this process's processor, mails in a second."""
    print(f"{MAILS} mails with {SIZE // 1000} kB each, {ROUNDS} rounds")
    for name, rows in zip(("bare smtplib loop", "draining job"), zip(*told, strict=True), strict=True):
        for seconds, cpu in rows:
            print(f"  {name:<20} {seconds:6.2f} s  {cpu:6.2f} CPU s  {MAILS / seconds:7.0f} mails/s")
    ratios = sorted(bare[0] / drained[0] for bare, drained in told)
    print(f"  ratio: {', '.join(f'{each:.2f}' for each in ratios)}; sent: {left} of {MAILS * ROUNDS}")
    target(f"at least {LEAST} × the bare loop (median)", ratios[ROUNDS // 2] >= LEAST)
    print(f"{QUEUED} mails queued in {queued[0]:.1f} s ({queued[1]:.1f} CPU s)", flush=True)


def queue(user: User, files: list[File], turn: int, count: int = MAILS) -> OutgoingMail:
    """So many in one transaction; the last of them."""
    about = {"template": "users/mail/password_changed", "user": user}
    for number in range(count):
        to = f"{turn}.{number}@example.org"
        attached = [(file, "invoice.pdf") for file in files]
        mail = write("bench", key=f"bench:{turn}:{number}", to=to, subject=f"{number}", attachments=attached, **about)
    commit()
    return mail


def bare(port: int, mail: OutgoingMail) -> tuple[float, float]:
    """The same bytes so often over one connection, and nothing else."""
    content, sender = compose(mail), "facteur@localhost"
    db.session.rollback()
    begun = measure()
    with smtplib.SMTP("127.0.0.1", port) as server:
        for number in range(MAILS):
            server.sendmail(sender, [f"{number}@example.org"], content)
    return measure(begun)


def drain(turn: int) -> tuple[float, float]:
    """The job, until nothing waits."""
    begun = measure()
    while db.session.scalar(select(OutgoingMail.id).filter_by(mark=Mark.QUEUED).limit(1)):
        delivery.deliver()
        db.session.commit()
    return measure(begun)


def measure(begun: tuple[float, float] = (0, 0)) -> tuple[float, float]:
    """Seconds and processor seconds, since then."""
    return time.perf_counter() - begun[0], time.process_time() - begun[1]


@contextmanager
def sink() -> Iterator[int]:
    """A mail server in a process of its own; its port."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=serve, args=(theirs,), daemon=True)
    process.start()
    yield ours.recv()
    process.kill()
    process.join()


def serve(told: Any) -> None:
    """Take everything and keep nothing."""
    server = Sink()
    server.messages = Nothing()
    told.send(server.port)
    time.sleep(3600)


class Nothing(list):
    """A list that forgets."""

    def append(self, each: Any) -> None:
        """Let it go."""


@contextmanager
def silence() -> Iterator[None]:
    """What the job logs is not what the bench tells."""
    kept = [os.dup(stream) for stream in (1, 2)]
    be_quiet()
    yield
    for stream, copy in zip((1, 2), kept, strict=True):
        os.dup2(copy, stream)
