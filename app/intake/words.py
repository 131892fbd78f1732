"""The mail log's reasons, in the reader's words."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from app.documents.models import Status
from app.intake import archive_words, judged_words
from app.intake.letting import BY_A_PERSON
from app.intake.models import Message, MessageState, Outcome, Part, Source
from app.intake.pieces import NO_FILE
from app.reader.reasons import reason as unreadable
from app.web.filters import size

ABOUT_MAILS = {"approval_reply", "customer_reply", "bounce", "auto_reply", "forwarding", "own"}
"""Why no document is made of a message, where its text is none either."""


def outcome(part: Part) -> Outcome:
    """What became of it; a document that was made and could not be read is unreadable here too."""
    return Outcome.UNREADABLE if part.outcome is Outcome.IMPORTED and _is_unreadable(part) else part.outcome


def _is_unreadable(part: Part) -> bool:
    return part.document is not None and part.document.status is Status.UNREADABLE


def of_part(part: Part) -> str:
    """Why this part was taken as it was, as its document says it; empty where nothing needs saying."""
    if part.document and _is_unreadable(part):
        return str(unreadable(part.document.unreadable_reason))
    reason = dict(part.reason)
    key = reason.pop("key", "")
    words = {
        "empty": _("It is empty (0 bytes). Ask the sender for it again."),
        "decoration": _("A logo or a signature picture, by its size, its shape and its place in the text."),
        "mislabelled": _("It says it is a %(said)s file, but its contents are something else.", said=_said(reason)),
        "no_e_invoice": _("XML, but no e-invoice (UBL, CII)."),
        "type": _("Not a type that invoices are read from."),
        "too_deep": _("Nested deeper than messages are opened."),
        "mail_opened": _("A message; its own parts are listed below."),
        "twice": _("The same file twice in this message."),
        "same_bytes": _("The same file was already there."),
        "body": _("What the mail says; its attachments are looked at by themselves."),
        "body_made": _("Made of the text of the message."),
        "to_assign": _("It waits for the invoice it belongs to."),
        "already_waiting": _("The same file already waits for its invoice."),
        "discarded": _("Deleted by a person; the original stays here."),
        "spreadsheet": _("A list of invoices: its lines are imported on a page of their own."),
    }
    return words.get(key) or archive_words.told(key, reason) or judged_words.told(key, reason) or of_machine(key)


def _said(reason: dict[str, Any]) -> str:
    return {"pdf": "PDF", "image": _("picture"), "xml": "XML"}.get(reason.get("said", ""), "")


def of_machine(key: str) -> str:
    """Why no document is made of a whole message."""
    words = {
        "bounce": _("A delivery report, not a message of a supplier."),
        "auto_reply": _("An automatic reply."),
        "list": _("Sent through a mailing list."),
        "own": _("Sent by Facteur itself."),
        "approval_reply": _("An answer to a mail about an approval: it decides nothing, and its author was told how."),
        "customer_reply": _("A customer's answer to a mail of ours: it waits under To do → Replies."),
        "forwarding": _("A mailbox asks to forward its mails here. Admins find the code under Import by e-mail."),
        "loop": _("It went round in circles between mail servers."),
    }
    return words.get(key, "")


def of_note(note: dict[str, Any]) -> str:
    """What should be known of the message as a whole."""
    words = {
        "no_attachment": _("No attachment that could be an invoice."),
        "not_opened": _("It holds something that could not be opened: the parts below say what and why."),
        "body_invoice": _("No attachment, but its text looks like an invoice."),
        "to_download": _("It only links to an invoice: somebody has to fetch it."),
        "file_added": _("The file it links to was added by hand."),
        "not_needed": _("Somebody said that nothing is to be downloaded here."),
        "text_not_made": _("No document could be made of its text. Print it as a PDF and add that by hand."),
        "same_message_id": _("Another message has the same Message-ID but other contents. Both were kept."),
        "too_many_parts": _(
            "It has more parts than are opened: only the first %(limit)s were.", limit=note.get("limit")
        ),
        "nested": _("Its parts are nested so deeply that it was not opened. The original is kept."),
        "broken": _("Its contents could not be understood. The original is kept."),
        "damaged": _("The stored original is missing or was changed. Restore it from a backup."),
        "too_large": _(
            "It is larger than what is taken here (%(size)s), so only its header was fetched. "
            "It lies in its mailbox: save its invoice and add it by hand.",
            size=size(note.get("size") or 0),
        ),
        "not_given": _(
            "The mail server did not give out its contents, so only its header is here. Look for it in its mailbox."
        ),
        "quarantined": kept_out(note.get("why", "")),
        "accepted": _("It was in quarantine, and somebody let it in."),
        "taken_anyway": _("Its documents were taken because somebody asked for it."),
    }
    machine = of_machine(note["key"])
    return words.get(note["key"]) or (_("%(why)s No document was made of it.", why=machine) if machine else "")


def why_nothing(message: Message) -> str:
    """Why no document came of it, rather than that somebody let it in; empty where nothing is said."""
    notes = sorted(message.notes, key=lambda note: note["key"] in BY_A_PERSON)
    return of_note(notes[0]) if notes else ""


def kept_out(why: str) -> str:
    """Why a message waits in quarantine."""
    if why == "not_listed":
        return _("Its sender is not on the list of those who are let in.")
    if why == "forged":
        return _("Its sender is on the list, but the checks say that it may not come from there.")
    return _("Nobody can say who sent it.")


def summary(message: Message) -> list[tuple[Outcome, int]]:
    """How many parts had which outcome, the text of the message left out."""
    counted: dict[Outcome, int] = {}
    for part in files(message):
        counted[outcome(part)] = counted.get(outcome(part), 0) + 1
    return [(each, counted[each]) for each in Outcome if each in counted]


def in_order(message: Message) -> list[tuple[Part, int]]:
    """The parts as they are shown, each with how deep it stands: what an archive holds comes after it."""
    held: dict[int | None, list[Part]] = {}
    for part in message.parts:
        held.setdefault(part.inside, []).append(part)
    shown: list[tuple[Part, int]] = []
    waiting = [(part, 0) for part in reversed(held.pop(None, []))]
    while waiting:
        part, depth = waiting.pop()
        shown.append((part, depth))
        waiting += [(inner, depth + 1) for inner in reversed(held.pop(part.position, []))]
    return shown + [(part, 0) for orphans in held.values() for part in orphans]


def files(message: Message) -> list[Part]:
    """The parts that are more than the text of the message, and more than the wrapping of others."""
    return [part for part in message.parts if part.reason.get("key") not in NO_FILE]


def is_machine(message: Message) -> bool:
    """Was nothing taken because a machine wrote it?"""
    return any(of_machine(note["key"]) for note in message.notes)


def is_about_mails(message: Message) -> bool:
    """Is it a delivery report, an automatic reply or a forwarding code: never an invoice, whatever its text says?"""
    return any(note["key"] in ABOUT_MAILS for note in message.notes)


def can_be_read_again(message: Message) -> bool:
    """Is there anything a second opening could find?"""
    if message.is_header_only or message.source in (Source.ASSIGN, Source.SPREADSHEET):
        return False
    return message.state in (MessageState.FAILED, MessageState.OPENED)
