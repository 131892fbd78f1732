"""Bank lines and label rules of two counterparties that are merged; matches hang on documents, which move."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update

from app.bank.models import BankTransaction, LabelRule
from app.counterparties.models import Counterparty
from app.extensions import db


def follow(gone: Counterparty, into: Counterparty, _by: Any) -> None:
    """What a label rule said, or will say, is the first one's is the second one's."""
    for model in (BankTransaction, LabelRule):
        mine = update(model).where(model.counterparty_id == gone.id)
        db.session.execute(mine.values(counterparty_id=into.id))
