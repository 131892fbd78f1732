"""What happens to approvals by itself: seats follow absences, and approvers are reminded."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app.approval import reminding, standing_in, waiting
from app.core import clock
from app.core.database import hold, looking
from app.extensions import db
from app.tasks.jobs import Job, job
from app.tasks.models import Task
from app.users.models import Company, User

MORNING = time(7)
"""By the clock of the company; mails that nobody waits for leave then."""


@job("default")
def follow_absences(zone: str) -> None:
    """At the beginning of the day there: to the stand-ins what is theirs today, and back what is not any more."""
    hold(db.session, f"absences in {zone}")
    for company in _companies(zone):
        standing_in.align(company)


@job("mail")
def remind_approvers(zone: str) -> None:
    """In the morning there: one task for each person for whom something waits, once a day."""
    for company in _companies(zone):
        for user_id in db.session.scalars(waiting.people(company)):
            key = f"approval-mail:{company.id}:{user_id}:{clock.today(company)}"
            remind_approver.later(company.id, user_id, key=key)


@job("mail")
def remind_approver(company_id: int, user_id: int) -> None:
    """What one person is told of it that day."""
    company, user = db.session.get(Company, company_id), db.session.get(User, user_id)
    if company and user:
        reminding.remind(user, company)


def _companies(zone: str) -> list[Company]:
    return list(db.session.scalars(select(Company).filter_by(time_zone=zone).order_by(Company.id)))


def start_the_day() -> None:
    """Ask for what has not been asked for since the day began in each time zone companies are in."""
    with looking(db.session()):
        zones = list(db.session.scalars(select(Company.time_zone).distinct()))
        wanted = {key: (work, zone) for zone in zones for key, work in _due(zone)}
        known = set(db.session.scalars(select(Task.key).where(Task.key.in_(wanted))))
    for key, (work, zone) in wanted.items():
        if key not in known:
            work.later(zone, key=key)


def _due(zone: str) -> list[tuple[str, Job]]:
    now = clock.now().astimezone(ZoneInfo(zone))
    due = [(f"absence:{zone}:{now.date()}", follow_absences)]
    if now >= datetime.combine(now.date(), MORNING, now.tzinfo):
        due.append((f"approvals:{zone}:{now.date()}", remind_approvers))
    return due
