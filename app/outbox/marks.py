"""The marks of a mail on its way (SAFETY R6), each moved by one conditional statement of whoever holds the mail."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

import structlog
from sqlalchemy import Update, bindparam, select, update

from app.core import clock
from app.core.faultpoint import faultpoint, hurried
from app.extensions import db
from app.outbox import kinds
from app.outbox.models import Mark, OutgoingMail, Recipient

log = structlog.get_logger()
GIVE_UP = timedelta(hours=48)
TRIES = 7
"""So often it is tried at least, however long it waited before for other reasons."""
DEATHS = 3
"""So often it goes on at once after its sender died; one that brings down every sender must let others leave."""
FIRST_DELAY, LONGEST_DELAY = timedelta(seconds=hurried(60)), timedelta(hours=2)
BLOTTED = "X-Facteur-Blotted"
"""A header of a mail that had left once, be it that it came back: the tokens in it are forgotten."""
MAIL, RECIPIENT = OutgoingMail.__table__, Recipient.__table__


@dataclass(frozen=True)
class Held:
    """A mail in somebody's hands, as it was read when it was taken."""

    mail: OutgoingMail
    number: int
    """Of the attempt: the fence. Whoever takes the mail over has another."""


def move(held: Held, *was: Mark, **values: object) -> bool:
    """Set the mark and what goes with it, where the mail is still this attempt's and stands at one of `was`.

    Otherwise this transaction is undone: another has the mail.
    """
    ours = {"held_id": held.mail.id, "held_number": held.number, "held_at": was}
    new = {f"new_{name}": value for name, value in {"marked_at": clock.now(), **values}.items()}
    moved = db.session.connection().execute(_moving("marked_at", *values), ours | new).rowcount
    if not moved:
        log.warning("outbox.taken_over", mail=held.mail.id)
        db.session.rollback()
    return bool(moved)


@cache
def _moving(*names: str) -> Update:
    """Written once: to put it together takes longer than to do it."""
    ours = (MAIL.c.id == bindparam("held_id"), MAIL.c.attempts == bindparam("held_number"))
    stands = MAIL.c.mark.in_(bindparam("held_at", expanding=True))
    return update(MAIL).where(*ours, stands).values({name: bindparam(f"new_{name}") for name in names})


_NOTE = (
    update(RECIPIENT)
    .where(RECIPIENT.c.id.in_(bindparam("noted", expanding=True)))
    .values(mark=bindparam("new_mark"), answer=bindparam("new_answer"))
)


def note(recipient_ids: Iterable[int], mark: Mark, answer: str) -> None:
    """What the server said to these recipients, and where they stand now."""
    values = {"noted": list(recipient_ids), "new_mark": mark, "new_answer": answer[:2000]}
    db.session.connection().execute(_NOTE, values)


def after_attempt(held: Held, answer: str, *was: Mark) -> None:
    """Done where no recipient waits any more, else tried again for those who do."""
    if Mark.QUEUED in _standing(held):
        put_off(held, answer, *was)
    else:
        settle(held, _outcome(held), answer, *was)


def put_off_or_refuse(held: Held, code: int, answer: bytes | str, *was: Mark) -> None:
    """What the server did not take: a passing trouble, or for good."""
    if 400 <= code < 500:
        put_off(held, text(code, answer), *was)
        return
    waits = update(RECIPIENT).where(RECIPIENT.c.mail_id == held.mail.id, RECIPIENT.c.mark == Mark.QUEUED)
    db.session.connection().execute(waits.values(mark=Mark.REFUSED, answer=text(code, answer)))
    settle(held, _outcome(held), text(code, answer), *was)


def put_off(held: Held, answer: str, *was: Mark, at_once: bool = False) -> None:
    """Try again after a growing delay, for two days."""
    if clock.now() - held.mail.created_at > GIVE_UP and held.number >= TRIES:
        settle(held, _outcome(held), f"Given up after 48 hours. {answer}", *was)
        return
    delay = min(LONGEST_DELAY, FIRST_DELAY * 2 ** min(max(held.number, 1) - 1, 10))
    then = clock.now() if at_once else clock.now() + delay
    move(held, *was, mark=Mark.QUEUED, answer=answer[:2000], send_after=then)
    faultpoint("outbox.before_settle")


def settle(held: Held, mark: Mark, answer: str, *was: Mark) -> None:
    """The mail's end, told to whoever waits for it; durable before the next mail leaves, with the claim of that one."""
    if not move(held, *was, mark=mark, answer=answer[:2000]):
        return
    if held.mail.sealed_text or kinds.is_told(held.mail.kind):
        mail = db.session.get_one(OutgoingMail, held.mail.id, populate_existing=True)
        if mark in {Mark.SENT, Mark.CANCELLED}:
            blot(mail)
        _tell(mail)
    faultpoint("outbox.before_settle")
    log.info("outbox.settled", mail=held.mail.id, kind=held.mail.kind, mark=mark.value)


def _tell(mail: OutgoingMail) -> None:
    """What follows may fail; what became of the mail is kept all the same."""
    try:
        with db.session.begin_nested():
            kinds.tell(mail)
    except Exception:
        log.exception("outbox.not_told", mail=mail.id, kind=mail.kind, mark=mail.mark.value)


_STANDING = select(RECIPIENT.c.mark).where(RECIPIENT.c.mail_id == bindparam("mail_id")).distinct()


def _standing(held: Held) -> set[Mark]:
    """Where its recipients stand."""
    return set(db.session.connection().scalars(_STANDING, {"mail_id": held.mail.id}))


def _outcome(held: Held) -> Mark:
    return Mark.SENT if Mark.SENT in _standing(held) else Mark.REFUSED


def blot(mail: OutgoingMail) -> None:
    """Forget the tokens of a mail that has left, also as they were sealed (SAFETY S65)."""
    if mail.sealed_text:
        mail.sealed_text = ""
        mail.headers = mail.headers | {BLOTTED: "1"}


def is_blotted(mail: OutgoingMail) -> bool:
    """Would it leave with links that lead nowhere?"""
    return BLOTTED in mail.headers


def half_way(before: timedelta = timedelta(0)) -> list[int]:
    """Mails that stand half-way for so long at least."""
    stands = (OutgoingMail.mark.in_([Mark.CLAIMED, Mark.TRANSMITTING]), OutgoingMail.marked_at <= clock.now() - before)
    return list(db.session.scalars(select(OutgoingMail.id).where(*stands).order_by(OutgoingMail.id)))


def give_up(mail_id: int) -> None:
    """Nobody works on it any more: what had begun to leave is uncertain, anything else did not leave and waits."""
    mail = db.session.get_one(OutgoingMail, mail_id, populate_existing=True)
    held = Held(mail, mail.attempts)
    if mail.mark is Mark.TRANSMITTING:
        settle(held, Mark.UNCERTAIN, "Facteur stopped before the mail server answered.", Mark.TRANSMITTING)
    elif mail.mark is Mark.CLAIMED:
        put_off(held, "Facteur stopped before anything left.", Mark.CLAIMED, at_once=mail.attempts <= DEATHS)
    db.session.commit()


def text(code: int, answer: bytes | str) -> str:
    """A reply of the server, as it is kept."""
    said = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return f"{code} {said}"[:2000]
