"""Somebody may not decide any more, or may again: no document waits for a word that cannot come.

Whose links are dead with their access; where nobody of a step is left the admins are asked.
"""

from __future__ import annotations

from app.approval import asking, decisions, holding, links, seating
from app.approval.models import Approval, Seat
from app.documents import status
from app.documents.models import Document
from app.extensions import db
from app.users.models import Company, User


def follow(user: User, company: Company) -> None:
    """After what somebody may do in a company was changed."""
    mine = Seat.waiting_for(user).join(Approval.document).where(Document.company_id == company.id)
    if may_decide := seating.may_decide(user, company.id):
        mine = mine.where(Seat.asked_at.is_(None))
    for seat in list(db.session.scalars(mine)):
        if may_decide:
            holding.held(seat.step.approval)
            asking.ask(seat)
        else:
            leave(seat)


def leave(seat: Seat) -> None:
    """The step goes on without who sits there; what was decided at this moment stays as it is."""
    approval = holding.held(seat.step.approval)
    if approval.open_step is not seat.step or seat.decision:
        return
    links.end(seat)
    seat.asked_at = None
    before = {each.id for each in seat.step.seats}
    seating.keep_filled(seat.step)
    for each in seat.step.seats:
        if each.id not in before:
            asking.ask(each)
    decisions.go_on(seat)
    status.settle(approval.document, by=None, act="approver gone", why=seat.user.name)
