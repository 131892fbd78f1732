"""Delivering a mail under the marks of SAFETY R6: never twice unknowingly, never lost."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parseaddr
from typing import Any

import flask_mail
import structlog
from flask import current_app
from sqlalchemy import update

from app.core import clock
from app.core.faultpoint import faultpoint, hurried
from app.core.storage import Damaged
from app.extensions import db
from app.files import store
from app.outbox import connection, kinds
from app.outbox.models import Mark, OutgoingMail
from app.tasks.jobs import job

log = structlog.get_logger()
GIVE_UP = timedelta(hours=48)
FIRST_DELAY, LONGEST_DELAY = timedelta(seconds=hurried(60)), timedelta(hours=2)


class TooEarly(Exception):
    """The task came before the mail's time, as when the clock was set back: it is tried again later."""


@dataclass(frozen=True)
class Attempt:
    """One try to send one mail: all that is needed for it, so that no transaction need be open meanwhile."""

    mail: OutgoingMail
    number: int
    """The fence: whoever takes the mail over has another."""
    content: bytes
    waiting: dict[int, str]
    """Id and address of the recipients that have not got it yet."""


def ask(mail: OutgoingMail) -> None:
    """Ask for the delivery, once for each attempt; without a mail server the mail waits in the outbox."""
    if current_app.config["SETTINGS"].mail_url:
        deliver.later(
            mail.id,
            key=f"deliver:{mail.id}:{mail.attempts}:{mail.marked_at.timestamp():.6f}",
            run_after=mail.send_after,
        )


@job("mail", timeout=900, attempts=3)
def deliver(mail_id: int) -> None:
    """Send one mail; found half sent after a crash it becomes *uncertain* instead.

    The one job that commits by itself: each mark must be durable before the next step (STYLE section 5).
    """
    mail = db.session.get(OutgoingMail, mail_id)
    if mail is None or mail.mark.is_final:
        return
    if mail.mark is Mark.TRANSMITTING:  # the process that sent it died before it heard the answer
        if _hold(mail, mail.attempts, Mark.TRANSMITTING):
            _settle(mail, Mark.UNCERTAIN, "Facteur stopped before the mail server answered.")
        return
    number = _claim(mail)
    if number is None:
        raise TooEarly(f"mail {mail_id} is not due before {mail.send_after}")
    if why := kinds.why_not(mail):
        _leave_it(mail, number, why)
        return
    try:
        attempt = Attempt(mail, number, _message(mail), _waiting(mail))
    except Damaged as error:
        if _hold(mail, number, Mark.CLAIMED):
            _settle(mail, Mark.REFUSED, f"An attachment is damaged: {error}")
        return
    db.session.commit()
    faultpoint("outbox.claimed")
    try:
        with connection.connect() as server:
            _transmit(attempt, server.host)
    except (OSError, smtplib.SMTPException) as error:
        _interrupted(attempt, error)


def _claim(mail: OutgoingMail) -> int | None:
    """Take the mail; the number of this attempt, which is its fence. None where it is not to be sent now.

    A mail already *claimed* is taken over: the task's lease says that whoever had it is gone.
    """
    attempt = db.session.scalar(
        update(OutgoingMail)
        .where(
            OutgoingMail.id == mail.id,
            OutgoingMail.mark.in_([Mark.QUEUED, Mark.CLAIMED]),
            OutgoingMail.due(clock.now()),
        )
        .values(mark=Mark.CLAIMED, marked_at=clock.now(), attempts=OutgoingMail.attempts + 1)
        .returning(OutgoingMail.attempts)
    )
    db.session.commit()
    return attempt


def _leave_it(mail: OutgoingMail, number: int, why: str) -> None:
    """It is not needed any more since it was written (SAFETY S52)."""
    if _hold(mail, number, Mark.CLAIMED):
        blot(mail)
        _settle(mail, Mark.CANCELLED, why)


def _message(mail: OutgoingMail) -> bytes:
    """The mail's bytes, the same in every attempt."""
    message = flask_mail.Message(
        subject=mail.subject,
        recipients=[each.address for each in mail.recipients],
        body=mail.text,
        html=mail.html or None,
        date=mail.dated_at.timestamp(),
        extra_headers=dict(mail.headers) or None,
    )
    message.msgId = mail.message_id
    for attachment in mail.attachments:
        shown = {"Content-ID": f"<{attachment.content_id}>"} if attachment.content_id else None
        how = {"disposition": "inline" if shown else "attachment", "headers": shown}
        message.attach(attachment.name, attachment.file.type, store.read(attachment.file), **how)
    return message.as_bytes()


def _waiting(mail: OutgoingMail) -> dict[int, str]:
    return {each.id: each.address for each in mail.recipients if each.mark is Mark.QUEUED}


def _transmit(attempt: Attempt, host: Any) -> None:
    """MAIL, RCPT, the mark, DATA: what the server says to each is kept. No transaction is open while it thinks."""
    mail = attempt.mail
    code, answer = host.mail(_envelope_sender())
    if code != 250:
        if _hold(mail, attempt.number, Mark.CLAIMED):
            _put_off_or_refuse(mail, code, answer)
        return
    answers = {recipient_id: host.rcpt(address) for recipient_id, address in attempt.waiting.items()}
    faultpoint("outbox.accepted")
    if not _hold(mail, attempt.number, Mark.CLAIMED):
        return
    accepted = _note_recipients(mail, answers)
    if not accepted:
        _after_attempt(mail, mail.answer or "The mail server refused all recipients.")
        return
    mail.mark, mail.marked_at = Mark.TRANSMITTING, clock.now()
    db.session.commit()  # just before the content leaves, and durable
    faultpoint("outbox.transmitting")
    host.sock.settimeout(connection.LAST_ANSWER_SECONDS)
    code, answer = host.data(attempt.content)
    faultpoint("outbox.transmitted")
    if code == 250:
        _has_left(attempt, accepted, _text(code, answer))
    elif _hold(mail, attempt.number, Mark.TRANSMITTING):
        _put_off_or_refuse(mail, code, answer)


def _hold(mail: OutgoingMail, number: int, *marks: Mark) -> bool:
    """Keep the mail until this transaction ends, where it is still this attempt's and stands at one of `marks`."""
    ours = (OutgoingMail.id == mail.id, OutgoingMail.attempts == number, OutgoingMail.mark.in_(marks))
    held = db.session.execute(
        update(OutgoingMail).where(*ours).values(attempts=number).execution_options(synchronize_session=False)
    )
    if not held.rowcount:
        log.warning("outbox.taken_over", mail=mail.id)
        db.session.rollback()
        return False
    db.session.refresh(mail)
    return True


def _note_recipients(mail: OutgoingMail, answers: dict[int, tuple[int, bytes]]) -> list[int]:
    """Keep the answer to each RCPT; the ids of those that were accepted."""
    for each in mail.recipients:
        if each.id in answers:
            code, answer = answers[each.id]
            each.answer = _text(code, answer)
            each.mark = Mark.REFUSED if 500 <= code < 600 else each.mark
    return [recipient_id for recipient_id, (code, _answer) in answers.items() if code in (250, 251)]


def _has_left(attempt: Attempt, accepted: list[int], answer: str) -> None:
    """The server took it: true also where somebody thought meanwhile that we had died."""
    mail = attempt.mail
    if not _hold(mail, attempt.number, Mark.TRANSMITTING, Mark.UNCERTAIN):
        return
    for each in mail.recipients:
        if each.id in accepted:
            each.mark, each.answer = Mark.SENT, answer
    _after_attempt(mail, answer)


def _interrupted(attempt: Attempt, error: Exception) -> None:
    """The connection failed: before the content left it is tried again, afterwards nobody can know."""
    mail = attempt.mail
    db.session.rollback()
    if not _hold(mail, attempt.number, Mark.CLAIMED, Mark.TRANSMITTING):
        return
    said = f"{type(error).__name__}: {error}"
    if mail.mark is Mark.CLAIMED:
        _put_off(mail, said)
    elif isinstance(error, smtplib.SMTPDataError):
        _put_off_or_refuse(mail, error.smtp_code, error.smtp_error)  # refused before any content was sent
    else:
        _settle(mail, Mark.UNCERTAIN, said)


def _put_off_or_refuse(mail: OutgoingMail, code: int, answer: bytes | str) -> None:
    if 400 <= code < 500:
        _put_off(mail, _text(code, answer))
    else:
        for each in mail.recipients:
            if each.mark is Mark.QUEUED:
                each.mark, each.answer = Mark.REFUSED, _text(code, answer)
        _settle(mail, _outcome(mail), _text(code, answer))


def _after_attempt(mail: OutgoingMail, answer: str) -> None:
    """Done where no recipient waits any more, else tried again for those who do."""
    if any(each.mark is Mark.QUEUED for each in mail.recipients):
        _put_off(mail, answer)
    else:
        _settle(mail, _outcome(mail), answer)


def _outcome(mail: OutgoingMail) -> Mark:
    return Mark.SENT if any(each.mark is Mark.SENT for each in mail.recipients) else Mark.REFUSED


def _put_off(mail: OutgoingMail, answer: str) -> None:
    """Try again after a growing delay, for two days."""
    if clock.now() - mail.created_at > GIVE_UP:
        _settle(mail, _outcome(mail), f"Given up after 48 hours. {answer}")
        return
    delay = min(LONGEST_DELAY, FIRST_DELAY * 2 ** min(mail.attempts - 1, 10))
    mail.mark, mail.marked_at, mail.answer = Mark.QUEUED, clock.now(), answer[:2000]
    mail.send_after = clock.now() + delay
    ask(mail)
    faultpoint("outbox.before_settle")
    db.session.commit()


def _settle(mail: OutgoingMail, mark: Mark, answer: str) -> None:
    """The mail's end, told to whoever waits for it."""
    mail.mark, mail.marked_at, mail.answer = mark, clock.now(), answer[:2000]
    if mark is Mark.SENT:
        blot(mail)
    kinds.tell(mail)
    faultpoint("outbox.before_settle")
    db.session.commit()
    faultpoint("outbox.settled")
    log.info("outbox.settled", mail=mail.id, kind=mail.kind, mark=mark.value)


def give_up(mail: OutgoingMail) -> None:
    """No task works on it any more: what had begun to leave is uncertain, anything else did not leave."""
    if _hold(mail, mail.attempts, Mark.TRANSMITTING):
        _settle(mail, Mark.UNCERTAIN, "Facteur stopped before the mail server answered.")
    elif _hold(mail, mail.attempts, Mark.CLAIMED):
        _settle(mail, Mark.REFUSED, "Facteur gave up before anything left; see the failed work.")


def blot(mail: OutgoingMail) -> None:
    """Take the tokens out of a mail that has left: the database keeps none that work (SAFETY S65)."""
    for secret in mail.secrets:
        mail.text, mail.html = mail.text.replace(secret, "…"), mail.html.replace(secret, "…")
    if mail.secrets:
        mail.secrets = []
        mail.headers = mail.headers | {"X-Facteur-Blotted": "1"}


def _envelope_sender() -> str:
    return parseaddr(current_app.config["SETTINGS"].mail_from)[1]


def _text(code: int, answer: bytes | str) -> str:
    said = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return f"{code} {said}"[:2000]
