"""An alarm where far more than usual waits for the accountant, as after a start date set years back (SAFETY S47)."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select

from app.accounting.run_models import Run
from app.extensions import db
from app.notices.models import NoticeKind
from app.notices.subjects import Subject
from app.notices.telling import tell
from app.users.models import User
from app.users.people import admins_of
from app.web.access import Permission
from app.web.filters import day


def ring(run: Run, count: int) -> None:
    """Tell those who administer, once a day; at most a hundred mails leave meanwhile."""
    for user in admins_of(run.company_id):
        key = f"accountant-unusual:{run.company_id}:{run.day}"
        tell(user, NoticeKind.ACCOUNTANT, key=key, company_id=run.company_id, about=run, unusual=count)


def subjects(user: User, ids: set[int]) -> dict[int, Subject]:
    """Those of these runs the person administers."""
    mine = user.company_ids(Permission.ADMINISTER)
    runs = db.session.scalars(select(Run).where(Run.id.in_(ids), Run.company_id.in_(mine)))
    named = lambda run: _("the sending of %(day)s to the accountant", day=day(run.day))  # noqa: E731
    return {run.id: Subject(named(run), f"/accounting/runs/{run.id}") for run in runs}
