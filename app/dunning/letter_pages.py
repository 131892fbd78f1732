"""What came back by e-mail goes as a letter, where a person says so."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.dunning import letter_proposals
from app.dunning.blueprint import bp, seen
from app.tasks.jobs import commit
from app.web.access import Permission, demand, requires
from app.web.targets import local

bp.add_app_template_test(letter_proposals.can_be_letter, "possible_letter")


@bp.post("/actions/<int:action_id>/letter")
@requires(Permission.EDIT)
def as_letter(action_id: int):
    """It goes as a letter, once somebody sends it."""
    action = seen(action_id)
    demand(Permission.EDIT, action.company_id)
    letter_proposals.as_letter(action, by=current_user)
    commit()
    flash(_("It goes as a letter: look at it, then send it."))
    there = url_for("counterparties.show", counterparty_id=action.counterparty_id)
    return redirect(local(request.form.get("next"), there), 303)
