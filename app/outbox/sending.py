"""One try to send one mail: asked again, and told to the mail server, mark by mark (SAFETY R6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from app.core.database import looking
from app.core.faultpoint import faultpoint
from app.core.sealing import Unreadable
from app.core.storage import Damaged
from app.extensions import db
from app.outbox import kinds, marks
from app.outbox.composing import compose, sender_address
from app.outbox.connection import TROUBLES, Line
from app.outbox.marks import Held
from app.outbox.models import Mark, OutgoingMail

log = structlog.get_logger()
TOO_LARGE = 552


@dataclass(frozen=True)
class Attempt(Held):
    """All that is needed for it, so that no transaction need be open meanwhile."""

    content: bytes

    @property
    def waiting(self) -> dict[int, str]:
        """Id and address of the recipients that have not got it yet."""
        return {each.id: each.address for each in self.mail.recipients if each.mark is Mark.QUEUED}


@dataclass
class Told:
    """What a try says of the server: in trouble with everybody's mails, and whether this one left."""

    trouble: str = ""
    has_left: bool = False


def prepare(mail: OutgoingMail, number: int, content: bytes | Damaged) -> Attempt | None:
    """A mail that was taken; None where it is not to leave any more, and is settled so (SAFETY S52, S53)."""
    if why := _why_not(mail):
        marks.settle(Held(mail, number), Mark.CANCELLED, why, Mark.CLAIMED)
    elif isinstance(content, Damaged):
        marks.settle(Held(mail, number), Mark.REFUSED, f"Damaged: {content}", Mark.CLAIMED)
    else:
        return Attempt(mail, number, content)
    return None


def _why_not(mail: OutgoingMail) -> str:
    if not kinds.is_asked(mail.kind):
        return ""
    with looking(db.session()):
        return kinds.why_not(db.session.get_one(OutgoingMail, mail.id, populate_existing=True))


def composed(mail: OutgoingMail) -> bytes | Damaged:
    """Its bytes, or what is wrong with what goes along."""
    try:
        return compose(mail)
    except Damaged as error:
        return error
    except Unreadable:
        return Damaged("its links cannot be read any more; the secret key is another")
    except Exception:
        log.exception("outbox.not_composed", mail=mail.id)
        return Damaged("the mail cannot be put together; the log says why")


def transmit(attempt: Attempt, line: Line, meanwhile: Callable[[], None] = lambda: None) -> Told:
    """MAIL, RCPT, the mark, DATA: what the server says to each is kept. No transaction is open while it thinks.

    The mail's end is in the open transaction then. `meanwhile` is done while the server thinks about the content.
    """
    told = Told()
    try:
        _talk(attempt, line, told, meanwhile)
    except TROUBLES as error:
        db.session.rollback()
        line.hang_up()
        told.trouble = f"{type(error).__name__}: {error}"
        interrupted(attempt, told)
    return told


def _talk(attempt: Attempt, line: Line, told: Told, meanwhile: Callable[[], None]) -> None:
    code, answer = line.mail(attempt.mail.return_path or sender_address(), len(attempt.content))
    if code != 250:
        told.trouble = "" if code == TOO_LARGE else marks.text(code, answer)
        marks.put_off_or_refuse(attempt, code, answer, Mark.CLAIMED)
        return
    answers = {recipient_id: line.rcpt(address) for recipient_id, address in attempt.waiting.items()}
    faultpoint("outbox.accepted")
    accepted = _note(answers)
    if not (accepted and line.is_open):
        told.trouble = "" if line.is_open else "421 The mail server hung up."
        marks.after_attempt(attempt, told.trouble or marks.text(*next(iter(answers.values()))), Mark.CLAIMED)
        return
    if not marks.move(attempt, Mark.CLAIMED, mark=Mark.TRANSMITTING):
        return
    db.session.commit()  # just before the content leaves, and durable
    faultpoint("outbox.transmitting")
    told.has_left = True
    code, answer = line.data(attempt.content, meanwhile)
    faultpoint("outbox.transmitted")
    if code == 250:
        has_left(attempt, accepted, marks.text(code, answer))
    else:
        marks.put_off_or_refuse(attempt, code, answer, Mark.TRANSMITTING)


def _note(answers: dict[int, tuple[int, bytes]]) -> list[int]:
    """Keep the answer to each RCPT that was not accepted; the ids of those that were."""
    for recipient_id, (code, answer) in answers.items():
        if code not in (250, 251):
            mark = Mark.REFUSED if 500 <= code < 600 else Mark.QUEUED
            marks.note([recipient_id], mark, marks.text(code, answer))
    return [recipient_id for recipient_id, (code, _answer) in answers.items() if code in (250, 251)]


def has_left(attempt: Attempt, accepted: list[int], answer: str) -> None:
    """The server took it: true also where somebody thought meanwhile that we had died."""
    marks.note(accepted, Mark.SENT, answer)
    if len(accepted) == len(attempt.mail.recipients):
        marks.settle(attempt, Mark.SENT, answer, Mark.TRANSMITTING, Mark.UNCERTAIN)
    else:
        marks.after_attempt(attempt, answer, Mark.TRANSMITTING, Mark.UNCERTAIN)


def interrupted(attempt: Attempt, told: Told) -> None:
    """The connection failed: before the content left it is tried again, afterwards nobody can know."""
    if told.has_left:
        marks.settle(attempt, Mark.UNCERTAIN, told.trouble, Mark.TRANSMITTING)
    else:
        marks.put_off(attempt, told.trouble, Mark.CLAIMED)
