"""Letters to two counterparties that are merged."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update

from app.channels.models import Letter
from app.counterparties.models import Counterparty
from app.extensions import db


def follow(gone: Counterparty, into: Counterparty, _by: Any) -> None:
    """What was written to the second one was written to the first."""
    db.session.execute(update(Letter).where(Letter.counterparty_id == gone.id).values(counterparty_id=into.id))
