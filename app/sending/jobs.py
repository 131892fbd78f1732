"""What follows when plans change: all that is to send is planned anew."""

from __future__ import annotations

from sqlalchemy import select

from app.documents.models import Document
from app.documents.wanted import UNSENT
from app.extensions import db
from app.sending import aligning
from app.tasks.jobs import job


@job("default", timeout=600)
def plan_sendings() -> None:
    """Once a day, whatever was missed: all that is to send has the action its plan says."""
    waiting = select(Document.company_id).where(UNSENT, Document.trashed_at.is_(None)).distinct()
    for company_id in db.session.scalars(waiting.order_by(Document.company_id)).all():
        plan_sendings_of.later(company_id)


@job("default", timeout=600)
def plan_sendings_of(company_id: int) -> None:
    """The same for one company, as after a change of its plans."""
    aligning.realign(list(aligning.unsent(company_id)))
