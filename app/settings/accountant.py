"""How a company's accountant gets its documents: the settings, the dry run, and the switch (SPEC AC-2, AC-3)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from app.accounting import planning, sharings
from app.accounting.models import Sharing
from app.core import clock
from app.extensions import db
from app.outbox.composing import sender_address
from app.settings.accountant_form import SharingForm
from app.settings.blueprint import bp, company_or_404
from app.tasks.jobs import commit
from app.users.models import Company
from app.web.access import Permission, requires
from app.web.pages import page

MANY_MAILS = 100
"""More than one run may send: worth a second thought."""


@bp.get("/companies/<int:company_id>/accountant")
@requires(Permission.ADMINISTER)
def accountant(company_id: int):
    """How it shares its documents."""
    company = company_or_404(company_id)
    return _page(company, SharingForm(sharings.of(company), formdata=None))


@bp.post("/companies/<int:company_id>/accountant")
@requires(Permission.ADMINISTER)
def change_accountant(company_id: int):
    """Change it; what makes other documents leave is shown first, and done when it is said yes to."""
    company, then = company_or_404(company_id), request.form.get("then")
    sharing = sharings.of(company)
    form, is_on = SharingForm(sharing), sharing.shared_since is not None
    if then == "change":
        return _page(company, form)
    if not form.is_fine(is_complete=is_on or then == "plan"):
        return _page(company, form, 422)
    try:
        changed = sharings.change(company, form.facts(), by=current_user, yes_to=request.form.get("yes_to", ""))
    except sharings.Unseen as unseen:
        db.session.rollback()
        return _dry_run(company, sharings.imagined(company, form.facts()), unseen, typed=_typed())
    commit()
    if then == "plan":
        return redirect(url_for(".accountant_plan", company_id=company.id), 303)
    flash(_("Saved.") if changed else _("Nothing was changed."))
    return redirect(url_for(".accountant", company_id=company.id), 303)


@bp.get("/companies/<int:company_id>/accountant/plan")
@requires(Permission.ADMINISTER)
def accountant_plan(company_id: int):
    """What would be sent as things stand; looking at it sends nothing."""
    company = company_or_404(company_id)
    return _dry_run(company, sharings.of(company))


@bp.post("/companies/<int:company_id>/accountant/on")
@requires(Permission.ADMINISTER)
def share(company_id: int):
    """Switch it on, where what was seen is still so; else it is shown again."""
    company = company_or_404(company_id)
    try:
        sharings.switch_on(company, by=current_user, yes_to=request.form.get("yes_to", ""))
    except sharings.Unseen as unseen:
        db.session.rollback()
        return _dry_run(company, sharings.of(company), unseen)
    commit()
    flash(_("Switched on."))
    return redirect(url_for(".accountant", company_id=company.id), 303)


@bp.post("/companies/<int:company_id>/accountant/off")
@requires(Permission.ADMINISTER)
def stop_sharing(company_id: int):
    """Nothing more leaves."""
    company = company_or_404(company_id)
    count = sharings.switch_off(company, by=current_user)
    commit()
    cancelled = ngettext("%(num)d mail that waited was cancelled.", "%(num)d mails that waited were cancelled.", count)
    flash(" ".join([_("Switched off: nothing more leaves."), *([cancelled] if count else [])]))
    return redirect(url_for(".accountant", company_id=company.id), 303)


def _page(company: Company, form: SharingForm, status: int = 200) -> Response:
    sharing = sharings.of(company)
    known = {"examples": _examples(company, sharing), "sender": sender_address(), "sharing": sharing}
    return page("settings/accountant.html", status, company=company, form=form, **known)


def _examples(company: Company, sharing: Sharing) -> dict[str, Any]:
    """What the start date and the delay mean, by days of this year."""
    today = clock.today(company)
    last, days = sharing.start_date or date(today.year - 1, 12, 31), sharing.delay_days or 10
    leaves = {"days": days, "issued": today, "leaves": today + timedelta(days=days)}
    return {"last": last, "first": last + timedelta(days=1)} | leaves


def _dry_run(company: Company, sharing: Sharing, unseen: object = "", typed: dict[str, str] | None = None) -> Response:
    """The plan; `typed` are settings that are not saved yet."""
    plan, late = planning.plan(sharing), request.form.get("yes_to") and str(unseen)
    known: dict[str, Any] = {"plan": plan, "yes_to": sharings.seen(sharing, plan), "many": MANY_MAILS, "late": late}
    known |= {"lacking": sharings.lacking(sharing), "is_on": sharings.of(company).shared_since is not None}
    about = {"company": company, "sharing": sharing, "typed": typed}
    return page("settings/accountant_plan.html", 409 if late else 200, **about, **known)


def _typed() -> dict[str, str]:
    """The settings as they were typed, to be carried on."""
    return {name: value for name, value in request.form.items() if name not in ("csrf_token", "yes_to", "then")}
