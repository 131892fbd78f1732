"""Telling people: once each, in the transaction of the cause."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.extensions import db
from app.notices.models import Notice, NoticeKind
from app.users.models import User


def tell(
    user: User,
    kind: NoticeKind,
    *,
    key: str,
    company_id: int,
    about: Any = None,
    by: User | None = None,
    **arguments: Any,
) -> Notice | None:
    """Tell one person of something, once for each `key`; nobody is told what they did themselves."""
    if by is not None and by.id == user.id:
        return None
    known = db.session.scalar(select(Notice).filter_by(user_id=user.id, key=key))
    if known:
        return known
    notice = Notice(user=user, kind=kind, key=key, company_id=company_id, by=by, arguments=arguments)
    if about is not None:
        notice.about_type, notice.about_id = about.__tablename__, about.id
    db.session.add(notice)
    db.session.flush()
    return notice
