"""Whoever decides about a message is alone with it until they are done."""

from __future__ import annotations

from app.core.database import hold
from app.extensions import db
from app.intake.models import Message


def alone_with(message: Message) -> None:
    """Nobody else opens, judges or decides about this message until we end; it is read as it stands now."""
    hold(db.session, f"message:{message.id}")
    db.session.refresh(message)
