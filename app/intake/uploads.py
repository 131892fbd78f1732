"""Files a person gives: taken one by one, each with an answer of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePosixPath

from flask import current_app
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from app.core import clock
from app.core.storage import CHUNK
from app.documents.models import Direction
from app.extensions import db
from app.files import store
from app.intake import types
from app.intake.arrival import enter
from app.intake.maillog import shown_with
from app.intake.models import Message, MessageState, Source
from app.tasks.jobs import commit
from app.users.models import Company, User

RECENT = timedelta(hours=1)
MOST_SHOWN = 12
TAKEN = {"pdf", "image", "xml", "mail", "zip", "tnef"}


@dataclass(frozen=True)
class Taken:
    """What became of one file: an HTTP code, words, and the message it is now."""

    name: str
    code: int
    text: str
    message_id: int | None = None
    is_readable: bool = True
    """False: it is kept, and waits for a person to complete it."""

    @property
    def outcome(self) -> str:
        return "refused" if not self.message_id else "done" if self.is_readable else "unreadable"

    @property
    def kind(self) -> str:
        """Of the message that says so."""
        return {"refused": "error", "done": "message", "unreadable": "warning"}[self.outcome]


def largest() -> int:
    """Bytes a file may have."""
    return current_app.config["SETTINGS"].largest_message


def take_all(files: list[FileStorage], company: Company, direction: Direction, *, by: User) -> list[Taken]:
    """Take each; one that is refused does not keep the others out."""
    chosen = [file for file in files if file.filename]
    if not chosen:
        return [Taken("", 422, _("No file was chosen. Choose one or more and send again."))]
    return [_take(file, company, direction, by) for file in chosen]


def _take(file: FileStorage, company: Company, direction: Direction, by: User) -> Taken:
    if refusal := refused(file):
        return refusal
    name, head = name_of(file), head_of(file)
    kind = types.judge(head).kind
    commit()  # no transaction stays open while bytes are written
    media = types.MEDIA["mail"] if kind == "mail" else types.UNKNOWN
    kept = store.keep(pieces_of(file), media)
    message = enter(
        kept, company=company, direction=direction, source=Source.UPLOAD, is_mail=kind == "mail", by=by, name=name
    )
    commit()
    if message.state is MessageState.REPEATED:
        return Taken(name, 201, _("This mail came before: nothing was imported twice."), message.id)
    told = _unreadable(kept.size, kind, types.claim(name, file.mimetype or ""), head)
    return Taken(name, 201, told or _("Received."), message.id, is_readable=not told)


def name_of(file: FileStorage) -> str:
    """What it is called, without the folders some browsers tell."""
    return PurePosixPath(file.filename or "").name


def head_of(file: FileStorage) -> bytes:
    """Its beginning, by which it is judged; it is read from the start afterwards."""
    file.stream.seek(0)
    head = file.stream.read(types.WHERE_NAMESPACES_STAND)
    file.stream.seek(0)
    return head


def pieces_of(file: FileStorage) -> Iterator[bytes]:
    """Its bytes from the start, so that a large one is never whole in memory."""
    file.stream.seek(0)
    return iter(lambda: file.stream.read(CHUNK), b"")


def too_large(file: FileStorage) -> str:
    """What is said of a file that is larger than what is taken; empty where it is not."""
    if file.stream.seek(0, 2) <= largest():
        return ""
    return _("Larger than %(size)s MB. It was not kept: send a smaller file.", size=largest() // (1024 * 1024))


def refused(file: FileStorage) -> Taken | None:
    """Why this file is not kept; None where it is."""
    if told := too_large(file):
        return Taken(name_of(file), 413, told)
    kind = types.judge(head_of(file)).kind
    if kind not in TAKEN and not types.claim(name_of(file), file.mimetype or ""):
        told = _("Not a PDF, a picture, an e-invoice or a mail. It was not kept: save it as PDF and send it again.")
        return Taken(name_of(file), 422, told)
    return None


def _unreadable(size: int, kind: str, claim: str, head: bytes) -> str:
    """What is to be said at once of a file that will not be read; empty where it looks good."""
    if not size:
        return _("Received, but empty (0 bytes): it waits to be completed by hand.")
    if kind == "xml" and claim != "pdf" and not types.is_e_invoice(head):
        return _("Received, but no e-invoice (UBL, CII): it waits to be completed by hand.")
    said = {"pdf": "PDF", "image": _("picture"), "xml": "XML"}.get(claim)
    if said and kind not in TAKEN:
        return _("Received, but no %(said)s, whatever its name says: it waits to be completed by hand.", said=said)
    return ""


def latest(company: Company, by: User) -> list[Message]:
    """What this person added a moment ago, newest first."""
    query = (
        Message.visible_to(by)
        .where(
            Message.company_id == company.id,
            Message.by_id == by.id,
            Message.source != Source.SPREADSHEET,
            Message.received_at > clock.now() - RECENT,
        )
        .options(*shown_with())
        .order_by(Message.id.desc())
        .limit(MOST_SHOWN)
    )
    return list(db.session.scalars(query))
