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
from app.outbox import kinds, marks, waking
from app.outbox.kinds import MailKind
from app.outbox.models import Mark, OutgoingMail, Outlet, Recipient
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
ANNA, BEN = "anna@example.org", "ben@example.org"
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
MOMENTS = ("connect", "mail", f"rcpt:{ANNA}", f"rcpt:{BEN}", "data", "dot", "answered:dot")
FROZEN = "frozen at "
"""Stopped there until another has taken over, and then let go on."""
WAITING = MOMENTS[:-1]
"""Then the sender waits for an answer and holds nothing that another may need."""
ENDS = (*STEPS, *MOMENTS, *(FROZEN + moment for moment in WAITING), "any time")
FAULTS = (
    {"mail": "451 later"},
    {"rcpt": "450 later"},
    {f"rcpt:{BEN}": "450 later"},
    {f"rcpt:{BEN}": "550 nobody"},
    {"data": "451 later"},
    {"dot": "451 later"},
    {"mail": CUT},
    {"data": CUT},
    {"dot": CUT},
)
EACH = 20
"""Mails for each life: with 500 kills they are 10,000."""
LOOKED_AFTER = 5
"""After each so many lives five minutes pass without any sender: what nobody can know must be shown then."""
PATIENCE = 60
"""Seconds in which the last sender must bring one more mail to its end: half of all is left to it."""


def kill_loop(folder: Path, seed: int, kills: int = 500, each: int = EACH) -> Told:
    """Write mails for each life of a sender and end it at one of all moments; then compare (SAFETY S42, S43)."""
    chance, sink = random.Random(seed), Sink()
    app = make_live_app(folder, mail_url=f"smtp://127.0.0.1:{sink.port}", mails_per_hour=0)
    ends = [*ENDS] * (kills // len(ENDS) + 1)
    chance.shuffle(ends)
    with app.app_context():
        make_user()
        shown, hidden = 0, 0
        for number, end in enumerate(ends[:kills]):
            write_mails(number, each)
            Life(app, sink, chance, end, each).run()
            if number % LOOKED_AFTER == 0:
                shown, hidden = shown + count_half_way(), hidden + hidden_after_five_minutes()
            let_go()
        told = Told({"kills": kills, "half-way, and nobody there": shown, "not shown in five minutes": hidden})
        told.check(not hidden, "a doubtful mail was not shown within five minutes")
        told.check(all_settled(app, sink), "some mails came to no end")
        compare(sink, told)
    sink.close()
    return told


def write_mails(life: int, count: int) -> None:
    """What this life is to send."""
    about = {"template": "users/mail/password_changed", "user": db.session.get_one(User, 1)}
    for number in range(count):
        write("soak", key=f"soak:{life}:{number}", to=ANNA, cc=[BEN], subject=f"{life} {number}", **about)
    commit()


def send(settings, in_peace: int, die_at: str) -> None:
    """A sender's process: some mails in peace, then it dies at this step."""
    be_quiet()
    ended: list[OutgoingMail] = []

    def count(mail: OutgoingMail) -> None:
        ended.append(mail)
        if len(ended) >= in_peace:
            os.environ[DIE_AT] = die_at

    with create_app(settings, BELLS=[]).app_context():
        kinds.mail_kinds.append(MailKind("soak", lambda mail: "", after=count))
        if not in_peace:
            os.environ[DIE_AT] = die_at
        while True:
            task_id = due.next_due()
            if task_id:
                runner.run(task_id)
            waking.wake()
            waking.end_what_is_stuck()
            commit()
            time.sleep(0 if task_id else 0.02)


class Life:
    """One sender, and the moment at which it ends."""

    def __init__(self, app: Flask, sink: Sink, chance: random.Random, end: str, each: int) -> None:
        self.app, self.sink, self.chance, self.end = app, sink, chance, end
        self.in_peace = chance.randrange(each)
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
        if moment == "mail":
            self.sink.answers = self.chance.choice(FAULTS) if self.chance.random() < 0.05 else {}
        if moment == "dot":
            time.sleep(self.chance.uniform(0, 0.02))
        self.comings[moment] += 1
        number = 1 if moment == "connect" else self.in_peace + 1
        if moment == self.end.removeprefix(FROZEN) and self.comings[moment] == number:
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
    somebody_looked = {"shut_at": None, "why": "", "failure_count": 0, "try_after": None}
    db.session.execute(update(Outlet).where(Outlet.name == "mail").values(**somebody_looked))
    db.session.commit()


def count_half_way() -> int:
    """Mails that a dead sender left in the middle."""
    count = len(marks.half_way())
    db.session.rollback()
    return count


def hidden_after_five_minutes() -> int:
    """Mails that are still half-way when no sender came in this time: the sweep alone must have shown them."""
    past = clock.now() - timedelta(minutes=5)
    half_way = OutgoingMail.mark.in_([Mark.CLAIMED, Mark.TRANSMITTING])
    db.session.execute(update(OutgoingMail).where(half_way).values(marked_at=past))
    db.session.execute(update(Task).where(Task.state == State.RUNNING).values(lease_until=past))
    db.session.commit()
    waking.end_what_is_stuck()
    commit()
    return count_half_way()


def all_settled(app: Flask, sink: Sink) -> bool:
    """A last sender, whom nobody disturbs, brings every mail to its end, however slow the machine."""
    sink.at, sink.answers = lambda moment: None, {}
    process = start(app)
    before, last = count_waiting(), time.monotonic() + PATIENCE
    while (waiting := count_waiting()) and time.monotonic() < last:
        if waiting < before:
            before, last = waiting, time.monotonic() + PATIENCE
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
    ids = [email.message_from_bytes(message)["Message-ID"] for message in sink.messages]
    taken = Counter((key, each) for key, to in zip(ids, sink.recipients, strict=True) for each in to)
    columns = (OutgoingMail.message_id, Recipient.address, OutgoingMail.mark, Recipient.mark)
    rows = db.session.execute(select(*columns).join(Recipient.mail)).all()
    ends = {(key, address): (whole, mark) for key, address, whole, mark in rows}
    sent = {one for one, (_whole, mark) in ends.items() if mark is Mark.SENT}
    doubtful = {one for one, (whole, mark) in ends.items() if (whole, mark) == (Mark.UNCERTAIN, Mark.QUEUED)}
    refused = {one for one, (_whole, mark) in ends.items() if mark is Mark.REFUSED}
    twice = [one for one, count in taken.items() if count > 1]
    lost = set(ends) - sent - doubtful - refused
    told.figures |= {
        "mails": len({key for key, _address in ends}),
        "recipients": len(ends),
        "sent": len(sent),
        "refused by the server": len(refused),
        "uncertain": len(doubtful),
        "uncertain, in truth taken": len(doubtful & set(taken)),
        "sent twice": len(twice),
        "marked sent and never taken": len(sent - set(taken)),
        "taken and marked refused": len(refused & set(taken)),
        "lost": len(lost),
    }
    told.check(not twice, "a mail left twice to somebody")
    told.check(not sent - set(taken), "a mail is marked sent that the server never took")
    told.check(not refused & set(taken), "a mail is marked refused that the server took")
    told.check(not lost, "a mail is neither sent nor refused nor uncertain")
