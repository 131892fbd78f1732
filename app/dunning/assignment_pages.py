"""Giving plans to customers: one on its page, many from their list."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from app.core.errors import Refused
from app.counterparties.models import Counterparty
from app.dunning import plans
from app.dunning.models import DunningPlan
from app.dunning.plan_blueprint import bp
from app.extensions import db
from app.tasks.jobs import commit
from app.users.models import Company, User
from app.users.sessions import company_where
from app.web.access import Permission, demand, requires
from app.web.ids import row_id
from app.web.pages import page
from app.web.targets import local

MOST = 500
NO_PLAN = "none"


def tell(counterparty: Counterparty, user: User) -> dict[str, Any]:
    """For the customer's page: its plan, where that comes from, and the others there are."""
    if not counterparty.is_customer or counterparty.company_id not in user.company_ids(Permission.EDIT):
        return {}
    plan = plans.plan_of(counterparty)
    inherited = plan is not None and plan.id != counterparty.dunning_plan_id
    offered = plans.offered(counterparty.company)
    if plan and not inherited and plan not in offered:
        offered = [*offered, plan]
    return {"customer_plan": plan, "is_inherited": inherited, "offered_plans": offered, "has_plan_panel": True}


def _chosen_plan(company: Company) -> DunningPlan | None:
    """The plan that was chosen; None where it is said that there shall be none. Raises `Refused` for anything else."""
    said = request.form.get("plan", "")
    wanted = request.form.get("plan", type=row_id)
    mine = DunningPlan.visible_to(current_user).where(DunningPlan.company_id == company.id)
    plan = db.session.scalar(mine.where(DunningPlan.id == (wanted or 0)))
    if plan is None and said != NO_PLAN:
        raise Refused(_("Choose a plan, or none. Nothing was changed."))
    return plan


@bp.post("/counterparties/<int:counterparty_id>/plan")
@requires(Permission.EDIT)
def assign(counterparty_id: int):
    """This customer has that plan from now on."""
    query = Counterparty.visible_to(current_user).filter_by(id=counterparty_id, merged_into_id=None)
    counterparty = db.one_or_404(query)
    demand(Permission.EDIT, counterparty.company_id)
    plan = _chosen_plan(counterparty.company)
    plans.assign([counterparty], plan, current_user)
    commit()
    flash(_("Saved."))
    return redirect(url_for("counterparties.show", counterparty_id=counterparty.id), 303)


def _ticked(company: Company, ids: list[int]) -> list[Counterparty]:
    if not ids:
        raise Refused(_("Tick some of the list first. Nothing was changed."))
    query = Counterparty.visible_to(current_user).where(Counterparty.id.in_(ids[:MOST]))
    query = query.where(Counterparty.company_id == company.id, Counterparty.merged_into_id.is_(None))
    query = query.where(Counterparty.is_customer)
    return list(db.session.scalars(query.order_by(Counterparty.name, Counterparty.id)))


@bp.get("/counterparties/plans")
@requires(Permission.EDIT)
def many():
    """“Give these 12 a plan”: which."""
    company = company_where(Permission.EDIT)
    chosen = _ticked(company, request.args.getlist("ids", type=row_id))
    back = local(request.args.get("next"), url_for("counterparties.customers"))
    return page("dunning/assign.html", chosen=chosen, plans=plans.offered(company), back=back)


@bp.post("/counterparties/plans")
@requires(Permission.EDIT)
def assign_many():
    """They all have it from now on."""
    company = company_where(Permission.EDIT)
    chosen = _ticked(company, request.form.getlist("ids", type=row_id))
    count = plans.assign(chosen, _chosen_plan(company), current_user)
    commit()
    flash(ngettext("%(num)d customer has another plan now.", "%(num)d customers have another plan now.", count))
    return redirect(local(request.form.get("next"), url_for("counterparties.customers")), 303)
