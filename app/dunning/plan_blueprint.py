"""The blueprint of plans, and how its pages find what they are about."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, url_for
from flask_login import current_user

from app.dunning.models import DunningPlan, PlanStep
from app.extensions import db
from app.users.models import Company
from app.web.access import Permission, demand

bp = Blueprint("plans", __name__)


def plan_or_404(plan_id: int) -> DunningPlan:
    """The plan, where the signed-in person works with documents of its company."""
    return db.one_or_404(DunningPlan.visible_to(current_user).where(DunningPlan.id == plan_id))


def changeable(plan_id: int) -> DunningPlan:
    """The plan, where the signed-in person may change its texts and steps."""
    plan = plan_or_404(plan_id)
    demand(Permission.CHANGE_TEMPLATES, plan.company_id)
    return plan


def step_or_404(plan: DunningPlan, step_id: int) -> PlanStep:
    """A step of that plan."""
    return db.one_or_404(db.select(PlanStep).filter_by(id=step_id, plan_id=plan.id))


def company_of(plan: DunningPlan) -> Company:
    """Whose plan it is."""
    return db.session.get_one(Company, plan.company_id)


def to(plan: DunningPlan) -> Response:
    """Back to its page."""
    return redirect(url_for("plans.show", plan_id=plan.id), 303)
