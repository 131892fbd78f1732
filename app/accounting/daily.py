"""What the sweep does for the accountant: a run a day, and the end of those whose mails are through."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from flask import current_app
from sqlalchemy import Select, String, cast, exists, literal, select

from app.accounting import ending, jobs, mails, runs
from app.accounting.kinds import Cause, ConnectionKind, State
from app.accounting.models import Connection, Sharing
from app.accounting.run_models import Delivery, Envelope, Run
from app.core import clock
from app.core.database import looking
from app.core.errors import Refused
from app.extensions import db
from app.outbox import outlets
from app.outbox.models import OutgoingMail
from app.tasks.jobs import short_transaction
from app.tasks.models import State as TaskState
from app.tasks.models import Task
from app.users.models import Company

log = structlog.get_logger()
OPENS = time(6, 0)
"""When the daily run begins, in the company's time zone."""
AT_ONCE = 100
PATIENCE = timedelta(minutes=1)
"""So long the end of a mail and what follows may be on their way."""


def start_the_day() -> None:
    """The daily run of each company that shares by e-mail, once its morning has come; a missed one is made up."""
    if not current_app.config["SETTINGS"].mail_url:
        return
    with looking(db.session()):
        if outlets.is_stopped("mail"):
            return
        due = list(db.session.scalars(_sharing()))
    for company_id in due:
        try:
            _start(company_id)
        except Exception:  # one company keeps no other
            log.exception("accounting.not_started", company=company_id)
            db.session.rollback()


def _start(company_id: int) -> None:
    with looking(db.session()):
        company = db.session.get_one(Company, company_id)
        is_time = _is_time(company)
    if is_time:
        with suppress(Refused), short_transaction():  # such as where a run by hand began a moment ago
            runs.start(company, Cause.DAILY)


def _sharing() -> Select[tuple[int]]:
    """Ids of the companies that share by e-mail and have no run under way."""
    query = select(Company.id).join(Sharing, Sharing.company_id == Company.id)
    query = query.join(Connection, Connection.id == Sharing.connection_id)
    shares = (
        Sharing.shared_since.is_not(None),
        Connection.kind == ConnectionKind.MAIL,
        Connection.archived_at.is_(None),
    )
    return query.where(*shares, ~exists().where(Run.company_id == Company.id, Run.ended_at.is_(None)))


def _is_time(company: Company) -> bool:
    now = clock.now().astimezone(ZoneInfo(company.time_zone))
    done = select(Run.id).where(Run.company_id == company.id, Run.cause == Cause.DAILY, Run.day == now.date())
    return now.time() >= OPENS and db.session.scalar(done) is None


def tell_again() -> None:
    """What became of mails, to documents that nobody told; and the end of runs whose mails are through."""
    with looking(db.session()):
        untold, unended = list(db.session.scalars(_untold())), list(db.session.scalars(_unended()))
        unwritten = list(db.session.scalars(_unwritten()))
    for run_id in unwritten:
        jobs.ask_again(run_id)
    _each(untold, lambda mail_id: mails.after(db.session.get_one(OutgoingMail, mail_id)))
    _each(unended, lambda run_id: ending.end_if_done(db.session.get_one(Run, run_id)))


def _each(ids: Iterable[int], tell: Callable[[int], Any]) -> None:
    """One that fails does not keep the others."""
    for each in ids:
        try:
            with db.session.begin_nested():
                tell(each)
        except Exception:
            log.exception("accounting.not_told", id=each)


def _untold() -> Select[tuple[int]]:
    """Ids of mails that are through, of whose documents one still leaves."""
    before = clock.now() - PATIENCE
    query = select(OutgoingMail.id).join(Envelope, Envelope.mail_id == OutgoingMail.id)
    query = query.join(Delivery, Delivery.envelope_id == Envelope.id).where(Delivery.state == State.LEAVING)
    return query.where(OutgoingMail.mark.in_(ending.ENDED), OutgoingMail.marked_at < before).distinct().limit(AT_ONCE)


def _unwritten() -> Select[tuple[int]]:
    """Runs whose mails are not all written, and that no task works on: it died before it asked for its next portion."""
    of_run = literal(jobs.KEY).concat(cast(Run.id, String))
    works = exists().where(Task.key == of_run, Task.state != TaskState.DONE)
    return select(Run.id).where(Run.ended_at.is_(None), Run.planned_at.is_(None), ~works).limit(AT_ONCE)


def _unended() -> Select[tuple[int]]:
    return select(Run.id).where(Run.ended_at.is_(None), Run.planned_at.is_not(None)).limit(AT_ONCE)
