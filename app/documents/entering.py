"""A document entered by hand, without a file."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from app.documents import editing, status
from app.documents.models import Direction, Document, Kind, ReadState
from app.extensions import db
from app.users.models import Company, User

SOURCE = "hand"
TELLING = ("number", "counterparty_id", "counterparty_name", "gross", "net")
"""Without any of these it would say nothing."""


def blank(company: Company, direction: Direction) -> Document:
    """A document of which nothing is known yet, for its form; it is never kept."""
    names = ("number", "label", "counterparty_name", "order_reference", "payment_reference", "iban")
    texts = dict.fromkeys((*names, "account_code", "treasury_category"), "")
    facts = {"kind": Kind.INVOICE, "direction": direction, "currency": company.currency, "version": 1}
    return Document(company=company, company_id=company.id, **facts, **texts)


def enter(company: Company, facts: dict[str, Any], *, by: User) -> Document:
    """A document of these facts, as its form gives them; it waits to be checked like any other.

    Raises what `editing.edit` raises.
    """
    if all(facts.get(name) in (None, "") for name in TELLING):
        raise editing.Incomplete({"number": _("Enter at least the number, the counterparty or an amount.")})
    document = Document(company=company, direction=facts["direction"], currency=company.currency, source=SOURCE)
    document.read_state, document.created_by_id = ReadState.READ, by.id
    db.session.add(document)
    db.session.flush()
    status.settle(document, by=by, act="entered by hand")
    editing.edit(document, facts, by=by, version=document.version)
    return document
