"""Messages that only say where an invoice can be fetched: a person does, the program follows no link (SPEC IN-4)."""

from __future__ import annotations

from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from app.audit import trail
from app.core import storage
from app.core.errors import Refused
from app.files import store
from app.files.models import File
from app.intake import opening, types, uploads
from app.intake.deciding import alone_with
from app.intake.importing import import_file
from app.intake.letter import text_of
from app.intake.models import Message, Outcome, Part
from app.tasks.jobs import commit
from app.users.models import User

ADDED = 100_000
"""Positions from here on are of files a person added: no opening ever gives one out."""


def add(message: Message, upload: FileStorage, *, by: User) -> Part:
    """The file fetched from there becomes a part of the message, and a document; commits before its bytes are kept."""
    media = _media(upload)
    commit()  # no transaction stays open while bytes are written
    stored = storage.store(store.root(), uploads.pieces_of(upload))
    alone_with(message)
    _check(message)
    part = _part(message, store.row_of(*stored, media), text_of(uploads.name_of(upload))[:300], media)
    import_file(part)
    _settle(message, opening.FILE_ADDED, by=by)
    trail.record(message, by=by, act="attached", changes={"file": [None, part.name]})
    return part


def not_needed(message: Message, *, by: User) -> None:
    """There is nothing to fetch."""
    alone_with(message)
    if not message.awaits_download:
        raise Refused(_("Nothing waits to be downloaded here."))
    _settle(message, opening.NOT_NEEDED, by=by)
    trail.record(message, by=by, act="download not needed")


def needed_again(message: Message, *, by: User) -> None:
    """It is to be fetched after all."""
    alone_with(message)
    _check(message)
    if message.awaits_download:
        raise Refused(_("Nothing waits to be downloaded here."))
    message.notes = [note for note in message.notes if note["key"] not in opening.SETTLED]
    message.awaits_download = True
    trail.record(message, by=by, act="download needed again")


def _check(message: Message) -> None:
    """Does it link to an invoice at all? One in quarantine may, but nobody has let it in."""
    if all(note["key"] != opening.TO_DOWNLOAD for note in message.notes):
        raise Refused(_("Nothing waits to be downloaded here."))


def _settle(message: Message, how: str, *, by: User) -> None:
    message.notes = [note for note in message.notes if note["key"] not in opening.SETTLED] + [{"key": how, "by": by.id}]
    message.awaits_download = False


def _media(upload: FileStorage) -> str:
    """Its type; a person is told at once what makes no document."""
    if refused := uploads.refused(upload):
        raise Refused(refused.text)
    head = uploads.head_of(upload)
    found = types.judge(head)
    if found.kind not in ("pdf", "image", "xml") or (found.kind == "xml" and not types.is_e_invoice(head)):
        raise Refused(_("Add a PDF, a picture or an e-invoice here. Unpack an archive first."))
    return found.media


def _part(message: Message, kept: File, name: str, media: str) -> Part:
    last = max((part.position for part in message.parts), default=0)
    part = Part(position=max(ADDED, last + 1), name=name, type=media, size=kept.size, file=kept)
    part.outcome = Outcome.PASSED_OVER
    message.parts.append(part)
    return part
