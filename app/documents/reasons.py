"""Why a document is where it is and what comes next (SPEC LC-8): stored as key and arguments, put in words late."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.documents import words
from app.documents.models import Direction, Document, Kind, Status
from app.reader.reasons import reason as unreadable

WITHOUT_FILE = ("hand", "spreadsheet")
"""How a document comes that has no file, until somebody adds one."""
WORDS = {
    "reading": _("Being read; it will be here to check in a moment."),
    "unreadable": _("Could not be read: complete it by hand."),
    "to_process": _("Read: check it beside its page."),
    "entered": _("Entered without a file: complete it, then validate it."),
    "flagged": _("Read, with something to look at: check it beside its page."),
    "to_approve": _("Waits for approval."),
    "to_match": _("Validated: nothing to do until its bank line arrives."),
    "available": _("Available: to be allocated to invoices or refunded."),
    "to_pay": _("To be paid."),
    "validated": _("Done."),
    "zero": _("Nothing to pay: the amount is zero."),
    "deleted": _("Deleted."),
    "duplicate": _("A duplicate of another document."),
    "rejected": _("Not approved."),
    "kept": _("Kept although there is no trash: it was paid, matched, exported or sent."),
}


first_asked: list[Callable[[Document], dict[str, Any] | None]] = []
"""Stages that know more of why it is here; `pipeline` fills it."""
spoken: dict[str, Callable[[dict[str, Any]], str]] = {}
"""Key → the words of a stage that gave it; `pipeline` fills it."""


def first(document: Document) -> dict[str, Any]:
    """The one line that matters most now."""
    if said := next((said for ask in first_asked if (said := ask(document))), None):
        return said
    if document.status is Status.TRASH:
        return {"key": document.trash_kind.value if document.trash_kind else "deleted", "why": document.trash_reason}
    if document.status is Status.UNREADABLE:
        return {"key": "unreadable", "code": document.unreadable_reason}
    if document.status is Status.TO_PROCESS:
        return _to_check(document)
    if document.status is Status.VALIDATED and document.gross_minor == 0:
        return {"key": "zero"}
    is_credit = document.status is Status.TO_MATCH and document.kind is Kind.CREDIT_NOTE
    return {"key": "available" if is_credit else document.status.value}


def _to_check(document: Document) -> dict[str, Any]:
    if document.flags:
        return {"key": "flagged", "code": document.flags[0].get("code", "")}
    if document.unsure:
        return {"key": "unsure", "fields": list(document.unsure), "direction": document.direction.value}
    is_entered = document.source in WITHOUT_FILE and document.original is None
    return {"key": "entered" if is_entered else document.status.value}


def in_words(reason: dict[str, Any]) -> str:
    """The line, in the reader's language."""
    key, why = reason.get("key", ""), reason.get("why", "")
    if key in spoken:
        return spoken[key](reason)
    if key == "unreadable" and reason.get("code"):
        return str(unreadable(reason["code"]))
    if key == "unsure":
        return _in_doubt(reason)
    return f"{WORDS.get(key, '')} {why}".strip()


def _in_doubt(reason: dict[str, Any]) -> str:
    """Which fields nobody is sure of: the first thing to look at."""
    fields = words.listed(reason["fields"], Direction(reason["direction"]))
    return gettext("Read, but not sure of: %(fields)s.", fields=fields)
