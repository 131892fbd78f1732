"""One try to send one mail: read, asked again, and told to the mail server, mark by mark (SAFETY R6)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import selectinload

from app.core import clock
from app.core.database import looking
from app.core.faultpoint import faultpoint
from app.core.storage import Damaged
from app.extensions import db
from app.outbox import kinds, marks
from app.outbox.composing import compose, sender_address
from app.outbox.connection import TROUBLES, Line
from app.outbox.models import MailAttachment, Mark, OutgoingMail

TOO_LARGE = 552


@dataclass(frozen=True)
class Attempt:
    """All that is needed for it, so that no transaction need be open meanwhile."""

    mail_id: int
    number: int
    """The fence: whoever takes the mail over has another."""
    content: bytes
    return_path: str
    waiting: dict[int, str]
    """Id and address of the recipients that have not got it yet."""


@dataclass
class Told:
    """What a try says of the server: in trouble with everybody's mails, and whether this one left."""

    trouble: str = ""
    has_left: bool = False


def prepare(mail_id: int, number: int) -> Attempt | None:
    """Read a mail that was taken; None where it is not to leave any more, and is settled so (SAFETY S52, S53)."""
    files = selectinload(OutgoingMail.attachments).joinedload(MailAttachment.file)
    options = [selectinload(OutgoingMail.recipients), files]
    with looking(db.session()):
        mail = db.session.get_one(OutgoingMail, mail_id, options=options, populate_existing=True)
        mark, why = Mark.CANCELLED, kinds.why_not(mail)
        try:
            attempt = None if why else _attempt(mail, number)
        except Damaged as error:
            attempt, mark, why = None, Mark.REFUSED, f"An attachment is damaged: {error}"
    if attempt is None and marks.hold(mail_id, number, Mark.CLAIMED):
        _leave_it(mail, mark, why)
    return attempt


def _attempt(mail: OutgoingMail, number: int) -> Attempt:
    waiting = {each.id: each.address for each in mail.recipients if each.mark is Mark.QUEUED}
    return Attempt(mail.id, number, compose(mail), mail.return_path or sender_address(), waiting)


def _leave_it(mail: OutgoingMail, mark: Mark, why: str) -> None:
    if mark is Mark.CANCELLED:
        marks.blot(mail)
    marks.settle(mail, mark, why)


def transmit(attempt: Attempt, line: Line) -> Told:
    """MAIL, RCPT, the mark, DATA: what the server says to each is kept. No transaction is open while it thinks.

    The mail's end is in the open transaction then.
    """
    told = Told()
    try:
        _talk(attempt, line, told)
    except TROUBLES as error:
        db.session.rollback()
        line.hang_up()
        told.trouble = f"{type(error).__name__}: {error}"
        _interrupted(attempt, told.trouble)
    return told


def _talk(attempt: Attempt, line: Line, told: Told) -> None:
    code, answer = line.mail(attempt.return_path, len(attempt.content))
    if code != 250:
        told.trouble = "" if code == TOO_LARGE else marks.text(code, answer)
        if mail := marks.hold(attempt.mail_id, attempt.number, Mark.CLAIMED):
            marks.put_off_or_refuse(mail, code, answer)
        return
    answers = {recipient_id: line.rcpt(address) for recipient_id, address in attempt.waiting.items()}
    faultpoint("outbox.accepted")
    mail = marks.hold(attempt.mail_id, attempt.number, Mark.CLAIMED)
    if mail is None:
        return
    accepted = marks.note_recipients(mail, answers)
    if not (accepted and line.is_open):
        told.trouble = "" if line.is_open else "421 The mail server hung up."
        marks.after_attempt(mail, told.trouble or mail.answer or "The mail server refused all recipients.")
        return
    mail.mark, mail.marked_at = Mark.TRANSMITTING, clock.now()
    db.session.commit()  # just before the content leaves, and durable
    faultpoint("outbox.transmitting")
    told.has_left = True
    code, answer = line.data(attempt.content)
    faultpoint("outbox.transmitted")
    _heard(attempt, accepted, code, answer)


def _heard(attempt: Attempt, accepted: list[int], code: int, answer: bytes) -> None:
    """What the server said to the content."""
    if code == 250:
        has_left(attempt, accepted, marks.text(code, answer))
    elif mail := marks.hold(attempt.mail_id, attempt.number, Mark.TRANSMITTING):
        marks.put_off_or_refuse(mail, code, answer)


def has_left(attempt: Attempt, accepted: list[int], answer: str) -> None:
    """The server took it: true also where somebody thought meanwhile that we had died."""
    mail = marks.hold(attempt.mail_id, attempt.number, Mark.TRANSMITTING, Mark.UNCERTAIN)
    if mail is None:
        return
    for each in mail.recipients:
        if each.id in accepted:
            each.mark, each.answer = Mark.SENT, answer
    marks.after_attempt(mail, answer)


def _interrupted(attempt: Attempt, error: str) -> None:
    """The connection failed: before the content left it is tried again, afterwards nobody can know."""
    mail = marks.hold(attempt.mail_id, attempt.number, Mark.CLAIMED, Mark.TRANSMITTING)
    if mail is None:
        return
    if mail.mark is Mark.CLAIMED:
        marks.put_off(mail, error)
    else:
        marks.settle(mail, Mark.UNCERTAIN, error)
