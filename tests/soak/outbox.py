"""Whoever sends mails is killed at every moment of the sending; the mail server's list and the marks must agree."""

from __future__ import annotations

import email
import multiprocessing
import os
import random
import signal
import threading
import time
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select, update

from app import create_app
from app.core import clock
from app.core.faultpoint import DIE_AT
from app.extensions import db
from app.outbox import waking
from app.outbox.models import Mark, OutgoingMail
from app.outbox.writing import write
from app.tasks import due, runner
from app.tasks.jobs import commit
from app.tasks.models import State, Task
from app.users.models import User
from tests.factories import make_user
from tests.live import make_live_app
from tests.sink import CUT, Sink
from tests.soak.told import Told, be_quiet

FORK = multiprocessing.get_context("fork")  # a fresh interpreter for each life would take minutes
ANNA = "anna@example.org"
STEPS = (
    "task.after_claim",
    "outbox.claimed",
    "outbox.accepted",
    "outbox.transmitting",
    "outbox.transmitted",
    "outbox.before_settle",
    "outbox.settled",
    "task.before_finish",
)
MOMENTS = ("connect", "mail", f"rcpt:{ANNA}", "data", "dot", "answered:dot")
FROZEN = "frozen at "
"""Stopped there until another has taken over, and then let go on."""
WAITING = MOMENTS[:-1]
"""Then the sender waits for an answer and holds nothing that another may need."""
ENDS = (*STEPS, *MOMENTS, *(FROZEN + moment for moment in WAITING), "any time")
FAULTS = (
    {"mail": "451 later"},
    {"rcpt": "450 later"},
    {"data": "451 later"},
    {"dot": "451 later"},
    {"mail": CUT},
    {"data": CUT},
    {"dot": CUT},
)
MAILS_A_LIFE = 3
PATIENCE = 60


def kill_loop(folder: Path, seed: int, kills: int = 100) -> Told:
    """Write three mails for each life of a sender and end it at one of all moments; then compare (SAFETY S42, S43)."""
    chance, sink = random.Random(seed), Sink()
    app = make_live_app(folder, mail_url=f"smtp://127.0.0.1:{sink.port}")
    ends = [*ENDS] * (kills // len(ENDS) + 1)
    chance.shuffle(ends)
    with app.app_context():
        make_user()
        for number, end in enumerate(ends[:kills]):
            write_mails(number)
            Life(app, sink, chance, end).run()
        told = Told({"kills": kills})
        told.check(all_settled(app, sink), "some mails came to no end")
        compare(sink, told)
    sink.close()
    return told


def write_mails(life: int) -> None:
    """What this life is to send."""
    about = {"template": "users/mail/password_changed", "user": db.session.get_one(User, 1)}
    for number in range(MAILS_A_LIFE):
        write("soak", key=f"soak:{life}:{number}", to=ANNA, subject=f"{life} {number}", **about)
    commit()


def send(settings, in_peace: int, die_at: str) -> None:
    """A sender's process: some mails in peace, then it dies at this step."""
    be_quiet()
    with create_app(settings, BELLS=[]).app_context():
        done = 0
        while True:
            if done >= in_peace:
                os.environ[DIE_AT] = die_at
            task_id = due.next_due()
            done += runner.run(task_id) if task_id else 0
            waking.wake()
            waking.end_what_is_stuck()
            commit()
            time.sleep(0 if task_id else 0.02)


class Life:
    """One sender, and the moment at which it ends."""

    def __init__(self, app: Flask, sink: Sink, chance: random.Random, end: str) -> None:
        self.app, self.sink, self.chance, self.end = app, sink, chance, end
        self.in_peace = chance.randrange(MAILS_A_LIFE)
        self.comings: Counter[str] = Counter()
        self.has_come = threading.Event()

    def run(self) -> None:
        """Live, and die; what it held is free then."""
        self.sink.at = self._at
        self.process = self._start(self.end if self.end in STEPS else "")
        try:
            self._wait()
            if self.has_come.is_set() and self.end.startswith(FROZEN):
                self._overtake()
        finally:
            end_of(self.process)
        let_go()

    def _wait(self) -> None:
        if self.end == "any time":
            self.process.join(self.chance.uniform(0.1, 0.6))
        elif self.end in STEPS:
            self.process.join(5)
        else:
            self.has_come.wait(5)

    def _start(self, die_at: str):
        return start(self.app, self.in_peace, die_at)

    def _at(self, moment: str) -> None:
        """The sink's ear: some dialogues go wrong, and at its moment the sender is killed or stopped."""
        if moment == "connect":
            self.sink.answers = self.chance.choice(FAULTS) if self.chance.random() < 0.15 else {}
        if moment == "dot":
            time.sleep(self.chance.uniform(0, 0.02))
        self.comings[moment] += 1
        if moment == self.end.removeprefix(FROZEN) and self.comings[moment] == self.in_peace + 1:
            with suppress(ProcessLookupError):
                os.kill(self.process.pid, signal.SIGSTOP if self.end.startswith(FROZEN) else signal.SIGKILL)
            self.has_come.set()

    def _overtake(self) -> None:
        """Its lease runs out, another does its work, and then it wakes."""
        let_go()
        other = self._start("")
        time.sleep(1)
        with suppress(ProcessLookupError):
            os.kill(self.process.pid, signal.SIGCONT)
        time.sleep(0.3)
        end_of(other)


def start(app: Flask, in_peace: int = 0, die_at: str = ""):
    """A sender, which ends with this process at the latest."""
    process = FORK.Process(target=send, args=(app.config["SETTINGS"], in_peace, die_at), daemon=True)
    process.start()
    return process


def end_of(process) -> None:
    """By SIGKILL, whatever it does."""
    process.kill()
    process.join()


def let_go() -> None:
    """The time has passed after which what a dead sender held is taken over, and what was put off is due."""
    past = clock.now() - timedelta(seconds=1)
    db.session.execute(update(Task).where(Task.state == State.RUNNING).values(lease_until=past))
    db.session.execute(update(Task).where(Task.state == State.READY).values(run_after=past))
    db.session.execute(update(OutgoingMail).where(OutgoingMail.mark == Mark.QUEUED).values(send_after=past))
    db.session.commit()


def all_settled(app: Flask, sink: Sink) -> bool:
    """A last sender, whom nobody disturbs, brings every mail to its end."""
    sink.at, sink.answers = lambda moment: None, {}
    process = start(app)
    last = time.monotonic() + PATIENCE
    while (waiting := count_waiting()) and time.monotonic() < last:
        let_go()
        time.sleep(0.5)
    end_of(process)
    return not waiting


def count_waiting() -> int:
    """Mails that are not at their end."""
    ends = [mark for mark in Mark if mark.is_final]
    count = db.session.scalar(select(func.count()).where(OutgoingMail.mark.not_in(ends)))
    db.session.rollback()
    return count


def compare(sink: Sink, told: Told) -> None:
    """What the mail server took, and what the marks say."""
    taken = Counter(email.message_from_bytes(message)["Message-ID"] for message in sink.messages)
    marks = dict(db.session.execute(select(OutgoingMail.message_id, OutgoingMail.mark)).all())
    marked = {mark: {key for key, each in marks.items() if each is mark} for mark in Mark}
    twice = [key for key, count in taken.items() if count > 1]
    wrong, lost = marked[Mark.SENT] - set(taken), set(marks) - marked[Mark.SENT] - marked[Mark.UNCERTAIN]
    told.figures |= {
        "mails": len(marks),
        "sent": len(marked[Mark.SENT]),
        "uncertain": len(marked[Mark.UNCERTAIN]),
        "uncertain, in truth taken": len(marked[Mark.UNCERTAIN] & set(taken)),
        "sent twice": len(twice),
        "marked sent and never taken": len(wrong),
        "lost": len(lost),
    }
    told.check(not twice, "a mail left twice")
    told.check(not wrong, "a mail is marked sent that the server never took")
    told.check(not lost, "a mail is neither sent nor uncertain")
