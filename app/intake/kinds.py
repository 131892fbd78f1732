"""Messages that are no invoice and that somebody takes: a reply, a bounce, a forwarding code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.intake.letter import Letter
from app.intake.models import Message


@dataclass(frozen=True)
class MessageKind:
    """One of them: how it is told from others, and what is made of it in place of documents."""

    key: str
    """Stands in the mail log as the reason why no document was made."""
    recognise: Callable[[Letter], dict[str, Any] | None]
    """Its facts, or None for another kind; touches no row."""
    take: Callable[[Message, dict[str, Any]], None]
    """Run in the transaction in which the message is noted as opened; run again, it takes nothing twice."""


message_kinds: list[MessageKind] = []
"""Filled where the stages are connected (`pipeline.py`); the first that recognises a message has it."""


def kind_of(letter: Letter) -> tuple[MessageKind, dict[str, Any]] | None:
    """Who takes this message, and what was found in it."""
    for kind in message_kinds:
        if (facts := kind.recognise(letter)) is not None:
            return kind, facts
    return None
