"""Reminding approvers: after some days, and again, or all that waits in one mail a day, as each of them chose."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from app.approval import absences, asking, links, seat_mails, waiting
from app.approval.models import DecisionLink, Seat
from app.core import clock
from app.core.database import hold
from app.extensions import db
from app.notices import choices
from app.notices.models import ByMail, Notice, NoticeKind
from app.outbox.models import OutgoingMail
from app.users.models import Company, User

MOST = 5
"""Whoever did not answer so many mails reads none."""


def remind(user: User, company: Company) -> int:
    """Write what this person is to be told today about what waits for them; how many mails it made."""
    hold(db.session, f"approval reminders of {user.id}")
    if user.is_disabled or absences.now(user, company):
        return 0
    by_mail = choices.of(user, NoticeKind.APPROVAL_ASKED).by_mail
    if by_mail is ByMail.DAILY:
        return _tell_all(user, company)
    return sum(_remind(seat, company) for seat in _seats(user, company)) if by_mail is ByMail.AT_ONCE else 0


def _seats(user: User, company: Company) -> list[Seat]:
    return list(db.session.scalars(waiting.mine(user, company)))


def _remind(seat: Seat, company: Company) -> int:
    """One more mail where its day has come; 1 where it was written."""
    number, today = due(seat, company), clock.today(company)
    if not number or (seat.reminded_at and _day(seat.reminded_at, company) == today):
        return 0
    key = f"approval-reminder:{seat.id}:{seat.user_id}:{_asking(seat)}:{number}"
    if _is_written(key):
        return 0
    return 1 if asking.remind(seat, key=key) else 0


def _asking(seat: Seat) -> int | None:
    """The link with which it was asked last: asked anew, its reminders begin anew."""
    since = DecisionLink.seat_id == seat.id, DecisionLink.created_at >= seat.asked_at
    return db.session.scalar(select(func.min(DecisionLink.id)).where(*since))


def due(seat: Seat, company: Company) -> int:
    """Which reminder it is time for, counted from 1; 0 for none."""
    days = company.approval_reminder_days
    if not days or days < 1 or seat.asked_at is None:
        return 0
    return max(0, min(MOST, (clock.today(company) - _day(seat.asked_at, company)).days // days))


def _day(moment: datetime, company: Company) -> date:
    return moment.astimezone(ZoneInfo(company.time_zone)).date()


def _is_written(key: str) -> bool:
    return db.session.scalar(select(OutgoingMail.id).filter_by(key=key)) is not None


def _tell_all(user: User, company: Company) -> int:
    """All that waits, in one mail a day, each with a link of its own."""
    key = f"approval-digest:{company.id}:{user.id}:{clock.today(company)}"
    seats = [seat for seat in _seats(user, company) if asking.is_waiting(seat)]
    if not seats or _is_written(key):
        return 0
    seat_mails.all_that_waits(user, company, [(seat, links.make(seat)[1]) for seat in seats], key=key)
    told = [seat.step.approval.document_id for seat in seats]
    notices = Notice.visible_to(user).where(Notice.kind == NoticeKind.APPROVAL_ASKED, Notice.mailed_at.is_(None))
    for notice in db.session.scalars(notices.where(Notice.about_type == "document", Notice.about_id.in_(told))):
        notice.mailed_at = clock.now()
    return 1
