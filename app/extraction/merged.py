"""What was learned of two counterparties that are merged."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select, update

from app.counterparties.models import Counterparty
from app.extensions import db
from app.extraction.models import KeptLesson


def follow(gone: Counterparty, into: Counterparty, _by: Any) -> None:
    """The second one's next documents are read with it."""
    mine = update(KeptLesson).where(KeptLesson.counterparty_id == gone.id)
    db.session.execute(mine.values(counterparty_id=into.id))


def count(gone: Counterparty) -> tuple[Any, int]:
    """How many corrections are remembered."""
    query = select(func.count()).select_from(KeptLesson)
    living = query.where(KeptLesson.counterparty_id == gone.id, KeptLesson.removed_at.is_(None))
    return _("Remembered corrections"), db.session.scalar(living) or 0
