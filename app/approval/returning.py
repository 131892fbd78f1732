"""Somebody may decide again: what waits at their seats is asked of them, as nobody else may ever be."""

from __future__ import annotations

from app.approval import asking, holding, seating
from app.approval.models import Approval, Seat
from app.documents.models import Document
from app.extensions import db
from app.users.models import Company, User


def follow(user: User, company: Company) -> None:
    """After what somebody may do in a company was changed: ask where they sit and were not asked, or not since."""
    if not seating.may_decide(user, company.id):
        return
    mine = Seat.waiting_for(user).join(Approval.document).where(Document.company_id == company.id)
    for seat in list(db.session.scalars(mine.where(Seat.asked_at.is_(None)))):
        approval = holding.held(seat.step.approval)
        if approval.open_step is seat.step and not seat.decision:
            asking.ask(seat)
