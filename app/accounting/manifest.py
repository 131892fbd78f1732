"""The lists inside a ZIP for the accountant: every document that is in it, and every one of the period that is not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _
from sqlalchemy import func, select

from app.accounting.codes import account_of
from app.accounting.enclosing import Enclosed
from app.accounting.kinds import State, journal_of
from app.accounting.run_models import Delivery
from app.core import money
from app.documents.models import Document
from app.extensions import db
from app.lists import csv_table

WHAT = ("facturx", "original", "xml")
"""What a file may be, in the order of the columns."""
ABOUT = (
    *(_("Number"), _("Type"), _("Journal"), _("Issue date"), _("Due date"), _("Counterparty"), _("VAT number")),
    *(_("Net amount"), _("Tax"), _("Gross amount"), _("Currency"), _("Status"), _("Category"), _("Account code")),
)
OF_FILES = (
    *(_("Factur-X"), _("SHA-256 of the Factur-X"), _("Bytes of the Factur-X")),
    *(_("Original"), _("SHA-256 of the original"), _("Bytes of the original")),
    *(_("XML"), _("SHA-256 of the XML"), _("Bytes of the XML")),
)
NAME = "manifest.csv"
HEADS_OF_MAIL = (*ABOUT, *OF_FILES)
HEADS = (*HEADS_OF_MAIL, _("Mailed to the accountant"), _("Remark"))
MISSING_HEADS = (*ABOUT, _("Why it is missing"))


def facts(document: Document) -> list[Any]:
    """What is said of it in either list."""
    party, category = document.counterparty, document.category
    amounts = (document.net_minor, document.tax_minor, document.gross_minor)
    return [
        *(document.number, str(document.kind.label), str(journal_of(document).label)),
        *(document.issue_date, document.due_date, document.party_name, party.vat_number if party else ""),
        *(None if minor is None else money.from_minor(minor, document.currency) for minor in amounts),
        *(document.currency, str(document.status.label)),
        *(category.name if category else "", account_of(document)),
    ]


def of_mail(parcels: Iterable[tuple[Document, Iterable[Enclosed]]]) -> bytes:
    """The list that goes with the ZIP of one mail."""
    named = lambda files: ((each.what, each.name, each.file.sha256, each.file.size) for each in files)  # noqa: E731
    rows = ([*facts(document), *of_files(named(files))] for document, files in parcels)
    return b"".join(csv_table.pieces(HEADS_OF_MAIL, rows))


def of_files(files: Iterable[tuple[str, str, str, int]]) -> list[Any]:
    """What, name, hash and size of each, where its columns are."""
    found = {what: [name, sha256, size] for what, name, sha256, size in files}
    return [cell for what in WHAT for cell in found.get(what, ["", "", None])]


def mailed_at(document: Document) -> str:
    """When its newest mail to the accountant was taken, by the company's clock."""
    sent = select(func.max(Delivery.settled_at)).where(Delivery.document_id == document.id)
    found = db.session.scalar(sent.where(Delivery.state == State.SENT))
    return _written(found, document.company.time_zone) if found else ""


def _written(moment: datetime, time_zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(time_zone)):%Y-%m-%d %H:%M}"


def nameless(why: Any) -> list[Any]:
    """The line of a document that is not there any more: nobody may say whose it was."""
    return [*("" for _each in ABOUT), str(why)]


def missing(document: Document, why: Any) -> list[Any]:
    """The line of one that is not in it."""
    return [*facts(document), str(why)]
