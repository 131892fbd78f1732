"""Withdrawing the links by which the accountant answers, on the page of their run."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.accounting import answer_links, sight
from app.accounting.blueprint import bp
from app.accounting.run_models import Run
from app.tasks.jobs import commit
from app.web.access import Permission, allowed, demand, requires


@bp.app_template_global()
def may_withdraw_links(run: Run) -> bool:
    """Is there a link that works, and is it this person's to withdraw?"""
    return allowed(current_user, Permission.ADMINISTER, run.company_id) and bool(answer_links.living(run))


@bp.post("/runs/<int:run_id>/answer-links/withdrawal")
@requires(Permission.ADMINISTER)
def withdraw_links(run_id: int):
    """All of the run, such as after mails to a wrong address."""
    run = sight.run_or_404(run_id)
    demand(Permission.ADMINISTER, run.company_id)
    answer_links.withdraw(run, by=current_user)
    commit()
    flash(_("The links in the mails of this run are withdrawn."))
    return redirect(url_for(".run", run_id=run.id), 303)
