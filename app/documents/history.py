"""What happened to a document, from the trail, in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _

from app.audit import trail
from app.audit import words as trail_words
from app.audit.models import AuditEntry
from app.documents.models import Direction, Document, Kind, PaidMeans, Status, TrashKind
from app.documents.words import NAMES
from app.extensions import db
from app.web.filters import amount, day

WORDS = {"kind": Kind, "direction": Direction, "status": Status, "trash_kind": TrashKind, "paid_means": PaidMeans}
MOST = 200


@dataclass
class Line:
    """One thing that happened; `changes` are (name, was, is now) in words."""

    at: datetime
    who: str
    text: str
    icon: str
    why: str = ""
    changes: list[tuple[str, str, str]] = field(default_factory=list)


def of(document: Document) -> list[Line]:
    """Newest first."""
    entries = db.session.scalars(AuditEntry.about(document).limit(MOST))
    return [line_of(entry, document.currency) for entry in entries]


def line_of(entry: AuditEntry, currency: str) -> Line:
    """One entry about a document, in words."""
    text, icon = acts().get(_act(entry), (entry.act, "info"))
    shown = {
        name: pair
        for name, pair in entry.changes.items()
        if name in NAMES and not name.endswith("_id") and pair[0] != pair[1]
    }
    changes = [(str(NAMES[name]), *(_said(name, value, currency) for value in pair)) for name, pair in shown.items()]
    why = "" if entry.act in {"not read", "not rearranged"} else trail_words.why(entry.why)
    return Line(entry.at, entry.user_name or "Facteur", text, icon, why, changes)


def _act(entry: AuditEntry) -> str:
    """What goes into the trash because an approver rejected it is rejected, and that is what is said."""
    is_rejected = entry.act == "trashed" and TrashKind.REJECTED in entry.changes.get("trash_kind", ())
    return "rejected" if is_rejected else entry.act


def acts() -> dict[str, tuple[str, str]]:
    """What stands in the trail → in words, with an icon."""
    return {
        "arrived": (_("received it"), "inbox"),
        "entered by hand": (_("entered it by hand"), "pencil"),
        "imported from a spreadsheet": (_("imported it from a spreadsheet"), "upload"),
        "approval delegated": (_("handed the approval to a colleague"), "users"),
        "approval given back": (_("gave the approval back after an absence"), "undo-2"),
        "approval lapsed": (_("made a later approval lapse with it"), "undo-2"),
        "approval left to a stand-in": (_("left the approval to a stand-in"), "users"),
        "approval reassigned": (_("asked somebody else to approve"), "users"),
        "approval taken back": (_("took the approval back"), "undo-2"),
        "attached": (_("attached a file"), "paperclip"),
        "detached": (_("took a file off"), "paperclip"),
        "read": (_("read it"), "eye"),
        "not read": (_("could not read it"), "file-x"),
        "cut out": (_("cut it out of another document"), "scissors"),
        "put together": (_("put it together from several documents"), "git-merge"),
        "not rearranged": (_("could not split or merge it"), "file-x"),
        "read again": (_("had it read again"), "refresh-cw"),
        "edited": (_("changed it"), "pencil"),
        "approved": (_("approved it"), "circle-check"),
        "approver gone": (_("asked an admin in place of somebody who left"), "users"),
        "decision taken back": (_("took a decision back"), "undo-2"),
        "rejected": (_("rejected it"), "x"),
        "sent back": (_("sent it back for correction"), "undo-2"),
        "validated": (_("validated it"), "circle-check"),
        "assigned": (_("put somebody in charge"), "user-check"),
        "unassigned": (_("put nobody in charge"), "user"),
        "tagged": (_("put a tag on"), "tag"),
        "tag taken off": (_("took a tag off"), "tag"),
        "tag merged": (_("merged its tag into another"), "git-merge"),
        "commented": (_("commented"), "message-square"),
        "comment changed": (_("changed a comment"), "message-square"),
        "comment taken back": (_("took a comment back"), "message-square"),
        "moved": (_("moved it to another company"), "arrow-left-right"),
        "counterparty known": (_("knows whom it is from or for"), "user"),
        "counterparty suggested": (_("suggests whom it is from or for"), "user"),
        "paid by hand": (_("marked it as paid by hand"), "banknote"),
        "payment taken back": (_("took back what was marked as paid by hand"), "undo-2"),
        "matched": (_("matched it with the bank"), "landmark"),
        "netted": (_("netted it"), "receipt-text"),
        "difference written off": (_("wrote off a difference of it"), "calculator"),
        "match undone": (_("took a match back"), "undo-2"),
        "expected account chosen": (_("chose the account it will go through"), "landmark"),
        "expected date moved": (_("expects it on another day"), "calendar"),
        "expected date taken back": (_("expects it on the usual day again"), "calendar"),
        "sent to the customer": (_("sent it to the customer"), "send"),
        "received by the accountant": (_("noted that the accountant received it"), "check"),
        "booked by the accountant": (_("noted that the accountant booked it"), "check-check"),
        "missed by the accountant": (_("noted that something is missing for the accountant"), "circle-question-mark"),
        "accountant's answer voided": (_("took back an answer of the accountant that no person gave"), "undo-2"),
        "came back": (_("it came back from the customer"), "undo-2"),
        "disputed": (_("marked it as disputed"), "flag"),
        "dispute ended": (_("ended the dispute"), "check"),
        "sent to the accountant": (_("sent it to the accountant"), "send"),
        "may have reached the accountant": (_("may have sent it to the accountant"), "triangle-alert"),
        "known to have reached the accountant": (_("said that the accountant has it"), "check"),
        "came back from the accountant": (_("noted that its mail to the accountant came back"), "undo-2"),
        "to be sent to the accountant again": (_("asked for it to be sent to the accountant again"), "send"),
        "kept back from the accountant": (_("kept it back from the accountant"), "lock"),
        "let go to the accountant": (_("let it go to the accountant"), "undo-2"),
        "promised": (_("noted that the customer promised to pay it"), "calendar"),
        "promise taken back": (_("took back that it was promised"), "undo-2"),
        "reminders paused": (_("paused its reminders"), "clock"),
        "reminders resumed": (_("let its reminders go on"), "undo-2"),
        "trashed": (_("put it into the trash"), "trash-2"),
        "restored": (_("took it out of the trash"), "undo-2"),
        "counterparty merged": (_("took the customer or supplier it was merged into"), "git-merge"),
        "IBAN confirmed": (_("confirmed its IBAN"), "lock"),
        "IBAN not confirmed": (_("took back the confirmation of its IBAN"), "lock"),
        "file linked": (_("attached the file of a duplicate"), "paperclip"),
        "file replaced": (_("replaced its file"), "files"),
        "rule": (_("followed a rule"), "workflow"),
        "not moved": (_("did not move it to another company"), "ban"),
        "not a duplicate": (_("said that it is not a duplicate"), "check"),
        "file damaged": (_("found a stored file damaged"), "triangle-alert"),
    }


def _said(name: str, value: Any, currency: str) -> str:
    if value in (None, ""):
        return "–"
    if name.endswith("_minor"):
        return amount(value, currency)
    if name.endswith("_until") or name == "iban":
        return trail_words.value(value, name)
    if name.endswith(("_date", "_start", "_end")):
        return day(date.fromisoformat(value))
    if isinstance(value, list):
        return ", ".join(str(each) for each in value) or "–"
    return str(WORDS[name](value).label) if name in WORDS else str(value)


def note_damage(document: Document, name: str) -> bool:
    """Note once that this stored file of the document is not what it was; False where that is known."""
    known = AuditEntry.about(document).where(AuditEntry.act == "file damaged", AuditEntry.why == name)
    if db.session.scalars(known).first():
        return False
    trail.record(document, by=None, act="file damaged", why=name)
    return True
