"""What those who write a kind of letter or text message know of it, as outbox/kinds.py has it of mails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.channels.models import GatewayMessage, Letter

Carried = Letter | GatewayMessage


@dataclass(frozen=True)
class MessageKind:
    """One kind of letter or message; those nobody registered leave whatever happened since."""

    key: str
    why_not: Callable[[Carried], str]
    """Why it need not leave any more, empty where it does: asked when its turn has come (SAFETY S52)."""
    after: Callable[[Carried], None] | None = None
    """Told that a letter is posted or cancelled, that a message has its mark, in the transaction that keeps it."""


message_kinds: list[MessageKind] = []
"""Filled where the stages are connected (`pipeline.py`)."""


def _kind_of(carried: Carried) -> MessageKind | None:
    return next((each for each in message_kinds if each.key == carried.kind), None)


def why_not(carried: Carried) -> str:
    """Why it is not to leave any more; empty where it is."""
    kind = _kind_of(carried)
    return kind.why_not(carried) if kind else ""


def tell(carried: Carried) -> None:
    """What became of it, said to whoever wrote it."""
    kind = _kind_of(carried)
    if kind and kind.after:
        kind.after(carried)
