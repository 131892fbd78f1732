"""Which mail leaves next: what is due and may leave, within the ceiling for an hour (SAFETY R7)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy import and_, bindparam, exists, func, or_, select, update
from sqlalchemy.orm import Session, selectinload

from app.core import clock
from app.core.database import looking
from app.extensions import db
from app.outbox import kinds
from app.outbox.models import LONGEST_REST, MailAttachment, Mark, OutgoingMail, Outlet

HOUR = timedelta(hours=1)
LEFT = (Mark.CLAIMED, Mark.TRANSMITTING, Mark.SENT, Mark.UNCERTAIN)
MAIL, OUTLET = OutgoingMail.__table__, Outlet.__table__
NOW, AHEAD, REST, ALWAYS, ROOM = (
    bindparam("now"),
    bindparam("ahead"),
    bindparam("rest"),
    bindparam("always", expanding=True),
    bindparam("has_room"),
)
_RESTS = exists().where(OUTLET.c.name == "mail", OUTLET.c.try_after > NOW, OUTLET.c.try_after <= REST)
_IS_SHUT = exists().where(OUTLET.c.name.in_(["all", "mail"]), OUTLET.c.shut_at.is_not(None))
_CAME_ALONG = exists().where(OUTLET.c.name == "all", OUTLET.c.why == "copy", OUTLET.c.shut_at > MAIL.c.created_at)
MAY_LEAVE = and_(
    MAIL.c.mark == Mark.QUEUED,
    or_(MAIL.c.send_after <= NOW, MAIL.c.marked_at > AHEAD),
    ~_RESTS,
    or_(and_(ROOM == 1, ~_IS_SHUT), and_(MAIL.c.kind.in_(ALWAYS), ~_CAME_ALONG.correlate(MAIL))),
)
"""It waits, its time has come, and nothing stands against it.

Mails by which people sign in pass where others are stopped; not those that came here with a copied database.
"""
_DUE = select(MAIL.c.id).where(MAY_LEAVE).order_by(MAIL.c.send_after, MAIL.c.id).limit(bindparam("most"))
_DUE_FIRST = _DUE.where(MAIL.c.kind.in_(ALWAYS))
_CLAIM = (
    update(MAIL)
    .where(MAIL.c.id == bindparam("mail_id"), MAIL.c.attempts == bindparam("number"), MAY_LEAVE)
    .values(mark=Mark.CLAIMED, marked_at=NOW, attempts=MAIL.c.attempts + 1)
)


def _now(room: int | None) -> dict[str, Any]:
    now = clock.now()
    moments = {"now": now, "ahead": now + clock.MAY_DIFFER, "rest": now + LONGEST_REST + clock.MAY_DIFFER}
    return moments | {"always": kinds.always(), "has_room": int(room is None or room > 0)}


def due(most: int, room: int | None) -> list[int]:
    """The next mails, those by which people sign in first, then in the order of their time."""
    values, connection = _now(room) | {"most": most}, db.session.connection()
    first = connection.scalars(_DUE_FIRST, values).all()
    return list(dict.fromkeys([*first, *connection.scalars(_DUE, values)]))


def read(mail_ids: list[int]) -> list[OutgoingMail]:
    """These mails with all that leaves with them, in this order; apart from the session, so that they stay as read."""
    files = selectinload(OutgoingMail.attachments).joinedload(MailAttachment.file)
    whole = select(OutgoingMail).where(OutgoingMail.id.in_(mail_ids))
    with looking(db.session()), Session(db.session.connection(), join_transaction_mode="rollback_only") as apart:
        found = {mail.id: mail for mail in apart.scalars(whole.options(selectinload(OutgoingMail.recipients), files))}
    return [found[mail_id] for mail_id in mail_ids]


def claim(mail: OutgoingMail, room: int | None) -> int | None:
    """Take the mail as it was read; the number of this attempt, its fence. None where it is not to be sent now."""
    values = _now(room) | {"mail_id": mail.id, "number": mail.attempts}
    return mail.attempts + 1 if db.session.connection().execute(_CLAIM, values).rowcount else None


def ceiling() -> int | None:
    """So many mails an hour at most, in all; None: any number."""
    return current_app.config["SETTINGS"].mails_per_hour or None


def room() -> int | None:
    """How many may still leave within this hour, counted from what did; None: any number."""
    most, now = ceiling(), clock.now()
    if most is None:
        return None
    left = (OutgoingMail.mark.in_(LEFT), OutgoingMail.marked_at.between(now - HOUR, now))
    return max(0, most - (db.session.scalar(select(func.count()).select_from(OutgoingMail).where(*left)) or 0))
