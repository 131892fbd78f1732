"""Companies: what they are, how they work, and their intake addresses."""

from __future__ import annotations

from flask import abort, flash, redirect, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.documents.models import Direction
from app.intake import addresses
from app.settings.blueprint import administered, bp, company_or_404
from app.settings.forms import CompanyForm, RulesForm
from app.tasks.jobs import commit
from app.users import companies as changing
from app.users import people, sessions
from app.users.models import Company
from app.web.access import Permission, requires
from app.web.pages import page


@bp.get("/companies")
@requires(Permission.ADMINISTER)
def companies():
    """Those one is admin of."""
    return page("settings/companies.html", companies=administered(), current=sessions.current_company())


@bp.get("/companies/new")
@requires(Permission.ADMINISTER)
def new_company():
    """The form of a new one, filled in as the one looked at."""
    like = sessions.current_company() or Company(
        country="FR", currency="EUR", time_zone="Europe/Paris", ocr_languages="fra+eng"
    )
    form = CompanyForm(
        formdata=None,
        country=like.country,
        currency=like.currency,
        time_zone=like.time_zone,
        ocr_languages=like.ocr_languages.split("+"),
    )
    return page("settings/company.html", form=form, company=None)


@bp.post("/companies")
@requires(Permission.ADMINISTER)
def add_company():
    """Make it, with its intake addresses; whoever makes it is its admin."""
    form = CompanyForm()
    if not form.validate():
        return page("settings/company.html", status=422, form=form, company=None)
    company = people.create_company(form.name.data, by=current_user)
    changing.change(company, form.facts(), by=current_user)
    sessions.here().company = company
    commit()
    flash(_("%(company)s is added, and you are looking at it now.", company=company.name))
    return redirect(url_for(".intake_addresses", company_id=company.id), 303)


@bp.get("/companies/<int:company_id>")
@requires(Permission.ADMINISTER)
def company(company_id: int):
    """What it is."""
    found = company_or_404(company_id)
    form = CompanyForm(obj=found)
    form.ocr_languages.data = found.ocr_languages.split("+")
    return page("settings/company.html", form=form, company=found)


@bp.post("/companies/<int:company_id>")
@requires(Permission.ADMINISTER)
def change_company(company_id: int):
    """Change what it is."""
    found, form = company_or_404(company_id), CompanyForm()
    if not form.validate():
        return page("settings/company.html", status=422, form=form, company=found)
    changed = changing.change(found, form.facts(), by=current_user)
    commit()
    flash(_("Saved.") if changed else _("Nothing was changed."))
    return redirect(url_for(".company", company_id=found.id), 303)


@bp.get("/companies/<int:company_id>/rules")
@requires(Permission.ADMINISTER)
def company_rules(company_id: int):
    """How it works: who sees what, what review asks for, how long the trash is kept."""
    found = company_or_404(company_id)
    return page("settings/rules.html", form=RulesForm(obj=found), company=found)


@bp.post("/companies/<int:company_id>/rules")
@requires(Permission.ADMINISTER)
def change_rules(company_id: int):
    """Change how it works. What is no plain number of days means: keep for ever."""
    found, form = company_or_404(company_id), RulesForm()
    if not form.validate():
        return page("settings/rules.html", status=422, form=form, company=found)
    facts = {name: value for name, value in form.data.items() if name != "csrf_token"}
    facts["trash_days"] = changing.days_kept(form.trash_days.data)
    changing.change(found, facts, by=current_user)
    commit()
    flash(_("Saved."))
    if facts["trash_days"] is None:
        _say_nothing_is_removed((form.trash_days.data or "").strip(), is_emptied=facts["trash_emptied"])
    return redirect(url_for(".company_rules", company_id=found.id), 303)


def _say_nothing_is_removed(typed: str, *, is_emptied: bool) -> None:
    """What was typed is no number of days, or the trash is to be emptied without one."""
    kept = _("“%(typed)s” is not a number of days, so nothing is removed: the trash is kept for ever.", typed=typed)
    if typed:
        flash(kept, "warning")
    elif is_emptied:
        flash(_("Without a number of days nothing is removed: the trash is kept for ever."), "warning")


@bp.get("/companies/<int:company_id>/addresses")
@requires(Permission.ADMINISTER)
def intake_addresses(company_id: int):
    """The two addresses invoices are mailed to."""
    found = company_or_404(company_id)
    living = {direction: addresses.living(found, direction) for direction in Direction}
    shown = [(direction, addresses.full(each), each.created_at) for direction, each in living.items()]
    return page("settings/addresses.html", company=found, shown=shown)


@bp.post("/companies/<int:company_id>/addresses/<direction>/rotation")
@requires(Permission.ADMINISTER)
def rotate_address(company_id: int, direction: str):
    """End an address at once, and open another."""
    found = company_or_404(company_id)
    if direction not in set(Direction):
        abort(404)
    addresses.rotate(found, Direction(direction), by=current_user)
    commit()
    flash(_("The old address is refused from now on. Give the new one to those who send you invoices."))
    return redirect(url_for(".intake_addresses", company_id=found.id), 303)
