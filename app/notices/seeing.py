"""Seeing notices: one is seen when it is opened, or all at once."""

from __future__ import annotations

from sqlalchemy import exists, func, select, update

from app.core import clock
from app.extensions import db
from app.notices import choices
from app.notices.models import Notice
from app.users import glance
from app.users.models import User

MANY = 100
glance.QUESTIONS["notices"] = exists().where(Notice.user_id == glance.USER, Notice.seen_at.is_(None))


def unseen_count(user: User) -> int:
    """How many are new; counted no further than the bell shows."""
    if not glance.shows("notices", user):
        return 0
    new = choices.shown_to(user).where(Notice.seen_at.is_(None)).with_only_columns(Notice.id).limit(MANY)
    return db.session.scalar(select(func.count()).select_from(new.subquery())) or 0


def see(notice: Notice) -> None:
    """It is opened: seen from now on, once."""
    notice.seen_at = notice.seen_at or clock.now()


def see_all(user: User, until: int) -> None:
    """All up to this one: what came while the page was open stays new."""
    mine = update(Notice).where(Notice.user_id == user.id, Notice.seen_at.is_(None), Notice.id <= until)
    db.session.execute(mine.values(seen_at=clock.now()).execution_options(synchronize_session=False))
