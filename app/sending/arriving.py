"""A sale that comes while invoices are sent from here is *to send*, whatever became of it elsewhere (SPEC SE-1)."""

from __future__ import annotations

from app.core import clock
from app.documents.models import Direction, Document, Kind

LEFT = "not_to_send"
"""Left for the stage after the status: it turned out to be none that is sent."""


def align(document: Document) -> None:
    """Before its status: set where it is such a sale, cleared where it turned out to be none; in the trash it stays.

    Once it is sent, or its company sends no more, nothing of that changes.
    """
    if document.trashed_at or document.sent_at:
        return
    if not _is_invoice_to_customer(document) or _has_left_company(document):
        if document.to_send_at and document.cause:
            document.cause.left[LEFT] = True
        document.to_send_at = None
    if document.to_send_at is None and _comes_to_be_sent(document):
        document.to_send_at = clock.now()


def _is_invoice_to_customer(document: Document) -> bool:
    return document.direction is Direction.SALE and document.kind is Kind.INVOICE


def _has_left_company(document: Document) -> bool:
    """Was it moved just now? Then the other company's setting decides."""
    return document.cause is not None and "company_id" in document.cause.changed


def _comes_to_be_sent(document: Document) -> bool:
    since, came_at = document.company.sends_since, document.created_at
    return _is_invoice_to_customer(document) and since is not None and came_at is not None and came_at >= since
