"""Seeing notices: one is seen when it is opened, or all at once."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Integer, Select, bindparam, func, select, update

from app.core import clock
from app.extensions import db
from app.notices import choices
from app.notices.models import Notice
from app.users.models import User

MANY = 100


def unseen_count(user: User) -> int:
    """How many are new; counted no further than the bell shows."""
    return db.session.scalar(_counting(), {"user": user.id}) or 0


@cache
def _counting() -> Select[tuple[int]]:
    """Built once: each page asks it."""
    user = bindparam("user", type_=Integer)
    mine = (Notice.user_id == user, Notice.seen_at.is_(None), Notice.kind.not_in(choices.unwanted_by(user)))
    return select(func.count()).select_from(select(Notice.id).where(*mine).limit(MANY).subquery())


def see(notice: Notice) -> None:
    """It is opened: seen from now on, once."""
    notice.seen_at = notice.seen_at or clock.now()


def see_all(user: User, until: int) -> None:
    """All up to this one: what came while the page was open stays new."""
    mine = update(Notice).where(Notice.user_id == user.id, Notice.seen_at.is_(None), Notice.id <= until)
    db.session.execute(mine.values(seen_at=clock.now()).execution_options(synchronize_session=False))
