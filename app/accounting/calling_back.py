"""Mails of runs that wait to leave and are not to: taken back, and their documents go with the next run."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from app.accounting import exports
from app.accounting.run_models import Envelope, Run
from app.core import clock
from app.core.database import change_if
from app.extensions import db
from app.outbox import marks
from app.outbox.models import Mark, OutgoingMail
from app.users.models import Company


def of_company(company: Company) -> int:
    """All that still wait; how many there were."""
    return _call_back(Run.company_id == company.id, why="Sharing with the accountant was switched off.")


def of_run(run: Run) -> int:
    """Those of a run that waited too long: the next one has caps of its own."""
    return _call_back(Run.id == run.id, why="It waited too long: its documents go with the next run.")


def _call_back(which: ColumnElement[bool], *, why: str) -> int:
    """One that began to leave meanwhile goes on, and its own end tells of it."""
    query = select(Envelope).join(Run).join(Envelope.mail).where(which, OutgoingMail.mark == Mark.QUEUED)
    return sum(_take_back(each, why) for each in list(db.session.scalars(query.order_by(Envelope.id))))


def _take_back(envelope: Envelope, why: str) -> bool:
    mail = envelope.mail
    assert mail is not None
    ended = {"mark": Mark.CANCELLED, "marked_at": clock.now(), "answer": why}
    if not change_if(db.session, mail, OutgoingMail.mark == Mark.QUEUED, **ended):
        return False
    marks.blot(mail)
    exports.cancelled(exports.of_envelope(envelope), by_program=True)
    return True
