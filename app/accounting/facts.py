"""What a document says to the accountant, kept with what was sent, so that a later change is seen (SPEC AC-4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from app.documents.kinds import Kind
from app.documents.models import Document
from app.web.filters import amount, day

NAMES: dict[str, Any] = {
    "standing": lazy_gettext("Standing"),
    "kind": lazy_gettext("Kind"),
    "number": lazy_gettext("Number"),
    "party": lazy_gettext("Counterparty"),
    "issue_date": lazy_gettext("Issue date"),
    "due_date": lazy_gettext("Due date"),
    "currency": lazy_gettext("Currency"),
    "net_minor": lazy_gettext("Net"),
    "tax_minor": lazy_gettext("Tax"),
    "gross_minor": lazy_gettext("Gross"),
    "taxes": lazy_gettext("Taxes by rate"),
    "file": lazy_gettext("File"),
}
AMOUNTS = ("net_minor", "tax_minor", "gross_minor")
STANDINGS = {
    "validated": lazy_gettext("validated"),
    "to_process": lazy_gettext("not validated"),
    "trash": lazy_gettext("in the trash"),
}


def of(document: Document) -> dict[str, Any]:
    """What it says now."""
    return {
        "standing": _standing(document),
        "kind": document.kind.value,
        "number": document.number,
        "party": document.party_name,
        "party_id": document.counterparty_id,
        "issue_date": document.issue_date.isoformat() if document.issue_date else "",
        "due_date": document.due_date.isoformat() if document.due_date else "",
        "currency": document.currency,
        **{name: getattr(document, name) for name in AMOUNTS},
        "taxes": [[each.rate_bp, each.base_minor, each.tax_minor] for each in document.taxes],
        "file": document.original.file.sha256 if document.original else "",
    }


def differ(was: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """The names of what is not the same; a counterparty that only has another name is."""
    is_same_party = was.get("party_id") is not None and was.get("party_id") == now.get("party_id")
    return [name for name in NAMES if was.get(name) != now.get(name) and not (name == "party" and is_same_party)]


def changes(was: dict[str, Any], now: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Label, what was sent, and what it says now, of each that is not the same."""
    return [(str(NAMES[name]), _shown(name, was), _shown(name, now)) for name in differ(was, now)]


def _standing(document: Document) -> str:
    if document.trashed_at:
        return "trash"
    return "validated" if document.validated_at else "to_process"


def _shown(name: str, facts: dict[str, Any]) -> str:
    value = facts.get(name)
    in_words = IN_WORDS.get(name, lambda value, _currency: value)
    return str(in_words(value, facts.get("currency", "")) or "–") if value is not None else "–"


IN_WORDS: dict[str, Callable[[Any, str], Any]] = {
    "standing": lambda value, _currency: STANDINGS.get(value, value),
    "kind": lambda value, _currency: Kind(value).label,
    **dict.fromkeys(AMOUNTS, amount),
    **dict.fromkeys(("issue_date", "due_date"), lambda value, _currency: value and day(date.fromisoformat(value))),
    "taxes": lambda rows, currency: ", ".join(f"{rate / 100:g} %: {amount(tax, currency)}" for rate, _, tax in rows),
    "file": lambda value, _currency: _("file %(start)s…", start=value[:8]) if value else _("no file"),
}
