"""What a document is called where nobody said otherwise: its counterparty, or what is usual for it, and its number."""

from __future__ import annotations

from app.counterparties.models import Counterparty
from app.documents.models import Document

LONGEST = 300


def usual(document: Document) -> str:
    """The label a document has until somebody writes one; its counterparty may have one that is usual for it."""
    return made_of(called(document.counterparty) or document.party_name, document.number)


def called(counterparty: Counterparty | None) -> str:
    """How labels of its documents begin."""
    return (counterparty.default_label or counterparty.name) if counterparty else ""


def made_of(name: str, number: str) -> str:
    """Counterparty and number, as far as they are known."""
    return " – ".join(part for part in (name, number) if part)[:LONGEST]


def follow(document: Document, was: str) -> dict[str, tuple[str, str]]:
    """Let a label that was the usual one, `was`, follow the facts; the change, where there is one."""
    now = usual(document)
    if document.label != was or now == was:
        return {}
    document.label = now
    return {"label": (was, now)}
