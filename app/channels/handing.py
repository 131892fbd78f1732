"""Handing a message to its gateway under the marks of SAFETY R6: never twice unknowingly, never lost."""

from __future__ import annotations

from http.client import HTTPException

import structlog
from sqlalchemy import update

from app.channels import calling, kinds
from app.channels.calling import Answer, Request
from app.channels.models import GatewayMessage
from app.core import clock
from app.core.faultpoint import faultpoint
from app.core.sealing import Unreadable
from app.core.storage import Damaged
from app.extensions import db
from app.outbox import outlets
from app.outbox.marks import FIRST_DELAY, GIVE_UP, LONGEST_DELAY
from app.outbox.models import Mark
from app.tasks.jobs import job

log = structlog.get_logger()
TOO_MANY, NO_ANSWER_IN_TIME = 429, 504
STOPPED = "Facteur stopped before the gateway answered."


class TooEarly(Exception):
    """The task came before the message's time, as when the clock was set back: it is tried again later."""


def ask(message: GatewayMessage) -> None:
    """Ask for it to be handed over, once for each attempt; without a gateway it waits."""
    if calling.address_of(message.carries):
        hand_to_gateway.later(message.id, key=task_key(message), run_after=message.send_after)


def task_key(message: GatewayMessage) -> str:
    """Of the one task of this attempt."""
    return f"gateway:{message.id}:{message.attempts}:{message.marked_at.timestamp():.6f}"


def is_shut(message: GatewayMessage) -> bool:
    """Is this way out shut, or are all (SAFETY R7)?"""
    return not outlets.is_open(message.carries.value)


@job("mail", timeout=300, attempts=3)
def hand_to_gateway(message_id: int) -> None:
    """Hand one message over; found half handed over after a crash it becomes *uncertain* instead.

    Commits by itself, as `outbox.deliver`: each mark must be durable before the next step (STYLE section 5).
    """
    message = db.session.get(GatewayMessage, message_id)
    if message is None or message.mark.is_final or (message.mark is Mark.QUEUED and is_shut(message)):
        return
    if message.mark is Mark.TRANSMITTING:  # the process that sent it died before it heard the answer
        give_up(message)
        return
    number = _claim(message)
    if number is None:
        raise TooEarly(f"message {message_id} is not due before {message.send_after}")
    if why := kinds.why_not(message):
        _end_claimed(message, number, Mark.CANCELLED, why)
        return
    try:
        request = calling.request_for(message)
    except Damaged as error:
        _end_claimed(message, number, Mark.REFUSED, f"The letter is damaged: {error}")
        return
    except Unreadable:
        _end_claimed(message, number, Mark.REFUSED, "Its link cannot be read any more; the secret key is another.")
        return
    db.session.commit()
    faultpoint("gateway.claimed")
    try:
        _transmit(message, number, request)
    except (OSError, HTTPException) as error:
        _interrupted(message, number, error)


def _claim(message: GatewayMessage) -> int | None:
    """Take the message; the number of this attempt, which is its fence. None where it is not to be sent now.

    A message already *claimed* is taken over: the task's lease says that whoever had it is gone.
    """
    attempt = db.session.scalar(
        update(GatewayMessage)
        .where(
            GatewayMessage.id == message.id,
            GatewayMessage.mark.in_([Mark.QUEUED, Mark.CLAIMED]),
            GatewayMessage.due(clock.now()),
        )
        .values(mark=Mark.CLAIMED, marked_at=clock.now(), attempts=GatewayMessage.attempts + 1)
        .returning(GatewayMessage.attempts)
    )
    db.session.commit()
    return attempt


def _transmit(message: GatewayMessage, number: int, request: Request) -> None:
    """The connection, the mark, the request: no transaction is open while the gateway thinks."""
    with calling.line_to(request.url) as line:
        if not _hold(message, number, Mark.CLAIMED):
            return
        message.mark, message.marked_at = Mark.TRANSMITTING, clock.now()
        db.session.commit()  # just before the message leaves, and durable
        faultpoint("gateway.transmitting")
        answer = calling.ask(line, request)
    faultpoint("gateway.transmitted")
    _heed(message, number, answer)


def _hold(message: GatewayMessage, number: int, *marks: Mark) -> bool:
    """Keep the message until this transaction ends, where it is still this attempt's and stands at one of `marks`."""
    ours = (GatewayMessage.id == message.id, GatewayMessage.attempts == number, GatewayMessage.mark.in_(marks))
    held = db.session.execute(
        update(GatewayMessage).where(*ours).values(attempts=number).execution_options(synchronize_session=False)
    )
    if not held.rowcount:
        log.warning("gateway.taken_over", message=message.id)
        db.session.rollback()
        return False
    db.session.refresh(message)
    return True


def _heed(message: GatewayMessage, number: int, answer: Answer) -> None:
    """Taken, also where somebody thought meanwhile that we had died; put off; refused; or nobody can know."""
    if 200 <= answer.status < 300:
        if _hold(message, number, Mark.TRANSMITTING, Mark.UNCERTAIN):
            _settle(message, Mark.SENT, answer.text)
    elif not _hold(message, number, Mark.TRANSMITTING):
        return
    elif answer.status == NO_ANSWER_IN_TIME:  # what stands behind the gateway may have taken it
        _settle(message, Mark.UNCERTAIN, answer.text)
    elif answer.status == TOO_MANY or answer.status >= 500:
        _put_off(message, answer.text)
    else:
        _settle(message, Mark.REFUSED, answer.text)


def _interrupted(message: GatewayMessage, number: int, error: Exception) -> None:
    """The connection failed: before the request left it is tried again, afterwards nobody can know."""
    db.session.rollback()
    if not _hold(message, number, Mark.CLAIMED, Mark.TRANSMITTING):
        return
    said = calling.without_secrets(f"{type(error).__name__}: {error}")
    if message.mark is Mark.CLAIMED:
        _put_off(message, said)
    else:
        _settle(message, Mark.UNCERTAIN, said)


def _put_off(message: GatewayMessage, answer: str) -> None:
    """Try again after a growing delay, for two days."""
    if clock.now() - message.created_at > GIVE_UP:
        _settle(message, Mark.REFUSED, f"Given up after 48 hours. {answer}")
        return
    delay = min(LONGEST_DELAY, FIRST_DELAY * 2 ** min(message.attempts - 1, 10))
    message.mark, message.marked_at, message.answer = Mark.QUEUED, clock.now(), answer
    message.send_after = clock.now() + delay
    ask(message)
    faultpoint("gateway.before_settle")
    db.session.commit()


def _settle(message: GatewayMessage, mark: Mark, answer: str) -> None:
    """The message's end, told to whoever waits for it."""
    message.mark, message.marked_at, message.answer = mark, clock.now(), answer
    try:
        with db.session.begin_nested():
            kinds.tell(message)
    except Exception:  # what follows is told again; what the gateway said is kept all the same
        log.exception("gateway.not_told", message=message.id, kind=message.kind, mark=mark.value)
    faultpoint("gateway.before_settle")
    db.session.commit()
    log.info("gateway.settled", message=message.id, kind=message.kind, mark=mark.value)


def _end_claimed(message: GatewayMessage, number: int, mark: Mark, why: str) -> None:
    if _hold(message, number, Mark.CLAIMED):
        _settle(message, mark, why)


def give_up(message: GatewayMessage) -> None:
    """Nobody works on it any more: what had begun to leave is uncertain, anything else did not leave."""
    if _hold(message, message.attempts, Mark.TRANSMITTING):
        _settle(message, Mark.UNCERTAIN, STOPPED)
    elif _hold(message, message.attempts, Mark.CLAIMED):
        _settle(message, Mark.REFUSED, "Facteur gave up before anything left; see the failed work.")
