"""The contacts on a counterparty's page: added, changed, removed."""

from __future__ import annotations

from flask import flash
from flask_babel import gettext as _
from flask_login import current_user

from app.counterparties import contacts, one_page
from app.counterparties.blueprint import bp, mine, to
from app.counterparties.contact_forms import ContactForm
from app.counterparties.models import Contact, Counterparty
from app.extensions import db
from app.tasks.jobs import commit
from app.web.access import Permission, requires


def _of(counterparty: Counterparty, contact_id: int) -> Contact:
    return db.one_or_404(db.select(Contact).filter_by(id=contact_id, counterparty_id=counterparty.id))


@bp.post("/counterparties/<int:counterparty_id>/contacts")
@requires(Permission.EDIT)
def add_contact(counterparty_id: int):
    """One more."""
    counterparty, form = mine(counterparty_id), ContactForm()
    if not form.validate():
        return one_page.shown(counterparty, 422, contact_form=form)
    contacts.add(counterparty, form.facts(), by=current_user)
    commit()
    flash(_("The contact is added."))
    return to(counterparty)


@bp.get("/counterparties/<int:counterparty_id>/contacts/<int:contact_id>")
@requires(Permission.EDIT)
def contact(counterparty_id: int, contact_id: int):
    """The page with one of them open to be changed."""
    counterparty = mine(counterparty_id)
    edited = _of(counterparty, contact_id)
    return one_page.shown(counterparty, edited=edited, contact_form=ContactForm(formdata=None, obj=edited))


@bp.post("/counterparties/<int:counterparty_id>/contacts/<int:contact_id>")
@requires(Permission.EDIT)
def change_contact(counterparty_id: int, contact_id: int):
    """Keep what was changed of it."""
    counterparty = mine(counterparty_id)
    edited, form = _of(counterparty, contact_id), ContactForm()
    if not form.validate():
        return one_page.shown(counterparty, 422, edited=edited, contact_form=form)
    contacts.change(edited, form.facts(), by=current_user)
    commit()
    flash(_("Saved."))
    return to(counterparty)


@bp.post("/counterparties/<int:counterparty_id>/contacts/<int:contact_id>/trust")
@requires(Permission.EDIT)
def trust_contact(counterparty_id: int, contact_id: int):
    """Its address is right although a mail came back."""
    counterparty = mine(counterparty_id)
    contacts.trust(_of(counterparty, contact_id), by=current_user)
    commit()
    flash(_("It is written to again."))
    return to(counterparty)


@bp.post("/counterparties/<int:counterparty_id>/contacts/<int:contact_id>/removal")
@requires(Permission.EDIT)
def remove_contact(counterparty_id: int, contact_id: int):
    """It is written to no more."""
    counterparty = mine(counterparty_id)
    contacts.remove(_of(counterparty, contact_id), by=current_user)
    commit()
    flash(_("The contact is removed."))
    return to(counterparty)
