"""Beginning a run: one at a time for a company, one a day by itself (SPEC AC-3, SAFETY S40, S46)."""

from __future__ import annotations

from statistics import median

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import func, select

from app.accounting import alarm, jobs, selecting
from app.accounting.kinds import Cause
from app.accounting.models import Sharing
from app.accounting.run_models import Delivery, Envelope, Run
from app.audit import trail
from app.core import clock
from app.core.database import insert_unless_there
from app.core.errors import Refused
from app.extensions import db
from app.outbox import outlets
from app.users.models import Company, User

MANY, TIMES, RUNS = 500, 5, 10
"""Unusual: five times what the last ten runs sent in the middle, but for fifty; 500 where there were none."""
FEW = 50


def start(company: Company, cause: Cause, *, by: User | None = None) -> Run:
    """A run of this company; it is worked on in the background. Raises `Refused` where none may begin."""
    sharing = shared(company)
    facts = {"company_id": company.id, "connection_id": sharing.connection_id, "cause": cause}
    facts |= {"day": clock.today(company), "by_id": by.id if by else None, "started_at": clock.now()}
    count = _count(sharing)
    facts |= {"sales_mails": 0, "purchase_mails": 0, "remaining": {}, "is_unusual": _is_unusual(sharing, count)}
    made = insert_unless_there(db.session(), Run).values(**facts).returning(Run.__table__.c.id)
    run_id = db.session.scalar(made)
    if run_id is None:
        raise Refused(_("A run is under way already. Nothing was started."))
    run = db.session.get_one(Run, run_id)
    trail.record(run, by=by, act="run started", why=cause.value)
    if run.is_unusual:
        alarm.ring(run, count)
    jobs.ask(run)
    return run


def shared(company: Company) -> Sharing:
    """How it shares by e-mail. Raises `Refused` where it does not."""
    sharing = db.session.get(Sharing, company.id)
    if sharing is None or sharing.shared_since is None:
        raise Refused(_("Documents of this company are not shared with the accountant."))
    if not sharing.sends:
        raise Refused(_("Its connection does not send e-mails: choose another one in the settings."))
    if not current_app.config["SETTINGS"].mail_url:
        raise Refused(_("No mail server is set up, so nothing can be sent."))
    if outlets.is_stopped("mail"):
        raise Refused(_("Sending is stopped: allow it again in the outbox first. Nothing was started."))
    return sharing


def open_run(company: Company) -> Run | None:
    """The one that is under way."""
    return db.session.scalar(select(Run).where(Run.company_id == company.id, Run.ended_at.is_(None)))


def _count(sharing: Sharing) -> int:
    query = selecting.candidates(sharing).order_by(None).subquery()
    return db.session.scalar(select(func.count()).select_from(query)) or 0


def _is_unusual(sharing: Sharing, count: int) -> bool:
    """Is that far more than there was in the runs before (SAFETY S47)?"""
    sent = select(func.count(Delivery.id)).join(Envelope, Envelope.id == Delivery.envelope_id)
    sent = sent.where(Envelope.run_id == Run.id).correlate(Run).scalar_subquery()
    last = select(sent.label("sent")).select_from(Run)
    last = last.where(Run.company_id == sharing.company_id, Run.ended_at.is_not(None))
    before = list(db.session.scalars(last.order_by(Run.id.desc()).limit(RUNS)))
    return count > (max(FEW, TIMES * median(before)) if before else MANY)
