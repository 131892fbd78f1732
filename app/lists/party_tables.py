"""Customers and suppliers as a table, as they can be imported again (SPEC CP-1)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

from flask import Response, abort, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user
from sqlalchemy import Select
from sqlalchemy.orm import joinedload, selectinload

from app.core import clock
from app.counterparties import showing
from app.counterparties.models import Counterparty
from app.lists import csv_table, xlsx_table
from app.lists.blueprint import XLSX, bp
from app.lists.selecting import kept_context
from app.lists.streaming import download
from app.users.sessions import current_company
from app.web import keyset
from app.web.access import Permission, requires

PORTION = 500
HEADS = (
    *(lazy_gettext("Name"), lazy_gettext("Type"), lazy_gettext("VAT number"), lazy_gettext("SIREN")),
    *(lazy_gettext("SIRET"), lazy_gettext("E-mail"), lazy_gettext("Address"), lazy_gettext("Ledger account")),
    *(lazy_gettext("IBAN"), lazy_gettext("IBAN confirmed"), lazy_gettext("Looked after by")),
    lazy_gettext("Account owner"),
)


@bp.get("/<any(customers, suppliers):which>/table.<any(csv, xlsx):kind>")
@requires(Permission.SEE_OWN_PAGES)
def party_table(which: str, kind: str) -> Response:
    """All that the list shows, on all its pages."""
    company = current_company() or abort(404)
    query = showing.listed(current_user, company, request.args, is_customer=which == "customers")
    rows, what = _rows(query), _("customers") if which == "customers" else _("suppliers")
    name = f"{what}-{clock.today(company)}.{kind}"
    if kind == "csv":
        return download(csv_table.pieces(HEADS, rows), name, "text/csv")
    return download(xlsx_table.pieces(what.capitalize(), HEADS, rows), name, XLSX)


def _rows(query: Select[tuple[Counterparty]]) -> Iterator[list[Any]]:
    beside = (selectinload(Counterparty.ibans), selectinload(Counterparty.assigned_users))
    return _told(query.options(*beside, joinedload(Counterparty.owner)), kept_context())


def _told(query: Any, context: Callable[[], ExitStack]) -> Iterator[list[Any]]:
    """A portion at a time, in a transaction of its own: none stays open while somebody downloads."""
    after: str | None = ""
    while after is not None:
        with context():
            leaf = keyset.leaf(query, showing.ORDER, Counterparty.id, after=after, most=PORTION)
            after, lines = leaf.after, [row(each[0]) for each in leaf.rows]
        yield from lines


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
    ]


def _kind(party: Counterparty) -> str:
    if party.is_customer and party.is_supplier:
        return _("Customer and supplier")
    return _("Customer") if party.is_customer else _("Supplier")
