"""What a document must say before it counts (SPEC RV-3)."""

from __future__ import annotations

from flask_babel import gettext as _

from app.documents.models import Direction, Document, Kind


def missing(document: Document) -> dict[str, str]:
    """Field → what is to be done about it; empty where the document is complete."""
    asked = {
        "number": (document.number, _("Enter the number.")),
        "label": (document.label, _("Enter a label.")),
        "counterparty": (document.party_name, _who(document)),
        "gross": (document.gross_minor is not None, _("Enter the amount.")),
        "currency": (document.currency, _("Choose the currency.")),
        "issue_date": (document.issue_date, _("Enter the issue date.")),
        "due_date": (document.due_date or document.kind is Kind.CREDIT_NOTE, _("Enter the due date.")),
        "category": (document.category_id or not _needs_category(document), _("Choose a category.")),
    }
    return {name: sentence for name, (is_there, sentence) in asked.items() if not is_there} | _contradictions(document)


def _who(document: Document) -> str:
    return _("Choose the supplier.") if document.direction is Direction.PURCHASE else _("Choose the customer.")


def _needs_category(document: Document) -> bool:
    return document.direction is Direction.PURCHASE and document.company.category_required


def _contradictions(document: Document) -> dict[str, str]:
    if document.kind is Kind.INVOICE and (document.gross_minor or 0) < 0:
        return {"gross": _("An amount below zero is a credit note: change the type, or the sign.")}
    if document.kind is Kind.CREDIT_NOTE and (document.gross_minor or 0) < 0:
        return {"gross": _("Write the amount of a credit note without a minus sign.")}
    return {}
