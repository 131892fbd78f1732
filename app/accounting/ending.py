"""The end of a run: first of its writing, then of its mails (SPEC AC-3, AC-6)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Select, func, select

from app.accounting import calling_back, selecting
from app.accounting.kinds import Journal
from app.accounting.models import Sharing
from app.accounting.run_models import Delivery, Envelope, Run, RunProblem
from app.core import clock
from app.core.database import change_if
from app.documents.models import Document
from app.extensions import db
from app.outbox.models import Mark, OutgoingMail

after_end: list[Callable[[Run], None]] = []
"""What follows a run, such as its report; `pipeline` fills it."""
LONGEST = timedelta(hours=20)
"""So long a run waits for its mails; those that have not begun to leave then go with the next run."""
ENDED = [mark for mark in Mark if mark.is_final]


def end_writing(run: Run) -> None:
    """No further mail is written in this run; what is left waits for the next."""
    left = _remaining(run)
    if change_if(db.session, run, Run.planned_at.is_(None), planned_at=clock.now(), remaining=left):
        end_if_done(run)


def end_if_done(run: Run) -> None:
    """It ends once what became of its mails is known, and what follows is done once."""
    if run.planned_at is None or run.ended_at is not None:
        return
    if clock.now() - run.planned_at > LONGEST:
        calling_back.of_run(run)
    if _has_leaving(run):
        return
    if change_if(db.session, run, Run.ended_at.is_(None), ended_at=clock.now()):
        for follow in after_end:
            follow(run)


def _remaining(run: Run) -> dict[str, int]:
    """Journal → documents that would have gone, but for the caps; those with a problem are named by themselves."""
    sharing = db.session.get_one(Sharing, run.company_id)
    named = select(RunProblem.document_id).where(RunProblem.run_id == run.id).union(tried(run))
    left = {}
    for journal in Journal:
        query = selecting.candidates(sharing, journal).where(Document.id.not_in(named)).order_by(None)
        left[journal.value] = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    return left


def tried(run: Run) -> Select[tuple[int]]:
    """Ids of the documents that were in a mail of this run: none is tried twice in one."""
    return select(Delivery.document_id).join(Envelope).where(Envelope.run_id == run.id)


def _has_leaving(run: Run) -> bool:
    """Is any of its mails still on its way?"""
    query = select(Envelope.id).join(OutgoingMail, OutgoingMail.id == Envelope.mail_id)
    query = query.where(Envelope.run_id == run.id, OutgoingMail.mark.not_in(ENDED))
    return db.session.scalar(query.limit(1)) is not None
