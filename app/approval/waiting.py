"""What waits for whom: seats whose word is waited for, in the sight of whoever asks."""

from __future__ import annotations

from sqlalchemy import Select, func, or_, select

from app.approval import seating
from app.approval.handings import Handing
from app.approval.models import Approval, ApprovalStep, Seat
from app.documents.models import Document
from app.extensions import db
from app.users import glance
from app.users.models import Company, User
from app.web.access import Permission

glance.QUESTIONS["approvals"] = (
    Seat.waiting().where(Seat.user_id == glance.USER).order_by(None).with_only_columns(Seat.id).exists()
)


def visible_to(user: User) -> Select[tuple[Seat]]:
    """Where this person sits or sat, and all of the companies they administer; of documents they see."""
    documents = Document.visible_to(user).with_only_columns(Document.id)
    sat = select(Handing.seat_id).where(or_(Handing.from_id == user.id, Handing.to_id == user.id))
    administered = Document.company_id.in_(user.company_ids(Permission.ADMINISTER))
    query = select(Seat).join(Seat.step).join(ApprovalStep.approval).join(Approval.document)
    return query.where(Document.id.in_(documents), or_(Seat.user_id == user.id, Seat.id.in_(sat), administered))


def at(user: User, company: Company) -> Select[tuple[Seat]]:
    """What waits in this company, for whoever it is, among the documents that `user` sees."""
    seats = Seat.waiting().join(Approval.document).where(Document.company_id == company.id)
    return seats.where(or_(*Document.reasons_to_see(user, company.id)))


def count(user: User, company: Company | None) -> int:
    """How many wait for this person there, for the sidebar."""
    if company is None or not glance.shows("approvals", user):
        return 0
    query = mine(user, company).order_by(None)
    return db.session.scalar(query.with_only_columns(func.count(Seat.id))) or 0


def mine(user: User, company: Company) -> Select[tuple[Seat]]:
    """What waits for this person, what was asked first first."""
    return at(user, company).where(Seat.user_id == user.id)


def places(user: User, company: Company) -> list[int]:
    """The seats that wait for this person, in the order of the list."""
    return list(db.session.scalars(mine(user, company).with_only_columns(Seat.id)))


def people(company: Company) -> Select[tuple[int]]:
    """For whom something waits there."""
    query = Seat.waiting().join(Approval.document).where(Document.company_id == company.id).order_by(None)
    return query.with_only_columns(Seat.user_id).distinct()


def may_still_decide(seat: Seat) -> bool:
    """Can whoever sits there decide, or must an admin ask somebody else?"""
    return seating.may_decide(seat.user, seat.step.approval.document.company_id)
