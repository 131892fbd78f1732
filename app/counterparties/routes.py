"""The pages of customers and suppliers."""

from __future__ import annotations

from typing import Any

from flask import flash, request
from flask_babel import gettext as _
from flask_login import current_user

from app.counterparties import (
    contact_pages,
    family_pages,
    iban_pages,
    keeping,
    many_pages,
    merge_pages,
    one_page,
    showing,
    terms,
)
from app.counterparties.blueprint import bp, here, mine, seen, to
from app.counterparties.forms import CounterpartyForm
from app.counterparties.models import Counterparty
from app.documents import categories, figures
from app.extensions import db
from app.tasks.jobs import commit
from app.users.models import Company
from app.web.access import Permission, allowed, demand, requires
from app.web.ids import row_id
from app.web.pages import page

__all__ = ["bp", "contact_pages", "family_pages", "iban_pages", "many_pages", "merge_pages"]

bp.add_app_template_global(terms.in_words, "terms_in_words")


# --- Lists ----------------------------------------------------------------------------------------


@bp.get("/customers")
@requires(Permission.SEE_OWN_PAGES)
def customers():
    """Whom the company invoices."""
    return _list(is_customer=True)


@bp.get("/suppliers")
@requires(Permission.SEE_OWN_PAGES)
def suppliers():
    """Who invoices the company."""
    return _list(is_customer=False)


def _list(*, is_customer: bool):
    listed = showing.list_page(current_user, here(), request.args, is_customer=is_customer)
    ids = [each.id for each in listed["counterparties"]]
    return page("counterparties/index.html", sums=figures.of(current_user, here(), ids), **listed)


# --- One counterparty -----------------------------------------------------------------------------


@bp.get("/counterparties/<int:counterparty_id>")
@requires(Permission.SEE_OWN_PAGES)
def show(counterparty_id: int):
    """Its facts, contacts and accounts, who looks after it, what is open, its latest documents, and what happened."""
    query = Counterparty.visible_to(current_user)
    if into := db.session.scalar(query.where(Counterparty.id == _merged_into(counterparty_id))):
        return to(into)
    return one_page.shown(seen(counterparty_id))


def _merged_into(counterparty_id: int) -> int:
    """Which one took it over; 0 where none did."""
    return db.session.scalar(db.select(Counterparty.merged_into_id).filter_by(id=counterparty_id)) or 0


@bp.get("/counterparties/new")
@requires(Permission.EDIT)
def new():
    """An empty form."""
    is_customer = request.args.get("as") == "customer"
    form = _form(here(), data={"is_customer": is_customer, "is_supplier": not is_customer, "terms_days": 30})
    return page("counterparties/edit.html", form=form, counterparty=None)


@bp.post("/counterparties")
@requires(Permission.EDIT)
def create():
    """A new one; a restricted member looks after those they make."""
    company = here()
    demand(Permission.EDIT, company.id)
    form = _form(company)
    if not form.validate():
        return page("counterparties/edit.html", 422, form=form, counterparty=None)
    counterparty = keeping.create(company, form.facts(), by=current_user)
    db.session.flush()
    if company.id in current_user.company_ids(Permission.SEE_ASSIGNED):
        keeping.assign(counterparty, [current_user.id], by=current_user)
    commit()
    flash(_("%(name)s is added.", name=counterparty.name))
    return to(counterparty)


@bp.get("/counterparties/<int:counterparty_id>/facts")
@requires(Permission.EDIT)
def edit(counterparty_id: int):
    """The form of its facts."""
    counterparty = mine(counterparty_id)
    form = _form(counterparty.company, counterparty)
    return page("counterparties/edit.html", form=form, counterparty=counterparty)


def _form(company: Company, counterparty: Counterparty | None = None, **kwargs: Any) -> CounterpartyForm:
    """With what can be chosen in this company, by this person."""
    offered = categories.choices(company, counterparty.default_category if counterparty else None)
    may_automate = allowed(current_user, Permission.ADMINISTER, company.id)
    return CounterpartyForm(company, counterparty, categories=offered, may_automate=may_automate, **kwargs)


@bp.post("/counterparties/<int:counterparty_id>/facts")
@requires(Permission.EDIT)
def save(counterparty_id: int):
    """Keep the changed facts; what somebody else changed meanwhile comes back with what was typed."""
    counterparty = mine(counterparty_id)
    form = _form(counterparty.company, counterparty)
    if not form.validate():
        return page("counterparties/edit.html", 422, form=form, counterparty=counterparty)
    try:
        keeping.edit(counterparty, form.facts(), by=current_user, version=form.version.data or 0)
    except keeping.Changed as changed:
        db.session.rollback()
        form.meet(changed)
        return page("counterparties/edit.html", 409, form=form, counterparty=counterparty, conflict=str(changed))
    commit()
    flash(_("Saved."))
    return to(counterparty)


@bp.post("/counterparties/<int:counterparty_id>/assignment")
@requires(Permission.ADMINISTER)
def assign(counterparty_id: int):
    """Exactly the people who are ticked look after it."""
    counterparty = seen(counterparty_id)
    demand(Permission.ADMINISTER, counterparty.company_id)
    keeping.assign(counterparty, request.form.getlist("users", type=row_id), by=current_user)
    commit()
    flash(_("Saved."))
    return to(counterparty)


@bp.post("/counterparties/<int:counterparty_id>/archiving")
@requires(Permission.EDIT)
def archive(counterparty_id: int):
    """Out of lists and choices, or back; its documents stay."""
    counterparty = mine(counterparty_id)
    keeping.archive(counterparty, by=current_user, back=bool(counterparty.archived_at))
    commit()
    flash(_("Archived.") if counterparty.archived_at else _("Taken back."))
    return to(counterparty)
