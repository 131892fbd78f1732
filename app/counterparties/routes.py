"""The pages of customers and suppliers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.analytics import counterparty as figures_of
from app.counterparties import keeping, showing, terms
from app.counterparties.forms import CounterpartyForm
from app.counterparties.models import Counterparty
from app.documents import categories, figures, search
from app.documents import showing as documents
from app.extensions import db
from app.review import learned
from app.tasks.jobs import commit
from app.users.models import Company
from app.users.sessions import current_company
from app.web.access import Permission, allowed, demand, requires
from app.web.ids import row_id
from app.web.pages import page

bp = Blueprint("counterparties", __name__)
bp.add_app_template_global(terms.in_words, "terms_in_words")


def seen(counterparty_id: int) -> Counterparty:
    """The counterparty, where the signed-in person may see it."""
    return db.one_or_404(Counterparty.visible_to(current_user).filter_by(id=counterparty_id))


def mine(counterparty_id: int) -> Counterparty:
    """The counterparty, where the signed-in person may change it."""
    counterparty = seen(counterparty_id)
    demand(Permission.EDIT, counterparty.company_id)
    return counterparty


def here() -> Company:
    """The company looked at."""
    return current_company() or abort(404)


def to(counterparty: Counterparty):
    """Back to its page."""
    return redirect(url_for("counterparties.show", counterparty_id=counterparty.id), 303)


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
    """Its facts, who looks after it, what is open, and its latest documents."""
    counterparty = seen(counterparty_id)
    positions = figures_of.of(current_user, counterparty)
    wanted = search.Wanted(counterparty=counterparty.id)
    latest = documents.latest(current_user, counterparty.company, wanted)
    about, known = showing.one_page(counterparty), learned.of(counterparty, current_user)
    return page("counterparties/show.html", positions=positions, learned=known, **latest, **about)


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
