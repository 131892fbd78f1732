"""Which documents figures count: one place says it for all of them."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_

from app.documents.models import Document
from app.documents.wanted import DECIDED


def is_to_send() -> ColumnElement[bool]:
    """Has its customer still to get it? `Document.is_to_send` as a test on its row."""
    return and_(Document.to_send_at.is_not(None), Document.sent_at.is_(None))


def counted() -> ColumnElement[bool]:
    """Validated, not in the trash, and not *to send* any more.

    Every figure goes through here: outstanding, overdue, delays, purchases, what a counterparty owes (SPEC SE-2).
    Treasury alone does not ask: money is expected for what is not sent yet, too.
    """
    return and_(DECIDED, ~is_to_send())
