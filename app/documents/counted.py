"""Which documents figures count: one place says it for all of them."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_

from app.documents.wanted import DECIDED, UNSENT


def is_to_send() -> ColumnElement[bool]:
    """Has its customer still to get it? `Document.is_to_send` as a test on its row."""
    return UNSENT


def counted() -> ColumnElement[bool]:
    """Validated, not in the trash, and not *to send* any more.

    Every figure goes through here: outstanding, overdue, delays, purchases, what a counterparty owes (SPEC SE-2).
    Treasury alone does not ask: money is expected for what is not sent yet, too.
    """
    return and_(DECIDED, ~is_to_send())
