"""The blueprint of customers and suppliers, and how its pages find what they are about."""

from __future__ import annotations

from flask import Blueprint, Response, abort, redirect, url_for
from flask_login import current_user

from app.counterparties.models import Counterparty
from app.extensions import db
from app.users.models import Company
from app.users.sessions import current_company
from app.web.access import Permission, demand

bp = Blueprint("counterparties", __name__)


def seen(counterparty_id: int) -> Counterparty:
    """The counterparty, where the signed-in person may see it."""
    return db.one_or_404(Counterparty.visible_to(current_user).filter_by(id=counterparty_id))


def mine(counterparty_id: int) -> Counterparty:
    """The counterparty, where the signed-in person may change it; one that was merged is changed no more."""
    counterparty = seen(counterparty_id)
    demand(Permission.EDIT, counterparty.company_id)
    if counterparty.merged_into_id:
        abort(404)
    return counterparty


def here() -> Company:
    """The company looked at."""
    return current_company() or abort(404)


def to(counterparty: Counterparty) -> Response:
    """Back to its page."""
    return redirect(url_for("counterparties.show", counterparty_id=counterparty.id), 303)
