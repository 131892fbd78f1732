"""Whether a mail is opened at once, or waits until somebody lets it in."""

from __future__ import annotations

from typing import Any

from app.intake import senders
from app.intake.models import Message

TAKEN_ANYWAY, ACCEPTED = "taken_anyway", "accepted"
BY_A_PERSON = {TAKEN_ANYWAY, ACCEPTED}
"""Notes by which somebody wants its documents: they stay when it is opened again."""


def is_let_in(message: Message) -> bool:
    """Has a person decided, of all of it or of a part, or did documents come of it already?"""
    is_decided = any(note["key"] in BY_A_PERSON for note in message.notes) or any(part.judged for part in message.parts)
    return message.by_id is not None or message.has_documents or is_decided


def senders_of(message: Message) -> tuple[str, ...] | None:
    """The only senders it may come from; None where anybody's is opened."""
    if is_let_in(message):
        return None
    known = senders.list_of(message.company_id, message.direction)
    return tuple(known.senders) if known.is_limited else None


def why_it_waits(proof: dict[str, Any], known: tuple[str, ...] | None) -> str:
    """The reason in a word; empty where it does not."""
    return senders.why_kept_out(proof, known) if proof and known is not None else ""
