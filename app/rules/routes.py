"""The list of rules: read, turned on and off, ordered, copied, removed; the builder hangs on the same blueprint."""

from __future__ import annotations

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.core.errors import Refused
from app.extensions import db
from app.rules import building, demanding, jobs, keeping, running, showing, words
from app.rules.blueprint import bp, company_or_404, rule_or_404, to_list
from app.rules.models import Rule
from app.tasks.jobs import commit
from app.users.sessions import company_where
from app.web.access import Permission, requires
from app.web.ids import row_id
from app.web.moving import goes_on_earlier
from app.web.pages import page

__all__ = ["bp", "building", "demanding"]

bp.add_app_template_filter(words.why, "rule_why")


@bp.get("")
@requires(Permission.ADMINISTER)
def index():
    """The rules of the company looked at, in their order."""
    company = company_where(Permission.ADMINISTER)
    return page("rules/index.html", **showing.list_page(current_user, company))


@bp.post("/<int:workflow_id>/on")
@requires(Permission.ADMINISTER)
def turn_on(workflow_id: int):
    """Let it act from now on."""
    rule = rule_or_404(workflow_id)
    keeping.switch(rule, True, by=current_user)
    commit()
    flash(_("“%(name)s” is on.", name=rule.name))
    return to_list(rule)


@bp.post("/<int:workflow_id>/off")
@requires(Permission.ADMINISTER)
def turn_off(workflow_id: int):
    """Let it rest."""
    rule = rule_or_404(workflow_id)
    keeping.switch(rule, False, by=current_user)
    commit()
    flash(_("“%(name)s” is off.", name=rule.name))
    return to_list(rule)


@bp.post("/<int:workflow_id>/earlier")
@requires(Permission.ADMINISTER)
def act_earlier(workflow_id: int):
    """One place up."""
    return _shifted(rule_or_404(workflow_id), -1)


@bp.post("/<int:workflow_id>/later")
@requires(Permission.ADMINISTER)
def act_later(workflow_id: int):
    """One place down."""
    return _shifted(rule_or_404(workflow_id), 1)


def _shifted(rule: Rule, by_places: int) -> Response:
    """And back to the list, at the button for the next press."""
    place, count = keeping.shift(rule, by_places, by=current_user)
    commit()
    flash(_("“%(name)s” acts as number %(place)d of %(count)d now.", name=rule.name, place=place, count=count))
    return to_list(rule, "earlier" if goes_on_earlier(by_places, place, count) else "later")


@bp.post("/company/<int:company_id>/order")
@requires(Permission.ADMINISTER)
def order(company_id: int):
    """As they were dragged; where the page showed another order than there is by now, the list as it is."""
    company = company_or_404(company_id)
    ids, shown = (request.form.getlist(name, type=row_id)[: 2 * keeping.MOST] for name in ("order", "shown"))
    try:
        keeping.order(company, ids, shown=shown, by=current_user)
    except Refused as refused:
        db.session.rollback()
        flash(str(refused), "error")
        return to_list()
    commit()
    flash(_("The rules act in this order from now on."))
    return to_list()


@bp.post("/<int:workflow_id>/copy")
@requires(Permission.ADMINISTER)
def duplicate(workflow_id: int):
    """The same once more, turned off."""
    copy = keeping.duplicate(rule_or_404(workflow_id), by=current_user)
    commit()
    flash(_("“%(name)s” is added, and off until you turn it on.", name=copy.name))
    return to_list(copy)


@bp.post("/<int:workflow_id>/removal")
@requires(Permission.ADMINISTER)
def remove(workflow_id: int):
    """Take it away; it can be brought back."""
    rule = rule_or_404(workflow_id)
    keeping.remove(rule, by=current_user)
    commit()
    text = _("“%(name)s” is removed. What it did stays.", name=rule.name)
    flash({"text": text, "undo_url": url_for(".bring_back", workflow_id=rule.id)})
    return to_list()


@bp.post("/<int:workflow_id>/return")
@requires(Permission.ADMINISTER)
def bring_back(workflow_id: int):
    """Undo the removal."""
    rule = rule_or_404(workflow_id, removed=True)
    keeping.bring_back(rule, by=current_user)
    commit()
    flash(_("“%(name)s” is back.", name=rule.name))
    return to_list(rule)


@bp.post("/<int:workflow_id>/application")
@requires(Permission.ADMINISTER)
def apply(workflow_id: int):
    """Apply it to what waits, as the list counts it."""
    rule = rule_or_404(workflow_id)
    run = running.begin(rule, by=current_user)
    jobs.apply_rule.later(run.id)
    commit()
    flash(building.applied(run))
    return to_list(rule)
