"""What stands in a table of documents, a column each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from app.core import money
from app.documents.models import Document

HEADS = (
    *(lazy_gettext("Status"), lazy_gettext("Direction"), lazy_gettext("Type"), lazy_gettext("Number")),
    *(lazy_gettext("Label"), lazy_gettext("Counterparty"), lazy_gettext("VAT number"), lazy_gettext("Issue date")),
    *(lazy_gettext("Due date"), lazy_gettext("Currency"), lazy_gettext("Net amount"), lazy_gettext("Tax")),
    *(lazy_gettext("Gross amount"), lazy_gettext("Still open"), lazy_gettext("Category"), lazy_gettext("Account code")),
    *(lazy_gettext("Tags"), lazy_gettext("Assigned to"), lazy_gettext("Order reference")),
    *(lazy_gettext("Payment reference"), lazy_gettext("IBAN"), lazy_gettext("Came by"), lazy_gettext("Arrived on")),
    *(lazy_gettext("File"), lazy_gettext("Address")),
)
Cell = Any
"""A text, a `Decimal`, a day, or None."""


def row(document: Document, sources: Mapping[str, Any]) -> list[Cell]:
    """One document: texts are texts, amounts numbers and days days."""
    return [*_what(document), *_amounts(document), *_given(document), *_how_it_came(document, sources)]


def _what(document: Document) -> Iterator[Cell]:
    party = document.counterparty
    yield from (str(document.status.label), str(document.direction.label), str(document.kind.label))
    yield from (document.number, document.label, document.party_name, party.vat_number if party else "")
    yield from (document.issue_date, document.due_date, document.currency)


def _amounts(document: Document) -> Iterator[Decimal | None]:
    for minor in (document.net_minor, document.tax_minor, document.gross_minor, document.open_minor):
        yield None if minor is None else money.from_minor(minor, document.currency)


def _given(document: Document) -> Iterator[Cell]:
    category, assignee = document.category, document.assignee
    yield from (category.name if category else "", category.account_code if category else "")
    yield ", ".join(tag.name for tag in document.tags)
    yield assignee.name if assignee else ""
    yield from (document.order_reference, document.payment_reference, document.iban)


def _how_it_came(document: Document, sources: Mapping[str, Any]) -> Iterator[Cell]:
    yield str(sources.get(document.source, document.source))
    yield document.created_at.astimezone(ZoneInfo(document.company.time_zone)).date()
    yield document.original.name if document.original else _("none")
    yield f"{current_app.config['SETTINGS'].address}/documents/{document.id}"
