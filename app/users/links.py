"""Mailed links: an invitation or a new password. Kept as hashes, good for one use and a short time (SAFETY S76)."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select, update

from app.core import clock
from app.extensions import db
from app.users.models import LinkPurpose, User, UserLink
from app.users.sessions import digest

LIFETIME = {LinkPurpose.INVITATION: timedelta(days=14), LinkPurpose.PASSWORD_RESET: timedelta(minutes=30)}


def make(user: User, purpose: LinkPurpose, *, by: User | None = None) -> tuple[UserLink, str]:
    """A link for `user` and its token, which is nowhere but in the mail; earlier ones of its kind die."""
    end_all(user, purpose)
    token = secrets.token_urlsafe(32)
    link = UserLink(
        purpose=purpose,
        token_hash=digest(token),
        user=user,
        invited_by_id=by.id if by else None,
        expires_at=clock.now() + LIFETIME[purpose],
    )
    db.session.add(link)
    db.session.flush()
    return link, token


def end_all(user: User, *purposes: LinkPurpose) -> None:
    """Make the unused links of a person useless, of these purposes or of all."""
    unused = update(UserLink).where(UserLink.user_id == user.id, UserLink.used_at.is_(None))
    unused = unused.where(UserLink.purpose.in_(purposes or list(LinkPurpose)))
    db.session.execute(unused.values(used_at=clock.now()))


def find(token: str, purpose: LinkPurpose) -> UserLink | None:
    """The living link of this token; None where it is unknown, used, too old, or its person was disabled."""
    link = db.session.scalar(select(UserLink).filter_by(token_hash=digest(token), purpose=purpose).where(*_lives()))
    if link is None or link.user.is_disabled:
        return None
    return link


def _lives() -> tuple[ColumnElement[bool], ...]:
    """Not used, not too old, and not made by a clock that was ahead: that one would live too long (SAFETY S107)."""
    now = clock.now()
    return UserLink.used_at.is_(None), UserLink.expires_at > now, UserLink.created_at <= now + clock.MAY_DIFFER


def use(link: UserLink) -> bool:
    """Take the link; False where somebody was faster or its time is over."""
    taken = db.session.execute(
        update(UserLink)
        .where(UserLink.id == link.id, *_lives())
        .values(used_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    return taken.rowcount == 1


def count_since(user: User, purpose: LinkPurpose, moment: datetime) -> int:
    """How many such links were made for the person since then."""
    query = select(func.count()).where(UserLink.user_id == user.id, UserLink.purpose == purpose)
    return db.session.scalar(query.where(UserLink.created_at >= moment)) or 0
