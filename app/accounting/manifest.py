"""The list that goes with a ZIP: each file with the document it belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _

from app.accounting.enclosing import Enclosed
from app.accounting.kinds import journal_of
from app.core import money
from app.documents.models import Document
from app.lists import csv_table

NAME = "manifest.csv"
HEADINGS = (
    *(_("File"), _("Journal"), _("Kind"), _("Number"), _("Counterparty"), _("VAT number"), _("Issue date")),
    *(_("Due date"), _("Currency"), _("Net"), _("Tax"), _("Gross"), _("Category"), _("Account"), _("Bytes")),
    "SHA-256",
)


def lines(document: Document, files: Iterable[Enclosed]) -> Iterator[list[Any]]:
    """One for each of its files."""
    facts = [str(journal_of(document).label), str(document.kind.label), document.number, document.party_name]
    party, category = document.counterparty, document.category
    facts += [party.vat_number if party else "", document.issue_date, document.due_date, document.currency]
    facts += [_amount(minor, document) for minor in (document.net_minor, document.tax_minor, document.gross_minor)]
    account = document.account_code or (category.account_code if category else "")
    facts += [category.name if category else "", account]
    for each in files:
        yield [each.name, *facts, each.file.size, each.file.sha256]


def as_csv(rows: Iterable[list[Any]]) -> bytes:
    """As the reader's spreadsheet opens it."""
    return b"".join(csv_table.pieces(HEADINGS, rows))


def _amount(minor: int | None, document: Document) -> Decimal | None:
    return None if minor is None else money.from_minor(minor, document.currency)
