"""What may be right but looks wrong: said beside its field, and asked once before a validation (SPEC EX-4)."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _

from app.core import clock
from app.documents.models import Document, Kind
from app.web.filters import amount

ROUNDING = 1
"""Minor units by which printed amounts may miss each other."""
FIRST_DAY = date(1990, 1, 1)
AHEAD = timedelta(days=60)
LONGEST = timedelta(days=2 * 366)
"""Nobody is given longer to pay, but for a slip of the year."""


def of(document: Document) -> dict[str, str]:
    """Field → what looks wrong about it; empty where all is plausible."""
    asked = {"gross": _gross(document), "issue_date": _issue_date(document), "due_date": _due_date(document)}
    return {field: sentence for field, sentence in asked.items() if sentence}


def mark(found: dict[str, str]) -> str:
    """What says in a form that these doubts, and no others, were seen."""
    return hashlib.sha256(repr(sorted(found.items())).encode()).hexdigest()[:16]


def do_not_add_up(document: Document) -> bool:
    """Are all three amounts there, and net + tax another than gross?"""
    net, tax, gross = document.net_minor, document.tax_minor, document.gross_minor
    return None not in (net, tax, gross) and abs(net + tax - gross) > ROUNDING  # type: ignore[operator]


def rates_fit(document: Document) -> bool:
    """Do net and tax per rate still amount to the document's own?"""
    sums = [(document.net_minor, [each.base_minor for each in document.taxes])]
    sums += [(document.tax_minor, [each.tax_minor for each in document.taxes])]
    return all(said is not None and abs(said - sum(parts)) <= len(parts) * ROUNDING for said, parts in sums)


def _gross(document: Document) -> str:
    if document.kind is Kind.INVOICE and (document.gross_minor or 0) < 0:
        return _("An amount below zero is a credit note: change the type, or the sign.")
    if not do_not_add_up(document):
        return ""
    total: Any = (document.net_minor or 0) + (document.tax_minor or 0)
    said = {"total": amount(total, document.currency), "gross": amount(document.gross_minor, document.currency)}
    return _("Net + tax is %(total)s, gross says %(gross)s.", **said)


def _issue_date(document: Document) -> str:
    issued = document.issue_date
    if issued and issued < FIRST_DAY:
        return _("This is long ago: compare the year with the page.")
    if issued and issued > clock.today(document.company) + AHEAD:
        return _("This is far ahead: compare the date with the page.")
    return ""


def _due_date(document: Document) -> str:
    due, issued = document.due_date, document.issue_date
    if due and issued and due < issued:
        return _("It falls due before it was issued.")
    today = clock.today(document.company)
    if due and due > max(issued or today, today) + LONGEST:
        return _("It falls due years later: compare the date with the page.")
    return ""
