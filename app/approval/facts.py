"""What an approval is about: the facts of SPEC LC-5, as one digest, and what became of them."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from flask_babel import gettext as _

from app.documents.models import Document
from app.documents.words import party
from app.web.filters import amount, iban

TYPED = ("gross_minor", "currency", "counterparty_id", "iban")
COUNTED = (*TYPED, "file")
"""What an approver sees and decides about; anything else may change without being asked again."""


def of(document: Document) -> dict[str, Any]:
    """The facts as they are now; the name is only for showing, as it outlives the row."""
    original = document.original
    return {
        "gross_minor": document.gross_minor,
        "currency": document.currency,
        "counterparty_id": document.counterparty_id,
        "counterparty": document.party_name,
        "iban": document.iban,
        "file": original.file.sha256 if original else "",
        "file_name": original.name if original else "",
        "validated_at": document.validated_at.isoformat() if document.validated_at else "",
    }


def digest(facts: dict[str, Any]) -> str:
    """The revision: the same for the same facts, another for any other."""
    counted = json.dumps([facts[name] for name in COUNTED], ensure_ascii=False)
    return hashlib.sha256(counted.encode()).hexdigest()


def revision_of(document: Document) -> str:
    """What a link, a page and a decision must be about to count now."""
    return digest(of(document))


def differences(was: dict[str, Any], now: dict[str, Any], document: Document) -> list[tuple[str, str, str]]:
    """What changed, in words: name, what it was, what it is."""
    lines = [
        (_("Gross amount"), _amount(was), _amount(now), _is_same(was, now, "gross_minor", "currency")),
        (party(document.direction), *_both(was, now, "counterparty"), _is_same(was, now, "counterparty_id")),
        (_("IBAN to pay to"), iban(was["iban"]) or "–", iban(now["iban"]) or "–", _is_same(was, now, "iban")),
        (_("File"), *_both(was, now, "file_name"), _is_same(was, now, "file")),
    ]
    return [(str(name), before, after) for name, before, after, is_same in lines if not is_same]


def _is_same(was: dict[str, Any], now: dict[str, Any], *names: str) -> bool:
    return all(was[name] == now[name] for name in names)


def _both(was: dict[str, Any], now: dict[str, Any], name: str) -> tuple[str, str]:
    return was[name] or "–", now[name] or "–"


def _amount(facts: dict[str, Any]) -> str:
    return "–" if facts["gross_minor"] is None else amount(facts["gross_minor"], facts["currency"])
