"""A person says what a part is: an invoice, the annex of one, or no document; taken back at any time (SPEC IN-4).

The program's own decision is kept beside it, and whatever is said next starts from that one.
"""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.audit import trail
from app.core import clock
from app.core.errors import Refused
from app.documents import arrival, status
from app.documents.models import Document, DocumentFile, FileRole, TrashKind, key_of
from app.documents.trash import restore, trash
from app.extensions import db
from app.files.models import File
from app.intake.deciding import alone_with
from app.intake.models import Judgement, Message, MessageState, Outcome, Part, Source
from app.intake.pieces import NO_FILE
from app.users.models import User

WRAPPING = {*NO_FILE, "too_deep", "spreadsheet"}
ITS_OWN = {Outcome.IMPORTED, Outcome.UNREADABLE}
"""The program made a document of it."""
READABLE = ("application/pdf", "application/xml", "image/")
PENDING = "judged_pending"


def can_be_judged(part: Part) -> bool:
    """Is it more than a wrapping, and are its bytes at hand?

    A file that was dropped for an invoice is decided about where it waits, and afterwards is that invoice's.
    """
    if part.message.source is Source.ASSIGN and part.outcome in (Outcome.WAITING, Outcome.ATTACHED):
        return False
    return part.judged is not None or (part.reason.get("key") not in WRAPPING and part.size > 0)


def can_be_invoice(part: Part) -> bool:
    """Is it of a type that is read, or was a document made of it before?"""
    return part.type.startswith(READABLE) or was(part)["outcome"] in ITS_OWN


def was(part: Part) -> dict[str, Any]:
    """What the program had made of it: outcome, reason, document."""
    now = {"outcome": part.outcome.value, "reason": part.reason, "document": part.document_id}
    return part.reason.get("was", now) if part.judged else now


def judge(part: Part, judgement: Judgement, *, by: User, target: Document | None = None) -> None:
    """Make it so, from what the program had decided; where its bytes are not kept yet, when it is opened again."""
    _held(part)
    if _is_under_way(part):
        raise Refused(_("This part is being taken out of its message. Wait a moment and try again."))
    before, now = part.judged, was(part)
    _take_back(part, by=by)
    _check(part, judgement, target)
    part.judged, part.judged_at = judgement, clock.now()
    part.reason = {"key": PENDING, "was": now, "by": by.id, "target": target.id if target else None}
    if part.file is None and judgement is not Judgement.NOT_DOCUMENT:
        part.message.state = MessageState.RECEIVED
    else:
        carry_out(part, by=by)
    changes = {"part": [None, part.name], "judged": [before, judgement]}
    trail.record(part.message, by=by, act="judged", changes=changes)


def undo(part: Part, *, by: User) -> None:
    """Back to what the program had made of it."""
    _held(part)
    if part.judged is None or _is_under_way(part):
        raise Refused(_("There is nothing to take back here."))
    before = part.judged
    _take_back(part, by=by)
    trail.record(part.message, by=by, act="undone", changes={"part": [part.name, part.name], "judged": [before, None]})


def carry_out(part: Part, *, by: User | None) -> None:
    """Do what was said of a part whose bytes are kept."""
    target_id, now = part.reason["target"], part.reason["was"]
    part.reason = {"key": f"judged_{part.judged}", "was": now}
    if part.judged is Judgement.INVOICE:
        _make_invoice(part, now, by=by)
        return
    _put_aside(part, now, by=by)
    part.outcome = Outcome.PASSED_OVER
    if part.judged is Judgement.ANNEX:
        target = db.session.get(Document, target_id) if target_id else None
        if target and not target.trashed_at:
            part.document, part.outcome = target, Outcome.ATTACHED
            _attach(part, target, FileRole.ATTACHMENT, by=by)


def waiting_with_number(number: str, company_id: int, user: User) -> Document:
    """The one document with this number that nobody validated yet, among those `user` may know about."""
    key = key_of(number)
    query = Document.visible_to(user).where(
        Document.company_id == company_id,
        Document.number_key == key,
        Document.trashed_at.is_(None),
        Document.validated_at.is_(None),
    )
    found = list(db.session.scalars(query.limit(2))) if key else []
    if not found:
        raise Refused(_("No document waits with the number %(number)s.", number=number.strip()[:100] or "–"))
    if len(found) > 1:
        raise Refused(_("Several documents wait with this number: open the right one and add the file there."))
    return found[0]


def remembered(company_id: int, file: File) -> Part | None:
    """The part with these bytes on which somebody of the company said last what it is (SPEC DU-2)."""
    query = (
        select(Part)
        .join(Message)
        .where(Message.company_id == company_id, Part.file_id == file.id, Part.judged.is_not(None))
    )
    return db.session.scalar(query.order_by(Part.judged_at.desc(), Part.id.desc()).limit(1))


def _held(part: Part) -> None:
    """Nobody else opens or judges this message until we end; nothing of one is judged that waits to be let in."""
    alone_with(part.message)
    db.session.refresh(part)
    if part.message.state in (MessageState.QUARANTINED, MessageState.DISCARDED):
        raise Refused(_("This message waits in quarantine: accept it to have it opened."))


def _is_under_way(part: Part) -> bool:
    """Does it wait for its bytes, with its message about to be opened for them?"""
    return part.reason.get("key") == PENDING and part.message.state is MessageState.RECEIVED


def _check(part: Part, judgement: Judgement, target: Document | None) -> None:
    if not can_be_judged(part):
        raise Refused(_("Nothing can be made of this part."))
    if judgement is Judgement.INVOICE and not can_be_invoice(part):
        raise Refused(_("Only PDFs, pictures and e-invoices become documents."))
    if judgement is Judgement.INVOICE and part.outcome is Outcome.DUPLICATE and not _is_in_trash(part.document):
        raise Refused(_("This file is a document already."))
    if judgement is Judgement.ANNEX and target is None:
        raise Refused(_("Choose the document it belongs to."))
    if target and target.trashed_at:
        raise Refused(_("That document is in the trash: restore it first."))
    if judgement is Judgement.ANNEX and part.document and target == part.document and part.outcome in ITS_OWN:
        raise Refused(_("A document cannot be its own annex."))


def _is_in_trash(document: Document | None) -> bool:
    return document is None or document.trashed_at is not None


# --- What the program made of it ------------------------------------------------------------------


def _own(part: Part, now: dict[str, Any]) -> Document | None:
    """The document that was made of it or that it was put beside; not the one that had its bytes already."""
    document = db.session.get(Document, now["document"]) if now["document"] else None
    if document and now["outcome"] == Outcome.DUPLICATE:
        return document if document.original and document.original.file_id == part.file_id else None
    return document


def _put_aside(part: Part, now: dict[str, Any], *, by: User | None) -> None:
    """Its document goes to the trash, its e-invoice leaves the PDF it stood beside."""
    document = _own(part, now)
    if document is None:
        return
    if now["outcome"] == Outcome.ATTACHED:
        _detach(part, document, by=by)
    elif now["outcome"] in ITS_OWN and not document.trashed_at:
        _not_validated(document)
        trash(document, by=by, why=str(_("Not a document, as the mail log says.")))
        part.reason = part.reason | {"moved": document.id}


def _take_back(part: Part, *, by: User) -> None:
    """Undo what a judgement did; the part is again as the program left it."""
    if part.judged is None:
        return
    now, moved = was(part), part.reason.get("moved")
    if part.judged is Judgement.ANNEX and part.document:
        _detach(part, part.document, by=by)
    if part.judged is Judgement.INVOICE:
        _unmake(part, now, by=by)
    if now["outcome"] == Outcome.ATTACHED and (document := _own(part, now)):
        _attach(part, document, FileRole.E_INVOICE, by=by)
    if moved and (document := db.session.get(Document, moved)) and document.trashed_at:
        restore(document, by=by)
    part.judged = part.judged_at = None
    part.outcome, part.reason = Outcome(now["outcome"]), now["reason"]
    part.document = db.session.get(Document, now["document"]) if now["document"] else None
    db.session.flush()


def _make_invoice(part: Part, now: dict[str, Any], *, by: User | None) -> None:
    """A document of its own: the one it had, or a new one."""
    document = _own(part, now)
    if now["outcome"] == Outcome.ATTACHED and document:
        _detach(part, document, by=by)
        document = None
    if document and document.trashed_at:
        restore(document, by=by)
    part.document = document or _arrive(part, by=by)
    part.outcome = Outcome.IMPORTED


def _arrive(part: Part, *, by: User | None) -> Document:
    message = part.message
    where = {"source": message.source.value, "by": by}
    return arrival.arrive(message.company, message.direction, part.file, part.file_name or message.subject, **where)


def _unmake(part: Part, now: dict[str, Any], *, by: User) -> None:
    """The document that a person had made of it goes back to where it came from."""
    document = part.document
    if now["outcome"] in ITS_OWN or document is None or document.trashed_at:
        return
    _not_validated(document)
    if now["outcome"] == Outcome.DUPLICATE and (first := now["reason"].get("document")):
        trash(document, by=by, kind=TrashKind.DUPLICATE, duplicate_of=db.session.get(Document, first))
    else:
        trash(document, by=by, why=str(_("Not a document, as the mail log says.")))


def _not_validated(document: Document) -> None:
    if document.validated_at:
        raise Refused(
            _("Its document was validated meanwhile. If it is none, put it in the trash on its own page first.")
        )


# --- Its file at a document -----------------------------------------------------------------------


def _attach(part: Part, target: Document, role: FileRole, *, by: User | None) -> None:
    if all(each.file_id != part.file_id for each in target.files):
        added = DocumentFile(file=part.file, name=part.file_name, role=role)
        added.added_by_id = by.id if by else None
        target.files.append(added)
        status.settle_files(target, by=by, act="attached", changes={"file": [None, part.file_name]})


def _detach(part: Part, document: Document, *, by: User | None) -> None:
    """Take its file off the document, unless that must keep it."""
    mine = [each for each in document.files if each.file_id == part.file_id and each.role is not FileRole.ORIGINAL]
    if mine and document.held_at:
        raise Refused(_("The document it belongs to was paid, matched or exported: its files are kept."))
    for each in mine:
        document.files.remove(each)
        db.session.delete(each)
        status.settle_files(document, by=by, act="detached", changes={"file": [part.file_name, None]})
