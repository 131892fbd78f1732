"""A customer's links on its page: made, shown once, revoked."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.counterparties import one_page
from app.counterparties.models import Counterparty
from app.dunning import portal_links
from app.dunning.blueprint import bp
from app.dunning.customer_models import PortalLink
from app.extensions import db
from app.tasks.jobs import commit
from app.users.models import User
from app.web.access import Permission, demand, requires


def _customer(counterparty_id: int, permission: Permission) -> Counterparty:
    mine = Counterparty.visible_to(current_user).where(Counterparty.id == counterparty_id)
    counterparty = db.one_or_404(mine.where(Counterparty.merged_into_id.is_(None)))
    demand(permission, counterparty.company_id)
    return counterparty


def _back(counterparty: Counterparty) -> Response:
    return redirect(url_for("counterparties.show", counterparty_id=counterparty.id) + "#portal", 303)


@bp.post("/counterparties/<int:counterparty_id>/portal-links")
@requires(Permission.SEND_MAILS)
def make_portal_link(counterparty_id: int):
    """A new one; its address is shown this once, as only its hash is kept."""
    customer = _customer(counterparty_id, Permission.SEND_MAILS)
    url, _token = portal_links.make(customer, current_user)
    commit()
    return one_page.shown(customer, portal_url=url)


@bp.post("/counterparties/<int:counterparty_id>/portal-links/revocation")
@requires(Permission.EDIT)
def revoke_portal_links(counterparty_id: int):
    """None of them shows anything from now on."""
    portal_links.revoke_all(customer := _customer(counterparty_id, Permission.EDIT), by=current_user)
    commit()
    flash(_("All links of %(name)s are revoked.", name=customer.name))
    return _back(customer)


@bp.post("/counterparties/<int:counterparty_id>/portal-links/<int:link_id>/revocation")
@requires(Permission.EDIT)
def revoke_portal_link(counterparty_id: int, link_id: int):
    """One of them shows nothing from now on."""
    customer = _customer(counterparty_id, Permission.EDIT)
    mine = db.select(PortalLink).filter_by(id=link_id, counterparty_id=customer.id)
    portal_links.revoke(db.one_or_404(mine), by=current_user)
    commit()
    flash(_("The link is revoked."))
    return _back(customer)


def tell(counterparty: Counterparty, _user: User) -> dict[str, Any]:
    """For the customer's page: the links that work."""
    is_customer = counterparty.is_customer and counterparty.merged_into_id is None
    return {"portal_links": portal_links.living(counterparty)} if is_customer else {}
