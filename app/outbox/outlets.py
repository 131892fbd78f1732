"""The ways out, and whether they are open: shut by a person, after equal failures, or in a copy (SAFETY R7, S56)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import ColumnElement, or_, select

from app.audit import trail
from app.core import clock
from app.core.database import insert_unless_there
from app.core.errors import Refused
from app.core.faultpoint import hurried
from app.extensions import db
from app.outbox import belonging
from app.outbox.models import LONGEST_REST, OUTLETS, Outlet
from app.web.access import Person

log = structlog.get_logger()
SAME_FAILURES = 5
FIRST_REST = timedelta(seconds=hurried(5))
WORDS: dict[str, Any] = {
    "mail": lazy_gettext("E-mails"),
    "sms": lazy_gettext("Text messages"),
    "letter": lazy_gettext("Letters through a provider"),
}
after_shutting: list[Callable[[Outlet], None]] = []
"""Who tells people that a channel was shut after failures; `pipeline` fills it."""


def is_open(channel: str) -> bool:
    """May something leave this way now? Asked when its turn has come; what may not waits, and loses nothing."""
    return bool(db.session.scalar(select(lets_out(channel)))) and belonging.is_here()


def lets_out(channel: str) -> ColumnElement[bool]:
    """The same as a condition of the statement that takes what is to leave, but for whose database it is."""
    return ~or_(Outlet.is_shut("all", channel), Outlet.rests(channel, clock.now()))


def shut_ones() -> list[Outlet]:
    """Those that are shut, the one that stops everything first."""
    found = db.session.scalars(select(Outlet).where(Outlet.shut_at.is_not(None)))
    return sorted(found, key=lambda outlet: outlet.id)


def is_stopped(channel: str) -> bool:
    """Does nothing leave this way until a person allows it?"""
    return any(each.name in ("all", channel) for each in shut_ones())


def stop(*, by: Person) -> None:
    """Nothing leaves any more but mails by which people sign in, until somebody allows it again."""
    outlet = _held("all")
    if outlet.shut_at:
        raise Refused(_("Sending is stopped already. Nothing was changed."))
    outlet.shut_at, outlet.shut_by_id, outlet.why = clock.now(), by.id, "person"
    trail.record(outlet, by=by, act="sending stopped")


def allow(name: str, *, by: Person) -> None:
    """Open it again; of `all`, this installation is from now on the one that sends."""
    outlet = _held(name)
    if not outlet.shut_at:
        raise Refused(_("Sending is not stopped. Nothing was changed."))
    trail.record(outlet, by=by, act="sending allowed", why=outlet.why)
    outlet.shut_at, outlet.shut_by_id, outlet.why = None, None, ""
    outlet.failure_count, outlet.try_after = 0, None
    if name == "all":
        outlet.identity = belonging.here()


def failed(channel: str, said: str) -> None:
    """The other side, or our settings, let nothing through: it rests a while, and five times the same shuts it."""
    outlet = _held(channel)
    outlet.failure_count = outlet.failure_count + 1 if _kind_of(said) == _kind_of(outlet.failure) else 1
    outlet.failure = said[:2000]
    outlet.try_after = clock.now() + min(LONGEST_REST, FIRST_REST * 4 ** min(outlet.failure_count - 1, 8))
    if outlet.failure_count < SAME_FAILURES or outlet.shut_at:
        return
    outlet.shut_at, outlet.why = clock.now(), "failures"
    trail.record(outlet, by=None, act="sending stopped", why="failures")
    log.warning("outlet.shut", channel=channel, said=said)
    for tell in after_shutting:
        tell(outlet)


def worked(channel: str) -> None:
    """Something went through: failures before are over."""
    values = {"failure": "", "failure_count": 0, "try_after": None}
    over = db.update(Outlet).where(Outlet.name == channel, Outlet.failure_count > 0, Outlet.shut_at.is_(None))
    db.session.execute(over.values(**values).execution_options(synchronize_session=False))


def _held(name: str) -> Outlet:
    """Its row, made where there is none, and kept from others until this transaction ends."""
    if name not in OUTLETS:
        raise KeyError(name)
    empty = {"why": "", "failure": "", "failure_count": 0, "identity": ""}
    db.session.execute(insert_unless_there(db.session(), Outlet).values(name=name, **empty))
    return db.session.scalars(select(Outlet).filter_by(name=name).with_for_update()).one()


def _kind_of(said: str) -> str:
    """What two failures have in common: the code and the words, without numbers and names that change each time."""
    code, _space, words = said.partition(" ")
    return f"{code} {re.sub(r'[^ ]*[0-9@<>][^ ]*', '', words)}"
