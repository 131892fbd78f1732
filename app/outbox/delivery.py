"""Delivering a mail under the marks of SAFETY R6: never twice unknowingly, never lost."""

from __future__ import annotations

import smtplib
from datetime import timedelta
from email.utils import parseaddr
from typing import Any

import flask_mail
import structlog
from flask import current_app
from sqlalchemy import select, update

from app.core import clock
from app.core.database import looking
from app.core.faultpoint import faultpoint
from app.core.storage import Damaged
from app.extensions import db
from app.files import store
from app.outbox import connection
from app.outbox.models import Mark, OutgoingMail, Recipient
from app.tasks.jobs import job

log = structlog.get_logger()
GIVE_UP = timedelta(hours=48)
FIRST_DELAY, LONGEST_DELAY = timedelta(minutes=1), timedelta(hours=2)


class TooEarly(Exception):
    """The task came before the mail's time, as when the clock was set back: it is tried again later."""


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
        _settle(mail, Mark.UNCERTAIN, "Facteur stopped before the mail server answered.")
        return
    attempt = _claim(mail)
    if attempt is None:
        raise TooEarly(f"mail {mail_id} is not due before {mail.send_after}")
    try:
        message = _message(mail)
    except Damaged as error:
        _settle(mail, Mark.REFUSED, f"An attachment is damaged: {error}")
        return
    faultpoint("outbox.claimed")
    db.session.commit()
    try:
        with connection.connect() as server:
            _transmit(mail, attempt, server.host, message)
    except (OSError, smtplib.SMTPException) as error:
        _interrupted(mail, error)


def _claim(mail: OutgoingMail) -> int | None:
    """Take the mail; the number of this attempt, which is its fence. None where it is not to be sent now.

    A mail already *claimed* is taken over: the task's lease says that whoever had it is gone.
    """
    attempt = db.session.scalar(
        update(OutgoingMail)
        .where(
            OutgoingMail.id == mail.id,
            OutgoingMail.mark.in_([Mark.QUEUED, Mark.CLAIMED]),
            OutgoingMail.send_after <= clock.now(),
        )
        .values(mark=Mark.CLAIMED, marked_at=clock.now(), attempts=OutgoingMail.attempts + 1)
        .returning(OutgoingMail.attempts)
    )
    db.session.commit()
    return attempt


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
        message.attach(attachment.name, attachment.file.type, store.read(attachment.file))
    return message.as_bytes()


def _transmit(mail: OutgoingMail, attempt: int, host: Any, message: bytes) -> None:
    """MAIL, RCPT, the mark, DATA: what the server says to each is kept."""
    code, answer = host.mail(_envelope_sender())
    if code != 250:
        _put_off_or_refuse(mail, code, answer)
        return
    waiting = [each for each in mail.recipients if each.mark is Mark.QUEUED]
    accepted = [each for each in waiting if _recipient(each, *host.rcpt(each.address))]
    if not accepted:
        _after_attempt(mail, mail.answer or "The mail server refused all recipients.")
        return
    db.session.commit()
    if not _mark_transmitting(mail, attempt):
        return
    faultpoint("outbox.transmitting")
    host.sock.settimeout(connection.LAST_ANSWER_SECONDS)
    code, answer = host.data(message)
    faultpoint("outbox.transmitted")
    if code == 250:
        for each in accepted:
            each.mark, each.answer = Mark.SENT, _text(code, answer)
        _after_attempt(mail, _text(code, answer))
    else:
        _put_off_or_refuse(mail, code, answer)


def _mark_transmitting(mail: OutgoingMail, attempt: int) -> bool:
    """Commit, just before the content leaves, that it does; False where another has taken the mail over."""
    marked = db.session.execute(
        update(OutgoingMail)
        .where(OutgoingMail.id == mail.id, OutgoingMail.mark == Mark.CLAIMED, OutgoingMail.attempts == attempt)
        .values(mark=Mark.TRANSMITTING, marked_at=clock.now())
    )
    db.session.commit()
    return bool(marked.rowcount)


def _recipient(recipient: Recipient, code: int, answer: bytes) -> bool:
    """Note the answer to one RCPT; is the address accepted?"""
    recipient.answer = _text(code, answer)
    if 500 <= code < 600:
        recipient.mark = Mark.REFUSED
    return code in (250, 251)


def _interrupted(mail: OutgoingMail, error: Exception) -> None:
    """The connection failed: before the content left it is tried again, afterwards nobody can know."""
    db.session.rollback()
    db.session.refresh(mail)
    said = f"{type(error).__name__}: {error}"
    if mail.mark is Mark.TRANSMITTING and isinstance(error, smtplib.SMTPDataError):
        _put_off_or_refuse(mail, error.smtp_code, error.smtp_error)  # refused before any content was sent
    elif mail.mark is Mark.TRANSMITTING:
        _settle(mail, Mark.UNCERTAIN, said)
    elif mail.mark is Mark.CLAIMED:
        _put_off(mail, said)


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
    db.session.commit()


def _settle(mail: OutgoingMail, mark: Mark, answer: str) -> None:
    """The mail's end, told to whoever waits for it."""
    mail.mark, mail.marked_at, mail.answer = mark, clock.now(), answer[:2000]
    if mark is Mark.SENT:
        blot(mail)
    db.session.commit()
    log.info("outbox.settled", mail=mail.id, kind=mail.kind, mark=mark.value)


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


def wake() -> int:
    """Ask for the delivery of mails that wait though a mail server is set, such as after it was; how many."""
    if not current_app.config["SETTINGS"].mail_url:
        return 0
    due = select(OutgoingMail.id).where(OutgoingMail.mark == Mark.QUEUED, OutgoingMail.send_after <= clock.now())
    with looking(db.session()):
        waiting = list(db.session.scalars(due.order_by(OutgoingMail.id).limit(100)))
    for mail_id in waiting:
        ask(db.session.get_one(OutgoingMail, mail_id))
    return len(waiting)
