"""Delivering mails: one task sends what waits, each under the marks of SAFETY R6, over one connection."""

from __future__ import annotations

import time

import structlog
from flask import current_app

from app.core.database import looking
from app.core.faultpoint import faultpoint
from app.core.storage import Damaged
from app.extensions import db
from app.outbox import belonging, marks, outlets, sending, taking
from app.outbox.connection import TROUBLES, Line
from app.outbox.models import OutgoingMail
from app.outbox.sending import Attempt
from app.tasks import stopping
from app.tasks.jobs import after_commit, commit, job

log = structlog.get_logger()
KEY = "deliver"
"""Of the one task that sends: whoever has its lease is the only one who does."""
LONGEST_SECONDS = 60
AT_ONCE = 100


def ask() -> None:
    """Have what waits sent once this transaction is committed; without a mail server it waits in the outbox."""
    if current_app.config["SETTINGS"].mail_url:
        after_commit(ask_now)


def ask_now() -> None:
    """In a transaction of its own: many write mails at once, and all of them ask for the same task."""
    deliver.again(key=KEY)
    commit()


@job("mail", timeout=900, attempts=50)
def deliver() -> None:
    """Send what waits, one mail after the other over one connection, for a minute at most.

    The one job that commits by itself: each mark must be durable before the next step (STYLE section 5).
    """
    belonging.recognise()
    for mail_id in marks.half_way():  # whoever had our lease before us died at them
        marks.give_up(mail_id)
    run = Run()
    with run.line:
        while run.goes_on() and (attempt := run.next()):
            run.send(attempt)
    db.session.commit()
    if run.is_cut_short:
        after_commit(ask_now)


class Run:
    """One run of the job: its connection, what it found due, how many may leave, and what stands against it."""

    def __init__(self) -> None:
        self.line, self.until = Line(), time.monotonic() + LONGEST_SECONDS
        self.found: list[OutgoingMail] = []
        self.composed: bytes | Damaged | None = None
        """Of the first of these, once it was done ahead."""
        self.is_troubled = self.is_cut_short = self.has_sent = self.has_worked = False
        with looking(db.session()):
            self.room = taking.room()

    def goes_on(self) -> bool:
        """Is there time, no trouble, and nobody who told us to stop?"""
        self.is_cut_short = time.monotonic() > self.until
        return not (self.is_troubled or self.is_cut_short or stopping.is_told())

    def next(self) -> Attempt | None:
        """Take the next mail; the end of the one before is committed with it, or before we wait for anybody."""
        while self.found or self._look():
            if not (self.line.is_open or self._connect()):
                return None
            self.compose_ahead()
            mail, content, self.composed = self.found.pop(0), self.composed, None
            if number := taking.claim(mail, self.room):
                db.session.commit()
                faultpoint("outbox.claimed")
                if attempt := self._prepared(mail, number, content):
                    return attempt
        return None

    def _prepared(self, mail: OutgoingMail, number: int, content: bytes | Damaged | None) -> Attempt | None:
        """One that nobody can answer for stays behind, and is given up at the next run; the others go on."""
        try:
            return sending.prepare(mail, number, content or b"")
        except Exception:
            log.exception("outbox.not_asked", mail=mail.id)
            db.session.rollback()
            return None

    def compose_ahead(self) -> None:
        """The bytes of the next mail, while the server thinks about this one; it is taken and asked afterwards."""
        if self.found and self.composed is None:
            self.composed = sending.composed(self.found[0])

    def _look(self) -> bool:
        db.session.commit()
        if self.has_sent:
            faultpoint("outbox.settled")
        with looking(db.session()):
            waiting = taking.due(AT_ONCE, self.room)
        self.found = taking.read(waiting)
        return bool(self.found)

    def _connect(self) -> bool:
        """Before a mail is taken: where nobody answers, none was tried."""
        db.session.commit()
        try:
            self.line.open()
        except TROUBLES as error:
            self._note(f"{type(error).__name__}: {error}")
        return self.line.is_open

    def send(self, attempt: Attempt) -> None:
        """Send it; where the server is in trouble the others wait, where only this mail is they go on."""
        try:
            told = sending.transmit(attempt, self.line, self.compose_ahead)
        except Exception:
            log.exception("outbox.failed", mail=attempt.mail.id)
            db.session.rollback()
            self.line.hang_up()
            return
        self.has_sent = True
        if told.trouble:
            self._note(told.trouble)
        elif not self.has_worked:
            outlets.worked("mail")
            self.has_worked = True
        if told.has_left and self.room is not None:
            self.room -= 1

    def _note(self, trouble: str) -> None:
        """It ends this run; the next one comes when the outlet has rested."""
        self.is_troubled = True
        outlets.failed("mail", trouble)
        db.session.commit()
