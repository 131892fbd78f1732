"""The marks of a mail on its way (SAFETY R6), each changed only by whoever holds the mail."""

from __future__ import annotations

from datetime import timedelta

import structlog
from sqlalchemy import select, update

from app.core import clock
from app.core.faultpoint import faultpoint, hurried
from app.extensions import db
from app.outbox import kinds
from app.outbox.models import Mark, OutgoingMail

log = structlog.get_logger()
GIVE_UP = timedelta(hours=48)
TRIES = 7
"""So often it is tried at least, however long it waited before for other reasons."""
DEATHS = 3
"""So often it goes on at once after its sender died; one that brings down every sender must let others leave."""
FIRST_DELAY, LONGEST_DELAY = timedelta(seconds=hurried(60)), timedelta(hours=2)


def hold(mail_id: int, number: int, *marks: Mark) -> OutgoingMail | None:
    """The mail, kept until this transaction ends, where it is still this attempt's and stands at one of `marks`."""
    ours = (OutgoingMail.id == mail_id, OutgoingMail.attempts == number, OutgoingMail.mark.in_(marks))
    held = db.session.execute(
        update(OutgoingMail).where(*ours).values(attempts=number).execution_options(synchronize_session=False)
    )
    if not held.rowcount:
        log.warning("outbox.taken_over", mail=mail_id)
        db.session.rollback()
        return None
    return db.session.get_one(OutgoingMail, mail_id, populate_existing=True)


def note_recipients(mail: OutgoingMail, answers: dict[int, tuple[int, bytes]]) -> list[int]:
    """Keep the answer to each RCPT; the ids of those that were accepted."""
    for each in mail.recipients:
        if each.id in answers:
            code, answer = answers[each.id]
            each.answer = text(code, answer)
            each.mark = Mark.REFUSED if 500 <= code < 600 else each.mark
    return [recipient_id for recipient_id, (code, _answer) in answers.items() if code in (250, 251)]


def put_off_or_refuse(mail: OutgoingMail, code: int, answer: bytes | str) -> None:
    """What the server did not take: a passing trouble, or for good."""
    if 400 <= code < 500:
        put_off(mail, text(code, answer))
        return
    for each in mail.recipients:
        if each.mark is Mark.QUEUED:
            each.mark, each.answer = Mark.REFUSED, text(code, answer)
    settle(mail, _outcome(mail), text(code, answer))


def after_attempt(mail: OutgoingMail, answer: str) -> None:
    """Done where no recipient waits any more, else tried again for those who do."""
    if any(each.mark is Mark.QUEUED for each in mail.recipients):
        put_off(mail, answer)
    else:
        settle(mail, _outcome(mail), answer)


def put_off(mail: OutgoingMail, answer: str) -> None:
    """Try again after a growing delay, for two days."""
    if clock.now() - mail.created_at > GIVE_UP and mail.attempts >= TRIES:
        settle(mail, _outcome(mail), f"Given up after 48 hours. {answer}")
        return
    delay = min(LONGEST_DELAY, FIRST_DELAY * 2 ** min(max(mail.attempts, 1) - 1, 10))
    mail.mark, mail.marked_at, mail.answer = Mark.QUEUED, clock.now(), answer[:2000]
    mail.send_after = clock.now() + delay
    _end_attempt()


def settle(mail: OutgoingMail, mark: Mark, answer: str) -> None:
    """The mail's end, told to whoever waits for it."""
    mail.mark, mail.marked_at, mail.answer = mark, clock.now(), answer[:2000]
    if mark is Mark.SENT:
        blot(mail)
    kinds.tell(mail)
    _end_attempt()
    log.info("outbox.settled", mail=mail.id, kind=mail.kind, mark=mark.value)


def _end_attempt() -> None:
    """Durable before the next mail leaves: it is committed together with the claim of that one."""
    db.session.flush()
    faultpoint("outbox.before_settle")


def _outcome(mail: OutgoingMail) -> Mark:
    return Mark.SENT if any(each.mark is Mark.SENT for each in mail.recipients) else Mark.REFUSED


def blot(mail: OutgoingMail) -> None:
    """Take the tokens out of a mail that has left: the database keeps none that work (SAFETY S65)."""
    for secret in mail.secrets:
        mail.text, mail.html = mail.text.replace(secret, "…"), mail.html.replace(secret, "…")
    if mail.secrets:
        mail.secrets = []
        mail.headers = mail.headers | {"X-Facteur-Blotted": "1"}


def half_way(before: timedelta = timedelta(0)) -> list[int]:
    """Mails that stand half-way for so long at least."""
    stands = (OutgoingMail.mark.in_([Mark.CLAIMED, Mark.TRANSMITTING]), OutgoingMail.marked_at <= clock.now() - before)
    return list(db.session.scalars(select(OutgoingMail.id).where(*stands).order_by(OutgoingMail.id)))


def give_up(mail_id: int) -> None:
    """Nobody works on it any more: what had begun to leave is uncertain, anything else did not leave and waits."""
    number = db.session.scalar(select(OutgoingMail.attempts).filter_by(id=mail_id))
    mail = hold(mail_id, number or 0, Mark.CLAIMED, Mark.TRANSMITTING)
    if mail and mail.mark is Mark.TRANSMITTING:
        settle(mail, Mark.UNCERTAIN, "Facteur stopped before the mail server answered.")
    elif mail:
        put_off(mail, "Facteur stopped before anything left.")
        if mail.attempts <= DEATHS:
            mail.send_after = clock.now()
    db.session.commit()


def text(code: int, answer: bytes | str) -> str:
    """A reply of the server, as it is kept."""
    said = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return f"{code} {said}"[:2000]
