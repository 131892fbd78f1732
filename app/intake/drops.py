"""PDFs dropped for invoices that are there already: kept, logged, and made to wait for a decision (SPEC IN-9)."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from app.documents import twins
from app.documents.models import Direction, Document
from app.extensions import db
from app.files import store
from app.files.models import File
from app.intake import types, uploads
from app.intake.jobs import read_waiting_file
from app.intake.letter import text_of
from app.intake.models import Message, MessageState, Outcome, Part, Source
from app.intake.uploads import Taken
from app.intake.waiting import WaitingFile
from app.tasks.jobs import commit
from app.users.models import Company, User

MOST_AT_ONCE = 200


def take_all(files: list[FileStorage], company: Company, direction: Direction, *, by: User) -> list[Taken]:
    """Take each, 200 at once at most; one that is refused does not keep the others out."""
    chosen = [file for file in files if file.filename]
    if not chosen:
        return [Taken("", 422, _("No file was chosen. Choose one or more and send again."))]
    taken = [_take(file, company, direction, by) for file in chosen[:MOST_AT_ONCE]]
    return taken + [_one_too_many(file) for file in chosen[MOST_AT_ONCE:]]


def _one_too_many(file: FileStorage) -> Taken:
    told = _("Not kept: %(most)s files at once are the most. Drop it once more by itself.", most=MOST_AT_ONCE)
    return Taken(uploads.name_of(file), 422, told)


def _take(file: FileStorage, company: Company, direction: Direction, by: User) -> Taken:
    """The bytes are durable before the rows, and the rows before anybody is told (SAFETY R1)."""
    if refusal := _refused(file):
        return refusal
    name = uploads.name_of(file)
    commit()  # no transaction stays open while bytes are written
    kept = store.keep(uploads.pieces_of(file), types.MEDIA["pdf"])
    part = stage(kept, company, direction, name, by=by)
    commit()
    return Taken(name, 201, _told(part, by), part.message_id)


def _refused(file: FileStorage) -> Taken | None:
    """Why this file is not kept; None where it is."""
    name, head = uploads.name_of(file), uploads.head_of(file)
    if told := uploads.too_large(file):
        return Taken(name, 413, told)
    if not head:
        return Taken(name, 422, _("It is empty (0 bytes), so it was not kept."))
    if types.judge(head).kind != "pdf":
        return Taken(name, 422, _("Not a PDF, whatever its name says. It was not kept."))
    return None


def stage(file: File, company: Company, direction: Direction, name: str, *, by: User) -> Part:
    """The file's line in the mail log; it waits, unless a document has it or it waits already.

    Nobody else is answered about these bytes before this transaction ends.
    """
    twin = twins.same_bytes(company.id, file)
    waiting = db.session.scalar(select(WaitingFile).filter_by(company_id=company.id, file_id=file.id))
    part = _log(file, company, direction, name, by)
    if twin:
        part.outcome, part.document, part.reason = Outcome.DUPLICATE, twin, {"key": "same_bytes", "document": twin.id}
    elif waiting:
        part.outcome, part.reason = Outcome.DUPLICATE, {"key": "already_waiting"}
        waiting.direction = waiting.part.message.direction = direction
    else:
        db.session.add(WaitingFile(company_id=company.id, direction=direction, file=file, part=part))
        db.session.flush()
        read_waiting_file.later(part.id)
    db.session.flush()
    return part


def _log(file: File, company: Company, direction: Direction, name: str, by: User) -> Part:
    name = text_of(name)[:300]
    facts = {"company": company, "direction": direction, "source": Source.ASSIGN, "raw": file, "by": by}
    message = Message(**facts, raw_name=name, is_mail=False, state=MessageState.OPENED)
    part = Part(position=0, name=name, type=types.MEDIA["pdf"], size=file.size, file=file, outcome=Outcome.WAITING)
    part.reason = {"key": "to_assign"}
    message.parts.append(part)
    db.session.add(message)
    db.session.flush()
    return part


def _told(part: Part, by: User) -> str:
    """What became of it, in words; of a document out of sight only that it is there."""
    if part.outcome is Outcome.WAITING:
        return _("Received.")
    if part.document is None:
        return _("It was already waiting: nothing was added twice.")
    if db.session.scalar(Document.visible_to(by).where(Document.id == part.document_id)):
        name = part.document.number or part.document.label or _("a document without a number")
        return _("Already attached to %(name)s: nothing was added twice.", name=name)
    return _("Already attached to a document: nothing was added twice.")
