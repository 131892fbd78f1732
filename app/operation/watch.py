"""Watching over the parts: admins get one mail when a part falls silent, and one when it is back."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, select, update

from app.core import clock
from app.core.database import looking
from app.extensions import db
from app.operation import mails, parts
from app.operation.models import SignOfLife
from app.operation.parts import Part
from app.users.models import Company, Membership, User
from app.web.access import Role

log = structlog.get_logger()
FORGET_AFTER = timedelta(days=1)


def look() -> None:
    """Tell of every part that fell silent or came back since the last look; most looks only read."""
    with looking(db.session()):
        known = parts.all_parts() if _has_watched_long_enough() else []
        silent = [(part.name, part.signs[0].id) for part in known if part.is_silent and not part.signs[0].silent_at]
        back = [(part.name, sign.id) for part in known if part.living for sign in part.signs if sign.silent_at]
        is_old = any(sign.seen_at < _long_ago() and not sign.silent_at for part in known for sign in part.signs[1:])
    for name, sign_id in silent:
        _note_silence(name, sign_id)
    for name, sign_id in back:
        _note_return(name, sign_id)
    if is_old:
        db.session.execute(delete(SignOfLife).where(SignOfLife.seen_at < _long_ago(), SignOfLife.silent_at.is_(None)))


def _long_ago() -> datetime:
    return clock.now() - FORGET_AFTER


def _has_watched_long_enough() -> bool:
    """Where everything was stopped and starts again, no part is silent for that."""
    sweep = parts.find("sweep")
    return any(sign.started_at < clock.now() - parts.SILENT_AFTER for sign in sweep.living)


def _note_silence(name: str, sign_id: int) -> None:
    """Once for each silence, however many sweeps look at once."""
    still = (SignOfLife.id == sign_id, SignOfLife.silent_at.is_(None))
    values = {"silent_at": clock.now(), "silence_count": SignOfLife.silence_count + 1}
    if sign := _changed(still, values):
        log.warning("part.silent", part=name)
        for user in admins():
            mails.part_silent(user, Part(name, [sign]))


def _note_return(name: str, sign_id: int) -> None:
    if sign := _changed((SignOfLife.id == sign_id, SignOfLife.silent_at.is_not(None)), {"silent_at": None}):
        log.info("part.back", part=name)
        for user in admins():
            mails.part_back(user, Part(name, [sign]))


def _changed(where: tuple, values: dict) -> SignOfLife | None:
    """The row, where this process was the one to change it."""
    done = db.session.execute(update(SignOfLife).where(*where).values(**values).returning(SignOfLife.id)).scalar()
    return db.session.get(SignOfLife, done, populate_existing=True) if done else None


def admins() -> list[User]:
    """Those who administer every company; where nobody does, every admin: somebody has to know."""
    can_sign_in = (User.is_disabled.is_(False), User.password_hash != "")
    is_admin = User.memberships.any(Membership.role == Role.ADMIN)
    some = list(db.session.scalars(select(User).where(is_admin, *can_sign_in).order_by(User.id)))
    companies = set(db.session.scalars(select(Company.id)))
    everywhere = [
        user for user in some if {m.company_id for m in user.memberships if m.role is Role.ADMIN} == companies
    ]
    return everywhere or some
