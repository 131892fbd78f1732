"""Which documents figures count: one place says it for all of them."""

from __future__ import annotations

from sqlalchemy import ColumnElement

from app.documents.wanted import DECIDED


def counted() -> ColumnElement[bool]:
    """Validated and not in the trash.

    Every figure goes through here: outstanding, overdue, delays, purchases, what a counterparty owes. Sales that are
    still *to send* are to be left out (SPEC SE-2); once documents know whether they were sent, that is said here, and
    all figures follow. Treasury alone does not ask: money is expected for what is not sent yet, too.
    """
    return DECIDED
