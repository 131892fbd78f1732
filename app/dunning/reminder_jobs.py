"""The run of each working day: one task for a company and a day, made up the next time where it was missed."""

from __future__ import annotations

from sqlalchemy import exists, select

from app.core import clock
from app.core.database import looking
from app.dunning import hours, planning
from app.dunning.models import DunningPlan, PlanStep
from app.extensions import db
from app.tasks.jobs import job
from app.tasks.models import Task
from app.users.models import Company


@job("default", timeout=600)
def plan_reminders(company_id: int) -> None:
    """What customers of this company are to be reminded of on the day it runs, whichever it was asked for."""
    company = db.session.get(Company, company_id)
    if company:
        planning.plan_company(company, clock.today(company))


def start_the_day() -> None:
    """Ask for the run of each company once its send time of a working day has come (SPEC DN-1; SAFETY S107)."""
    reminds = exists().where(
        DunningPlan.company_id == Company.id, PlanStep.plan_id == DunningPlan.id, PlanStep.is_sending.is_(False)
    )
    with looking(db.session()):
        due = [company for company in db.session.scalars(select(Company).where(reminds)) if _is_time(company)]
        wanted = {f"reminders:{each.id}:{clock.today(each)}": each.id for each in due}
        known = set(db.session.scalars(select(Task.key).where(Task.key.in_(wanted))))
    for key, company_id in wanted.items():
        if key not in known:
            plan_reminders.later(company_id, key=key)


def _is_time(company: Company) -> bool:
    today = clock.today(company)
    return hours.is_open(today, company) and clock.now() >= hours.at_send_time(today, company)
