"""Whoever decides about a message is alone with it until they are done."""

from __future__ import annotations

from app.core.database import hold
from app.extensions import db
from app.intake.models import Message


def held(message_id: int) -> Message:
    """Nobody else opens, judges or decides about this message until we end; it is read as it stands now."""
    hold(db.session, f"message:{message_id}")
    return db.session.get_one(Message, message_id, populate_existing=True)


def alone_with(message: Message) -> None:
    """The same for one that is at hand."""
    held(message.id)
