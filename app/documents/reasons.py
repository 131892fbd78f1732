"""Why a document is where it is and what comes next (SPEC LC-8): stored as key and arguments, put in words late."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.documents import words
from app.documents.models import Direction, Document, Kind, Status
from app.reader.reasons import reason as unreadable
from app.web.filters import amount

Reason = dict[str, Any]
tellers: list[Callable[[Document], Reason | None]] = []
"""Each may know better why a document is here, such as whom it waits for; `pipeline` fills it."""
said_in_review: set[str] = set()
"""Keys whose line says more than the review page does by itself; `pipeline` fills it."""
WITHOUT_FILE = ("hand", "spreadsheet")
"""How a document comes that has no file, until somebody adds one."""


def first(document: Document) -> Reason:
    """The one line that matters most now."""
    if document.status is Status.TRASH:
        return {"key": document.trash_kind.value if document.trash_kind else "deleted", "why": document.trash_reason}
    if document.disputed_at:
        return {"key": "disputed", "why": document.dispute_reason}
    if document.status is Status.UNREADABLE:
        return {"key": "unreadable", "code": document.unreadable_reason}
    told = (tell(document) for tell in tellers)
    return next((reason for reason in told if reason), None) or _plainly(document)


def _plainly(document: Document) -> Reason:
    """What its own facts say."""
    if document.status is Status.TO_PROCESS:
        return _to_check(document)
    if document.status is Status.VALIDATED and document.gross_minor == 0:
        return {"key": "zero"}
    if document.paid_minor and document.status is not Status.TO_APPROVE:
        return _paid(document)
    if document.kind is Kind.CREDIT_NOTE:
        keys = {Status.TO_MATCH: "available", Status.TO_PAY: "to_refund", Status.VALIDATED: "used"}
        return {"key": keys.get(document.status, document.status.value)}
    is_awaited = document.status is Status.TO_MATCH and document.direction is Direction.SALE
    return {"key": "outstanding" if is_awaited else document.status.value}


def _to_check(document: Document) -> Reason:
    if document.flags:
        return {"key": "flagged", "code": document.flags[0].get("code", "")}
    if document.unsure:
        return {"key": "unsure", "fields": list(document.unsure), "direction": document.direction.value}
    is_entered = document.source in WITHOUT_FILE and document.original is None
    return {"key": "entered" if is_entered else document.status.value}


def _paid(document: Document) -> Reason:
    """By hand, and what is still open; how and when stands on its mark."""
    left = {"open": document.open_minor, "currency": document.currency} if document.open_minor else {}
    return {"key": "paid", "way": words.way_of_paying(document)} | left


def in_words(reason: Reason) -> str:
    """The line, in the reader's language."""
    said, why = WORDS.get(reason.get("key", ""), ""), reason.get("why", "")
    if callable(said):
        return str(said(reason))
    return f"{said} {why}".strip()


def _not_read(reason: Reason) -> str:
    code = reason.get("code")
    return str(unreadable(code)) if code else gettext("Could not be read: complete it by hand.")


def _in_doubt(reason: Reason) -> str:
    """Which fields nobody is sure of: the first thing to look at."""
    fields = words.listed(reason["fields"], Direction(reason["direction"]))
    return gettext("Read, but not sure of: %(fields)s.", fields=fields)


def _by_hand(reason: Reason) -> str:
    """That no bank line says so, and what is still open."""
    if "open" not in reason:
        return str(DONE_BY_HAND[reason["way"]])
    return str(PART_BY_HAND[reason["way"]]) % {"amount": amount(reason["open"], reason["currency"])}


DONE_BY_HAND = {
    "paid": _("Done: it was paid by hand, no bank line is awaited."),
    "received": _("Done: it was received by hand, no bank line is awaited."),
    "refunded": _("Done: it was refunded by hand, no bank line is awaited."),
}
PART_BY_HAND = {
    "paid": _("A part was paid by hand: %(amount)s still open."),
    "received": _("A part was received by hand: %(amount)s still open."),
    "refunded": _("A part was refunded by hand: %(amount)s still open."),
}


def _matched(reason: Reason) -> str:
    """By what it was settled; another word than for what a person said."""
    return str(BY_BANK[reason["way"]])


def _part_matched(reason: Reason) -> str:
    """How much of it is settled, and how much that leaves."""
    figures = {name: amount(reason[name], reason["currency"]) for name in ("settled", "gross")}
    figures["left"] = amount(reason["gross"] - reason["settled"], reason["currency"])
    return gettext("%(settled)s of %(gross)s matched: %(left)s still open.", **figures)


BY_BANK = {
    "bank": _("Done: matched with the bank."),
    "automatic": _("Done: matched with the bank by itself."),
    "netted": _("Done: netted, no money is awaited."),
}
WORDS: dict[str, Any] = {
    "matched": _matched,
    "part_matched": _part_matched,
    "reading": _("Being read; it will be here to check in a moment."),
    "unreadable": _not_read,
    "to_process": _("Read: check it beside its page."),
    "entered": _("Entered without a file: complete it, then validate it."),
    "unsure": _in_doubt,
    "flagged": _("Read, with something to look at: check it beside its page."),
    "to_approve": _("Waits for approval."),
    "to_match": _("Validated: nothing to do until its bank line arrives."),
    "outstanding": _("Waits for the customer's payment."),
    "available": _("Available: to be allocated to invoices or refunded."),
    "to_pay": _("To be paid."),
    "to_refund": _("To be refunded."),
    "validated": _("Done."),
    "used": _("Allocated or refunded: nothing of it is left."),
    "paid": _by_hand,
    "zero": _("Nothing to pay: the amount is zero."),
    "disputed": _("Disputed:"),
    "deleted": _("Deleted."),
    "duplicate": _("A duplicate of another document."),
    "rejected": _("Not approved."),
    "kept": _("Kept although there is no trash: it was paid, matched, exported or sent."),
    "split": _("Split into several documents."),
    "merged": _("Merged into one document."),
    "undone": _("Made by a split or a merge that was taken back."),
}
"""Key → its sentence, or what makes one of the whole reason; the stages that come later add theirs."""
