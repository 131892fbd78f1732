"""Customers and suppliers as a table, as they can be imported again (SPEC CP-1)."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user
from sqlalchemy.orm import joinedload, selectinload

from app.core import clock
from app.counterparties import showing
from app.counterparties.models import Counterparty
from app.lists.blueprint import bp
from app.lists.selecting import told_of
from app.lists.tables import table
from app.users.sessions import current_company
from app.web.access import Permission, requires

HEADS = (
    *(lazy_gettext("Name"), lazy_gettext("Type"), lazy_gettext("VAT number"), lazy_gettext("SIREN")),
    *(lazy_gettext("SIRET"), lazy_gettext("E-mail"), lazy_gettext("Address"), lazy_gettext("Ledger account")),
    *(lazy_gettext("IBAN"), lazy_gettext("IBAN confirmed"), lazy_gettext("Looked after by")),
    *(lazy_gettext("Account owner"), lazy_gettext("Plan")),
)


@bp.get("/<any(customers, suppliers):which>/table.<any(csv, xlsx):kind>")
@requires(Permission.SEE_OWN_PAGES)
def party_table(which: str, kind: str) -> Response:
    """All that the list shows, on all its pages."""
    company = current_company() or abort(404)
    query = showing.listed(current_user, company, request.args, is_customer=which == "customers")
    beside = (selectinload(Counterparty.ibans), selectinload(Counterparty.assigned_users))
    query = query.options(*beside, joinedload(Counterparty.owner), joinedload(Counterparty.dunning_plan))
    rows = told_of(query, row, showing.ORDER, Counterparty.id)
    what = _("customers") if which == "customers" else _("suppliers")
    return table(kind, f"{what}-{clock.today(company)}", what.capitalize(), HEADS, rows)


def row(party: Counterparty) -> list[Any]:
    """One of them: numbers it is known by are texts, as they begin with zeros."""
    first = next(iter(sorted(party.ibans, key=lambda each: (each.confirmed_at is None, each.id))), None)
    return [
        party.name,
        _kind(party),
        *(party.vat_number, party.siren, party.siret, party.email, party.address, party.account_code),
        *(first.iban if first else "", _("yes") if first and first.confirmed_at else ""),
        ", ".join(user.name or user.email for user in party.assigned_users),
        party.owner.name if party.owner else "",
        party.dunning_plan.name if party.dunning_plan else "",
    ]


def _kind(party: Counterparty) -> str:
    if party.is_customer and party.is_supplier:
        return _("Customer and supplier")
    return _("Customer") if party.is_customer else _("Supplier")
