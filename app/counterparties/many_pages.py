"""Who looks after many customers or suppliers at once (SPEC CP-1, US-2)."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from sqlalchemy import select

from app.core.errors import Refused
from app.counterparties import assignments
from app.counterparties.blueprint import bp, here
from app.counterparties.models import Counterparty
from app.extensions import db
from app.tasks.jobs import commit
from app.users.models import Membership, User
from app.web.access import Permission, demand, requires
from app.web.ids import row_id
from app.web.pages import page
from app.web.targets import local

MOST = 500


def _chosen(ids: list[int]) -> list[Counterparty]:
    """Those that were ticked, of the company looked at."""
    if not ids:
        raise Refused(_("Tick some of the list first. Nothing was changed."))
    query = Counterparty.visible_to(current_user).where(Counterparty.id.in_(ids[:MOST]))
    query = query.where(Counterparty.company_id == here().id, Counterparty.merged_into_id.is_(None))
    return list(db.session.scalars(query.order_by(Counterparty.name, Counterparty.id)))


def _members() -> list[User]:
    query = select(User).join(Membership).where(Membership.company_id == here().id, User.is_disabled.is_(False))
    return list(db.session.scalars(query.order_by(User.name, User.id)))


@bp.get("/counterparties/assignments")
@requires(Permission.ADMINISTER)
def many():
    """“Look after these 12: …”: who, and whether beside or instead of those who do."""
    demand(Permission.ADMINISTER, here().id)
    chosen = _chosen(request.args.getlist("ids", type=row_id))
    back = local(request.args.get("next"), url_for("counterparties.suppliers"))
    return page("counterparties/many.html", chosen=chosen, people=_members(), back=back)


@bp.post("/counterparties/assignments")
@requires(Permission.ADMINISTER)
def assign_many():
    """Let these people look after them."""
    demand(Permission.ADMINISTER, here().id)
    chosen, wanted = _chosen(request.form.getlist("ids", type=row_id)), set(request.form.getlist("users", type=row_id))
    people = [each for each in _members() if each.id in wanted]
    replaces = request.form.get("how") == "replace"
    if not people and not replaces:
        raise Refused(_("Tick at least one person. Nothing was changed."))
    count = assignments.give(chosen, people, instead=replaces, by=current_user)
    commit()
    flash(ngettext("%(num)d assignment is changed.", "%(num)d assignments are changed.", count))
    return redirect(local(request.form.get("next"), url_for("counterparties.suppliers")), 303)
