"""The pages of plans: all of them, and one with its steps; steps and assignments hang on the same blueprint."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import selectinload

from app.core.errors import Refused
from app.dunning import assignment_pages, plan_editing, plans, step_editing, step_pages
from app.dunning.models import DunningPlan, Level
from app.dunning.plan_blueprint import bp, changeable, company_of, plan_or_404, to
from app.dunning.plan_forms import NewPlanForm, PlanForm
from app.extensions import db
from app.tasks.jobs import commit
from app.users.models import Company
from app.users.sessions import company_where
from app.web.access import Permission, requires
from app.web.pages import page

__all__ = ["assignment_pages", "bp", "step_pages"]

bp.add_app_template_global(step_editing.name, "step_name")


@bp.get("/plans")
@requires(Permission.EDIT)
def index():
    """Those of the company looked at, with how many customers have each."""
    company, is_archived = company_where(Permission.EDIT), request.args.get("archived") == "yes"
    archived = DunningPlan.archived_at
    query = DunningPlan.visible_to(current_user).where(DunningPlan.company_id == company.id)
    query = query.where(archived.is_not(None) if is_archived else archived.is_(None))
    found = list(db.session.scalars(query.options(selectinload(DunningPlan.steps)).order_by(DunningPlan.name)))
    counts = plans.customer_counts(company, current_user)
    return page("dunning/plans.html", plans=found, counts=counts, is_archived=is_archived)


@bp.get("/plans/new")
@requires(Permission.CHANGE_TEMPLATES)
def new():
    """The form of a new one."""
    company = company_where(Permission.CHANGE_TEMPLATES)
    is_first = plans.default_of(company) is None
    return page("dunning/plan_new.html", form=NewPlanForm(formdata=None, data={"is_default": is_first}))


@bp.post("/plans")
@requires(Permission.CHANGE_TEMPLATES)
def create():
    """A new one with its first texts."""
    company, form = company_where(Permission.CHANGE_TEMPLATES), NewPlanForm()
    if not form.validate():
        return page("dunning/plan_new.html", 422, form=form)
    try:
        plan = _created(company, form)
    except Refused as refused:
        db.session.rollback()
        form.name.errors = [str(refused)]
        return page("dunning/plan_new.html", 422, form=form)
    commit()
    flash(_("“%(name)s” is added. Read its texts before you give it to customers.", name=plan.name))
    return to(plan)


def _created(company: Company, form: NewPlanForm) -> DunningPlan:
    level = Level(form.level.data)
    wanted = {"has_reminders": form.has_reminders.data, "by": current_user}
    plan = plan_editing.create(company, form.name.data, level, **wanted)
    if form.is_default.data:
        plan_editing.make_default(plan, by=current_user)
    return plan


@bp.get("/plans/<int:plan_id>")
@requires(Permission.EDIT)
def show(plan_id: int):
    """Its steps, its name, and who has it."""
    return _page(plan_or_404(plan_id))


def _page(plan: DunningPlan, form: PlanForm | None = None, status: int = 200, **more: Any) -> Response:
    form = form or PlanForm(formdata=None, data={"version": plan.version, "name": plan.name, "level": plan.level.value})
    company = company_of(plan)
    count = plans.customer_counts(company, current_user).get(plan.id, 0)
    facts = {"plan": plan, "form": form, "of": company, "count": count, "default": plans.default_of(company)}
    return page("dunning/plan.html", status, **facts, **more)


@bp.post("/plans/<int:plan_id>")
@requires(Permission.CHANGE_TEMPLATES)
def change(plan_id: int):
    """Another name or level; where somebody saved meanwhile, what was typed stays."""
    plan, form = changeable(plan_id), PlanForm()
    if not form.validate():
        return _page(plan, form, 422)
    try:
        version = form.version.data or 0
        plan_editing.change(plan, form.name.data, Level(form.level.data), by=current_user, version=version)
    except plan_editing.Changed as changed:
        db.session.rollback()
        form.version.raw_data, form.version.data = None, plan_or_404(plan_id).version
        return _page(plan_or_404(plan_id), form, 409, conflict=changed)
    except Refused as refused:
        db.session.rollback()
        form.name.errors = [str(refused)]
        return _page(plan_or_404(plan_id), form, 422)
    commit()
    flash(_("Saved."))
    return to(plan)


@bp.post("/plans/<int:plan_id>/copy")
@requires(Permission.CHANGE_TEMPLATES)
def duplicate(plan_id: int):
    """The same once more."""
    copy = plan_editing.duplicate(changeable(plan_id), by=current_user)
    commit()
    flash(_("“%(name)s” is added; nobody has it yet.", name=copy.name))
    return to(copy)


@bp.post("/plans/<int:plan_id>/default")
@requires(Permission.CHANGE_TEMPLATES)
def make_default(plan_id: int):
    """New customers get it, or no longer."""
    plan = changeable(plan_id)
    plan_editing.make_default(plan, by=current_user, wanted=request.form.get("wanted") == "yes")
    commit()
    flash(_("New customers get this plan.") if plan.is_default else _("New customers get no plan."))
    return to(plan)


@bp.post("/plans/<int:plan_id>/archiving")
@requires(Permission.CHANGE_TEMPLATES)
def archive(plan_id: int):
    """Out of the choices, or back; customers who have it keep it."""
    plan = changeable(plan_id)
    plan_editing.archive(plan, by=current_user, back=request.form.get("wanted") == "no")
    commit()
    flash(_("Archived. Customers who have it keep it.") if plan.archived_at else _("Taken back."))
    return redirect(url_for("plans.index"), 303) if plan.archived_at else to(plan)
