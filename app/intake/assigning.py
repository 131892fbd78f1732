"""What a person decides about a waiting file: its invoice, an invoice of its own, or nothing (SPEC IN-9)."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _
from sqlalchemy import delete

from app.audit import trail
from app.core.errors import Refused
from app.documents import status, twins
from app.documents.models import Document, DocumentFile, FileRole
from app.extensions import db
from app.intake.importing import import_file
from app.intake.models import Outcome, Part
from app.intake.waiting import WaitingFile
from app.users.models import User


class Decided(Refused):
    """Somebody else decided about this file meanwhile."""


def assign(waiting: WaitingFile, document: Document, *, by: User) -> None:
    """The file becomes that of the invoice, or one more where it has its own; nothing is verified afterwards."""
    page_count, part = waiting.page_count, _take(waiting)
    if twins.same_bytes(document.company_id, part.file, but=document):  # it came another way while it waited
        raise Refused(_("This file belongs to another document already. Nothing was changed."))
    db.session.refresh(document, with_for_update=True)
    _check(part, document)
    role = FileRole.ATTACHMENT if document.original else FileRole.ORIGINAL
    document.files.append(DocumentFile(file=part.file, name=part.name, role=role, added_by_id=by.id))
    document.page_count = page_count if role is FileRole.ORIGINAL else document.page_count
    part.outcome, part.document, part.reason = Outcome.ATTACHED, document, {}
    status.settle_files(document, by=by, act="attached", changes={"file": [None, part.name]})


def assign_all(pairs: Iterable[tuple[WaitingFile, Document]], *, by: User) -> tuple[int, dict[int, str]]:
    """Each by itself, so that one that is refused does not keep the others: how many, and the file's id → why not.

    What somebody decided about meanwhile is neither.
    """
    pairs, count, refused = list(pairs), 0, {}
    hold_bytes(waiting for waiting, _document in pairs)
    for waiting, document in pairs:
        waiting_id = waiting.id
        try:
            with db.session.begin_nested():
                assign(waiting, document, by=by)
            count += 1
        except Decided:
            continue
        except Refused as error:
            refused[waiting_id] = str(error)
    return count, refused


def hold_bytes(rows: Iterable[WaitingFile]) -> None:
    """Before their rows are touched, in one order: so that nobody waits for us who has what we wait for."""
    for company_id, sha256 in sorted({(each.company_id, each.file.sha256) for each in rows}):
        twins.hold_bytes(company_id, sha256)


def _take(waiting: WaitingFile) -> Part:
    """Be the one who decides about it; whoever comes second is told."""
    hold_bytes([waiting])
    part, name = waiting.part, waiting.name
    mine = delete(WaitingFile).where(WaitingFile.id == waiting.id).execution_options(synchronize_session=False)
    if not db.session.execute(mine).rowcount:
        raise Decided(_("Somebody decided about %(name)s meanwhile.", name=name))
    db.session.expunge(waiting)
    return part


def _check(part: Part, document: Document) -> None:
    message = part.message
    if (document.company_id, document.direction) != (message.company_id, message.direction):
        raise Refused(_("This invoice is of another company, or a sale where a purchase is meant."))
    if document.trashed_at:
        raise Refused(_("%(number)s is in the trash: restore it first.", number=document.number))
    if any(each.file_id == part.file_id for each in document.files):
        raise Refused(_("%(number)s has this very file already.", number=document.number))


def make_invoice(waiting: WaitingFile, *, by: User) -> Document:
    """A document of its own, to be read and checked as any other."""
    part = _take(waiting)
    part.reason = {}
    import_file(part, is_wanted=True)
    trail.record(part.message, by=by, act="invoice made", changes={"file": [None, part.name]})
    return part.document  # type: ignore[return-value]


def discard(waiting: WaitingFile, *, by: User) -> None:
    """It belongs to nothing; its line in the mail log keeps the original."""
    part = _take(waiting)
    part.outcome, part.reason = Outcome.PASSED_OVER, {"key": "discarded"}
    trail.record(part.message, by=by, act="discarded", changes={"file": [part.name, None]})
