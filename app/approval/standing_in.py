"""Seats follow absences: left to the stand-in while one lasts, given back when it ends. No chains (SPEC AP-5)."""

from __future__ import annotations

from typing import NamedTuple

import structlog
from sqlalchemy import Select, or_, select

from app.approval import absences, asking, colleagues, seating, seats
from app.approval.handings import Handing
from app.approval.models import Absence, Approval, Handed, Seat
from app.core import clock
from app.core.errors import Refused
from app.documents.models import Document
from app.extensions import db
from app.users.models import Company, User

log = structlog.get_logger()


class Moved(NamedTuple):
    """How many went to a stand-in, and how many back to the person they were asked of."""

    over: int = 0
    back: int = 0


def align(company: Company, *, of: User | None = None, by: User | None = None) -> Moved:
    """Put every seat that waits where it belongs today (only those of one person, where one is named)."""
    over = back = 0
    for seat in list(db.session.scalars(_concerned(company, of))):
        try:
            with db.session.begin_nested():
                went = _align(seat, by)
                over, back = over + went.over, back + went.back
        except Refused as refused:  # decided at this moment, or nobody may sit there: it stays
            log.info("stand_in.refused", seat=seat.id, why=str(refused))
    return Moved(over, back)


def align_person(user: User, *, by: User) -> Moved:
    """The same at once, in all companies of somebody whose absence was set or ended; what of theirs went where."""
    moved = [align(company, of=user, by=by) for company in user.companies]
    for company in user.companies:
        align(company, by=by)  # whoever is back may stand in for others again
    return Moved(sum(each.over for each in moved), sum(each.back for each in moved))


def _concerned(company: Company, of: User | None) -> Select[tuple[Seat]]:
    """The seats that wait for somebody who is away, and those that wait for a stand-in."""
    today = clock.today(company)
    away = select(Absence.user_id).where(
        Absence.ended_at.is_(None), Absence.first_date <= today, Absence.last_date >= today
    )
    query = Seat.waiting().join(Document, Document.id == Approval.document_id).where(Document.company_id == company.id)
    lent = select(Handing.seat_id).where(Handing.ended_at.is_(None), Handing.handed == Handed.ABSENT)
    if of:
        lent = lent.where(Handing.from_id == of.id)
        return query.where(or_(Seat.user_id == of.id, Seat.id.in_(lent)))
    return query.where(or_(Seat.user_id.in_(away), Seat.handed == Handed.ABSENT))


def _align(seat: Seat, by: User | None) -> Moved:
    """Give it back first, then to whoever stands in now."""
    lent = last_absence(seat)
    owner = lent.giver if lent else seat.user
    wanted = instead_of(owner, seat) or owner
    if wanted is seat.user:
        return Moved()
    if lent and not seating.may_decide(owner, seat.step.approval.document.company_id):
        return Moved()
    if lent:
        seats.take_back(lent, by=by)
    if wanted is not seat.user:
        seats.hand_over(seat, wanted, by=by, handed=Handed.ABSENT)
    return Moved(back=1) if wanted is owner else Moved(over=1)


def last_absence(seat: Seat) -> Handing | None:
    """The absence for which it was left to whoever sits there now."""
    if seat.handed is not Handed.ABSENT:
        return None
    query = select(Handing).where(Handing.seat_id == seat.id, Handing.ended_at.is_(None))
    return db.session.scalar(query.order_by(Handing.id.desc()).limit(1))


def instead_of(owner: User, seat: Seat) -> User | None:
    """Who decides for this person today; nobody where they are here, or where the stand-in can't or is away too."""
    company = seat.step.approval.document.company
    absence = absences.now(owner, company)
    if absence is None or absences.now(absence.stand_in, company):
        return None
    sits_there = absence.stand_in_id == seat.user_id and seat.handed is Handed.ABSENT
    return absence.stand_in if sits_there or not colleagues.objection(absence.stand_in, seat.step) else None


def seat_stand_in(seat: Seat) -> None:
    """Before somebody is asked: straight to the stand-in, while the person is away."""
    if wanted := instead_of(seat.user, seat):
        seats.move(seat, wanted, by=None, handed=Handed.ABSENT)
        asking.ask(seat)
