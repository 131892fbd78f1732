"""Which plan a customer has, and giving it one (SPEC SE-3)."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _
from sqlalchemy import func, select

from app.audit import trail
from app.core.errors import Refused
from app.counterparties.models import Counterparty
from app.dunning import following
from app.dunning.models import DunningPlan
from app.extensions import db
from app.users.models import Company, User


def plan_of(counterparty: Counterparty) -> DunningPlan | None:
    """Its own; where it has none and the company wants so, that of the one it is shown under."""
    passed: set[int] = set()
    here: Counterparty | None = counterparty
    while here and here.id not in passed:
        if here.dunning_plan_id:
            return db.session.get_one(DunningPlan, here.dunning_plan_id)
        passed.add(here.id)
        here = here.parent if counterparty.company.uses_parent_plan else None
    return None


def assign(counterparties: Iterable[Counterparty], plan: DunningPlan | None, by: User | None) -> int:
    """They have this plan from now on (None: no plan, nothing is sent to them); how many had another."""
    changed = [each for each in counterparties if each.dunning_plan_id != (plan.id if plan else None)]
    for each in changed:
        if plan and each.company_id != plan.company_id:
            raise Refused(_("Choose a plan of the same company. Nothing was changed."))
        was, each.dunning_plan = each.dunning_plan, plan
        names = [was.name if was else None, plan.name if plan else None]
        trail.record(each, by=by, act="plan assigned", changes={"dunning_plan": names})
    db.session.flush()
    for company_id in {each.company_id for each in changed}:
        following.plans_changed(company_id)
    return len(changed)


def give_default(counterparty: Counterparty) -> None:
    """A new customer has the plan that is meant for new ones, unless it has one."""
    plan = default_of(counterparty.company)
    if plan and counterparty.dunning_plan_id is None:
        assign([counterparty], plan, None)


def default_of(company: Company) -> DunningPlan | None:
    """What new customers of this company get."""
    return db.session.scalar(select(DunningPlan).filter_by(company_id=company.id, is_default=True))


def offered(company: Company) -> list[DunningPlan]:
    """Those one may choose from."""
    query = select(DunningPlan).where(DunningPlan.company_id == company.id, DunningPlan.archived_at.is_(None))
    return list(db.session.scalars(query.order_by(DunningPlan.name, DunningPlan.id)))


def customer_counts(company: Company, user: User) -> dict[int | None, int]:
    """How many customers whom `user` may see have each plan; under None those that have none of their own."""
    query = Counterparty.visible_to(user).where(Counterparty.company_id == company.id, Counterparty.is_customer)
    query = query.where(Counterparty.archived_at.is_(None))
    query = query.with_only_columns(Counterparty.dunning_plan_id, func.count())
    return dict(map(tuple, db.session.execute(query.group_by(Counterparty.dunning_plan_id))))
