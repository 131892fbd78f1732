"""The bank lines of two counterparties that are merged; matches hang on documents, which move by themselves."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update

from app.bank.models import BankTransaction, LabelRule
from app.counterparties.models import Counterparty
from app.extensions import db


def follow(gone: Counterparty, into: Counterparty, _by: Any) -> None:
    """What a label rule says is the first one's is the second one's, on lines that are here and on those to come."""
    for table in (BankTransaction, LabelRule):
        db.session.execute(update(table).where(table.counterparty_id == gone.id).values(counterparty_id=into.id))
