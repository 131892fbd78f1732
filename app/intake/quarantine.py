"""Mails whose sender is not let in wait for a person: accepted, or discarded and kept (SPEC IN-7)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, exists, func

from app.audit import trail
from app.core.database import change_if
from app.core.errors import Refused
from app.extensions import db
from app.intake import senders
from app.intake.deciding import alone_with
from app.intake.jobs import open_message
from app.intake.letting import ACCEPTED
from app.intake.models import Message, MessageState
from app.users import glance
from app.users.models import Company, User
from app.web.access import Permission, allowed

WAITS = (MessageState.QUARANTINED,)
WAITS_OR_DISCARDED = (MessageState.QUARANTINED, MessageState.DISCARDED)
glance.QUESTIONS["quarantine"] = exists().where(
    Message.company_id == glance.COMPANY, Message.state == MessageState.QUARANTINED
)


def accept(message: Message, *, by: User, always: bool = False) -> None:
    """Open it as any other; also what was discarded. `always` lets its sender in from now on, for admins."""
    _move(message, WAITS_OR_DISCARDED, MessageState.RECEIVED)
    message.notes = [*message.notes, {"key": ACCEPTED, "by": by.id}]
    trail.record(message, by=by, act="accepted")
    if always and can_be_listed(message) and allowed(by, Permission.ADMINISTER, message.company_id):
        senders.let_in(message.company, message.direction, message.proof["author"], by=by)
    open_message.later(message.id)


def discard(message: Message, *, by: User) -> None:
    """Make nothing of it; it stays in the log with its bytes, and can be accepted later."""
    _move(message, WAITS, MessageState.DISCARDED)
    trail.record(message, by=by, act="discarded")


def _move(message: Message, whence: Iterable[MessageState], to: MessageState) -> None:
    """One person decides, however many click, and whether or not it is being opened once more."""
    alone_with(message)
    if not change_if(db.session(), message, Message.state.in_(whence), state=to):
        raise Refused(_("Somebody has already decided about this message. Nothing was changed."))


def can_be_listed(message: Message) -> bool:
    """Has it a sender that could be let in always, and is not yet?"""
    address = message.proof.get("author", "")
    known = senders.list_of(message.company_id, message.direction)
    return bool(senders.written(address)) and not senders.is_listed(address, known.senders)


def chosen(user: User, ids: Iterable[int], states: Iterable[MessageState]) -> list[Message]:
    """Those of these messages about which this person may decide."""
    query = Message.visible_to(user).where(
        Message.id.in_(ids), Message.company_id.in_(user.company_ids(Permission.EDIT)), Message.state.in_(states)
    )
    return list(db.session.scalars(query.order_by(Message.id)))


def waiting(user: User, company: Company) -> Select[tuple[Message]]:
    """What waits here."""
    here = Message.visible_to(user).where(Message.company_id == company.id)
    return here.where(Message.state == MessageState.QUARANTINED)


def waiting_count(user: User, company: Company | None) -> int:
    """How much waits here."""
    if company is None or not glance.shows("quarantine", company=company):
        return 0
    return db.session.scalar(waiting(user, company).with_only_columns(func.count(Message.id))) or 0


def facts(message: Message) -> dict[str, Any]:
    """What its page needs to ask for a decision."""
    return {"can_be_listed": message.state in WAITS_OR_DISCARDED and can_be_listed(message)}
