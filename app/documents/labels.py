"""What a document is called where nobody said otherwise: its counterparty and its number."""

from __future__ import annotations

from app.documents.models import Document

LONGEST = 300


def usual(document: Document) -> str:
    """The label a document has until somebody writes one."""
    return made_of(document.party_name, document.number)


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
