"""What is mostly not there, and looked for on every page: asked for all together, before anybody counts it."""

from __future__ import annotations

from functools import cache
from typing import Any

from flask import g, has_request_context
from sqlalchemy import ColumnElement, Integer, Select, bindparam, event, select

from app.extensions import db
from app.users import sessions
from app.users.models import Company, User

USER = bindparam("user", type_=Integer)
COMPANY = bindparam("company", type_=Integer)
QUESTIONS: dict[str, ColumnElement[bool]] = {}
"""What there may be → whether there is any for `USER` in `COMPANY`; each is set down beside what counts it."""


def shows(name: str, user: User | None = None, company: Company | None = None) -> bool:
    """Is there any of it? Of somebody's page one statement asks all there is to ask; a job asks this alone."""
    mine = {"user": user and user.id, "company": company and company.id}
    if not has_request_context() or not _is_of_page(mine):
        return bool(db.session.scalar(_asking(name), mine))
    if "glance" not in g:
        row = db.session.execute(_asking(*QUESTIONS), _of_page()).one()
        g.glance = dict(zip(QUESTIONS, row, strict=True))
    return bool(g.glance[name])


def _is_of_page(mine: dict[str, int | None]) -> bool:
    return sessions.here() is not None and all(each in (None, _of_page()[name]) for name, each in mine.items())


def _of_page() -> dict[str, int | None]:
    """Who looks at what."""
    sign_in, company = sessions.here(), sessions.current_company()
    return {"user": sign_in and sign_in.user_id, "company": company and company.id}


@cache
def _asking(*names: str) -> Select[Any]:
    """Put together once: that takes longer than the answer."""
    return select(*(QUESTIONS[name].label(name) for name in names))


@event.listens_for(db.session, "after_commit")
def _forget(_session: Any) -> None:
    """A page that is drawn after a change looks again."""
    if has_request_context():
        g.pop("glance", None)
