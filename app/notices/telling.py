"""Telling people: once each, in the transaction of the cause."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.core import clock
from app.core.database import insert_unless_there
from app.extensions import db
from app.notices import choices, jobs, mails, subjects
from app.notices.models import ByMail, Notice, NoticeKind
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
    """Tell one person of something, once for each `key`; nobody is told what they did themselves.

    By mail too where they want it so, and see what it is about.
    """
    if user.is_disabled or (by is not None and by.id == user.id):
        return None
    facts = {"user_id": user.id, "kind": kind, "key": key, "company_id": company_id, "arguments": arguments}
    facts |= {"by_id": by.id if by else None, "created_at": clock.now(), "about_type": ""}
    if about is not None:
        db.session.flush()
        facts |= {"about_type": about.__tablename__, "about_id": about.id}
    is_new = db.session.execute(insert_unless_there(db.session(), Notice).values(**facts)).rowcount
    notice = db.session.scalars(select(Notice).filter_by(user_id=user.id, key=key)).one()
    if is_new:
        _mail(notice)
    return notice


def _mail(notice: Notice) -> None:
    """As the person wants it; what somebody else mails at once is mailed by nobody twice."""
    by_mail = choices.of(notice.user, notice.kind).by_mail
    if by_mail is ByMail.DAILY and notice.kind not in choices.OWN_DIGEST:
        jobs.ask(notice.user)
    if by_mail is not ByMail.AT_ONCE or notice.kind in choices.OWN_MAIL:
        return
    if subject := subjects.of(notice.user, notice):
        mails.at_once(notice, subject)
        notice.mailed_at = clock.now()
