"""Which mail leaves next: what is due and may leave, within the ceiling for an hour (SAFETY R7)."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app
from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, update

from app.core import clock
from app.extensions import db
from app.outbox import kinds, outlets
from app.outbox.models import Mark, OutgoingMail, Outlet

HOUR = timedelta(hours=1)
LEFT = (Mark.CLAIMED, Mark.TRANSMITTING, Mark.SENT, Mark.UNCERTAIN)


def may_leave(room: int | None = None) -> ColumnElement[bool]:
    """It waits, its time has come, and nothing stands against it.

    Mails by which people sign in pass where others are stopped; not those that came here with a copied database.
    """
    now = clock.now()
    copied = (Outlet.name == "all", Outlet.why == "copy", Outlet.shut_at > OutgoingMail.created_at)
    came_along = exists().where(*copied).correlate(OutgoingMail)
    always = and_(OutgoingMail.kind.in_(kinds.always()), ~Outlet.rests("mail", now), ~came_along)
    others = outlets.lets_out("mail") if room is None or room > 0 else false()
    return and_(OutgoingMail.mark == Mark.QUEUED, OutgoingMail.due(now), or_(always, others))


def due(count: int, room: int | None) -> list[int]:
    """The next mails, those by which people sign in first, then in the order of their time."""
    ids = select(OutgoingMail.id).where(may_leave(room)).order_by(OutgoingMail.send_after, OutgoingMail.id)
    first = db.session.scalars(ids.where(OutgoingMail.kind.in_(kinds.always())).limit(count)).all()
    return list(dict.fromkeys([*first, *db.session.scalars(ids.limit(count))]))


def claim(mail_id: int, room: int | None) -> int | None:
    """Take the mail; the number of this attempt, which is its fence. None where it is not to be sent now."""
    return db.session.scalar(
        update(OutgoingMail)
        .where(OutgoingMail.id == mail_id, may_leave(room))
        .values(mark=Mark.CLAIMED, marked_at=clock.now(), attempts=OutgoingMail.attempts + 1)
        .returning(OutgoingMail.attempts)
        .execution_options(synchronize_session=False)
    )


def ceiling() -> int | None:
    """So many mails an hour at most, in all; None: any number."""
    return current_app.config["SETTINGS"].mails_per_hour or None


def room() -> int | None:
    """How many may still leave within this hour, counted from what did; None: any number."""
    most = ceiling()
    if most is None:
        return None
    return max(0, most - (db.session.scalar(_left().with_only_columns(func.count())) or 0))


def _left() -> Select[tuple[OutgoingMail]]:
    """What left within the last hour; what is from later was marked by a clock that was ahead."""
    now = clock.now()
    return select(OutgoingMail).where(OutgoingMail.mark.in_(LEFT), OutgoingMail.marked_at.between(now - HOUR, now))
