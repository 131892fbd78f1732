"""What a status is called to whoever reads it: sales and credit notes in the customer's words (SPEC LC-7)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _

from app.documents.models import Direction, Document, Kind, Status


class Called(StrEnum):
    """What stands on a chip in the place of a status."""

    OUTSTANDING = "outstanding"
    OVERDUE = "overdue"
    PAID = "paid"
    AVAILABLE = "available"
    TO_REFUND = "to_refund"
    USED = "used"
    TO_SEND = "to_send"

    @property
    def label(self) -> Any:
        return LABELS[self]


LABELS = {
    Called.OUTSTANDING: _("Outstanding"),
    Called.OVERDUE: _("Overdue"),
    Called.PAID: _("Paid"),
    Called.AVAILABLE: _("Available"),
    Called.TO_REFUND: _("To refund"),
    Called.USED: _("Used or refunded"),
    Called.TO_SEND: _("To send"),
}
CREDIT_NOTE = {Status.TO_MATCH: Called.AVAILABLE, Status.TO_PAY: Called.TO_REFUND, Status.VALIDATED: Called.USED}
SALE = {Status.TO_MATCH: Called.OUTSTANDING, Status.TO_PAY: Called.OUTSTANDING, Status.VALIDATED: Called.PAID}


def shown(document: Document, today: date) -> Status | Called:
    """What its chip says; only what is validated has words of its own, and nothing paid or unsent is overdue."""
    if document.kind is Kind.CREDIT_NOTE:
        return CREDIT_NOTE.get(document.status, document.status)
    if document.direction is not Direction.SALE:
        return document.status
    called = SALE.get(document.status, document.status)
    if called is Called.OUTSTANDING and document.is_to_send:
        return Called.TO_SEND
    is_late = document.due_date is not None and document.due_date < today
    return Called.OVERDUE if called is Called.OUTSTANDING and is_late else called
