"""The closed lists of words around the accountant: kinds of connection, journals, and where a document stands."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _

from app.documents.kinds import Direction, Kind
from app.documents.models import Document


class ConnectionKind(StrEnum):
    """How documents reach the accountant's software."""

    MAIL = "mail"
    ZIP = "zip"
    ENTRIES = "entries"

    @property
    def label(self) -> Any:
        return LABELS[self]


class Journal(StrEnum):
    """Which of the accountant's books a document belongs to; each may have an address of its own."""

    SALES = "sales"
    CREDIT_NOTES = "credit_notes"
    PURCHASES = "purchases"

    @property
    def label(self) -> Any:
        return LABELS[self]

    @property
    def is_purchases(self) -> bool:
        """Counted apart: fifty mails of purchases, fifty of sales with their credit notes (SPEC AC-3)."""
        return self is Journal.PURCHASES


class Ready(StrEnum):
    """From when on a document is ready for the accountant."""

    VALIDATED = "validated"
    PAID = "paid"

    @property
    def label(self) -> Any:
        return LABELS[self]


class Cause(StrEnum):
    """Why a run began."""

    DAILY = "daily"
    HAND = "hand"

    @property
    def label(self) -> Any:
        return LABELS[self]


class State(StrEnum):
    """Where a document stands on its way to the accountant."""

    OPEN = "open"
    """It goes with a run to come: never tried, given back, or to be sent again."""
    LEAVING = "leaving"
    SENT = "sent"
    REFUSED = "refused"
    """The next run tries it again and names it until it left."""
    UNCERTAIN = "uncertain"
    """Nobody knows whether it arrived: no program sends it again."""
    WITHHELD = "withheld"
    """A person keeps it back."""

    @property
    def label(self) -> Any:
        return LABELS[self]


class Said(StrEnum):
    """What the accountant answers."""

    RECEIVED = "received"
    BOOKED = "booked"
    MISSING = "missing"

    @property
    def label(self) -> Any:
        return LABELS[self]


GOES = (State.OPEN, State.REFUSED)
"""What a run takes."""
LABELS: dict[StrEnum, Any] = {
    ConnectionKind.MAIL: _("By e-mail"),
    ConnectionKind.ZIP: _("ZIP to download"),
    ConnectionKind.ENTRIES: _("Entries as CSV"),
    Journal.SALES: _("Sales"),
    Journal.CREDIT_NOTES: _("Credit notes of sales"),
    Journal.PURCHASES: _("Purchases"),
    Ready.VALIDATED: _("Validated and, where asked, approved"),
    Ready.PAID: _("Validated & paid"),
    Cause.DAILY: _("Daily"),
    Cause.HAND: _("By hand"),
    State.OPEN: _("Waiting"),
    State.LEAVING: _("Leaving"),
    State.SENT: _("Sent"),
    State.REFUSED: _("Refused"),
    State.UNCERTAIN: _("Uncertain"),
    State.WITHHELD: _("Kept back"),
    Said.RECEIVED: _("Received"),
    Said.BOOKED: _("Booked"),
    Said.MISSING: _("Something is missing"),
}


def journal_of(document: Document) -> Journal:
    """Its journal; the credit note of a supplier is a purchase."""
    if document.direction is Direction.PURCHASE:
        return Journal.PURCHASES
    return Journal.CREDIT_NOTES if document.kind is Kind.CREDIT_NOTE else Journal.SALES
