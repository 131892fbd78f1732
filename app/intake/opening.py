"""Opening a message: every part gets its fate in the mail log, and those that are documents arrive as such."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import structlog
from sqlalchemy import select

from app.core import storage
from app.core.database import hold
from app.core.faultpoint import faultpoint
from app.documents import twins
from app.documents.models import DocumentFile, FileRole
from app.extensions import db
from app.files import store
from app.files.models import File
from app.intake import bodies, judging, sorting, vetting
from app.intake.deciding import held
from app.intake.importing import import_file
from app.intake.letter import MOST_PARTS, Headers, TooDeep, parse
from app.intake.letting import BY_A_PERSON, TAKEN_ANYWAY, is_let_in
from app.intake.models import MADE, Message, MessageState, Outcome, Part
from app.intake.pieces import Fate, Piece
from app.intake.types import UNKNOWN
from app.intake.vetting import Known, Vetting
from app.users.models import User

log = structlog.get_logger()

CLOSED = {
    *("archive_broken", "nested_archive", "too_many_entries", "beyond", "winmail_broken", "other_archive"),
    *("encrypted", "entry_broken", "inflates", "packed_unusually", "outlook_message"),
}
"""Reasons of parts that may hold an invoice which nobody could get at."""
SAME_ID = "same_message_id"
TO_DOWNLOAD = "to_download"
FILE_ADDED, NOT_NEEDED = "file_added", "not_needed"
SETTLED = {FILE_ADDED, NOT_NEEDED}
STAYS = SETTLED | BY_A_PERSON
"""What a person said of a message: opened again, it still holds."""


@dataclass(frozen=True)
class Arrived:
    """What is needed of a message to open it."""

    sha256: str
    is_mail: bool
    name: str
    known: Known
    is_wanted: bool
    """A person wants its documents although a machine wrote it."""
    asked: frozenset[int] = frozenset()
    """Positions of parts that a person says something can be made of."""


@dataclass
class Opened:
    """What was found in a message; the bytes of its documents are stored already."""

    headers: Headers = field(default_factory=Headers)
    pieces: list[Piece] = field(default_factory=list)
    stored: dict[int, tuple[str, int]] = field(default_factory=dict)
    """Position → hash and length."""
    notes: list[dict[str, Any]] = field(default_factory=list)
    vetting: Vetting = field(default_factory=Vetting)
    is_failed: bool = False


def what_arrived(message_id: int) -> Arrived:
    """Read what the opening needs; the caller ends the transaction."""
    message = db.session.get_one(Message, message_id)
    wanted = any(note["key"] == TAKEN_ANYWAY for note in message.notes)
    asked = frozenset(part.position for part in message.parts if part.reason.get("key") == judging.PENDING)
    return Arrived(message.raw.sha256, message.is_mail, message.raw_name, vetting.known_of(message), wanted, asked)


def open_up(arrived: Arrived) -> Opened:
    """Take the bytes apart and store those of its documents; touches no row."""
    try:
        opened = _open(storage.read(store.root(), arrived.sha256), arrived)
    except storage.Damaged:
        return Opened(notes=[{"key": "damaged"}], is_failed=True)
    for position, piece in enumerate(opened.pieces):
        if piece.fate is not Fate.PASSED_OVER or position in arrived.asked:
            opened.stored[position] = storage.store(store.root(), piece.data)
    faultpoint("opening.parts_stored")
    return opened


def _open(raw: bytes, arrived: Arrived) -> Opened:
    if not arrived.is_mail:
        return Opened(pieces=sorting.of_file(raw, arrived.name, ""))
    try:
        return _open_mail(raw, arrived)
    except TooDeep:
        return Opened(notes=[{"key": "nested"}], is_failed=True)
    except Exception:  # a mail we stumble over today stumbles us tomorrow too: it is shown, not tried for ever
        log.exception("message.not_opened", sha256=arrived.sha256)
        return Opened(notes=[{"key": "broken"}], is_failed=True)


def _open_mail(raw: bytes, arrived: Arrived) -> Opened:
    letter = parse(raw)
    opened = Opened(letter.headers, sorting.of_letter(letter))
    if letter.left_out:
        opened.notes.append({"key": "too_many_parts", "limit": MOST_PARTS})
    opened.vetting = vetting.vet(raw, letter, arrived.known)
    machine = opened.vetting.machine
    if machine and not arrived.is_wanted:
        opened.notes.append({"key": machine})
        opened.pieces = sorting.none_taken(opened.pieces, machine)
    elif opened.vetting.waits:
        opened.notes.append({"key": vetting.QUARANTINED, "why": opened.vetting.waits})
        opened.pieces = []
    elif all(piece.fate is Fate.PASSED_OVER for piece in opened.pieces):
        closed = any(piece.reason["key"] in CLOSED for piece in opened.pieces)
        said = bodies.note_of(bodies.best(opened.pieces, letter.headers.subject)) or {"key": "no_attachment"}
        opened.notes.append({"key": "not_opened"} if closed else said)
    return opened


def note(message_id: int, opened: Opened) -> None:
    """Write what was found: the message's headers, its parts and their documents; committed by the caller."""
    message = held(message_id)
    if opened.headers.message_id:
        hold(db.session, f"message-id:{message.company_id}:{opened.headers.message_id}")
    waits = opened.vetting.waits
    if message.state in (MessageState.REPEATED, MessageState.DISCARDED) or (waits and is_let_in(message)):
        return
    arrived = MessageState.QUARANTINED if waits else MessageState.OPENED
    message.state = MessageState.FAILED if opened.is_failed else arrived
    _note_headers(message, opened)
    vetting.note(message, opened.vetting)
    known = {part.position: part for part in message.parts}
    files = _files(message, opened)
    # What makes a document comes before what belongs to it, wherever they stand in the mail.
    for position, piece in sorted(enumerate(opened.pieces), key=lambda each: each[1].beside is not None):
        part = known.get(position)
        if part and part.judged:
            _note_judged(part, files.get(position))
        elif part is None or part.outcome not in MADE:  # what something was made of stays as it is
            if part is None:
                known[position] = part = Part(position=position)
                message.parts.append(part)
            _note_part(part, piece, files.get(position), known)
            db.session.flush()
            faultpoint("opening.part_noted")


def _note_judged(part: Part, file: File | None) -> None:
    """What a person said of a part stands; it is done now where it waited for its bytes."""
    if part.reason.get("key") == judging.PENDING and file:
        part.file = file
        judging.carry_out(part, by=db.session.get(User, part.reason["by"]))
        db.session.flush()


def _note_headers(message: Message, opened: Opened) -> None:
    headers = opened.headers
    message.sender = headers.sender or message.sender or message.envelope_sender
    message.subject, message.message_id = headers.subject or message.subject, headers.message_id or message.message_id
    stays = [note for note in message.notes if note["key"] in STAYS]
    message.notes = stays + opened.notes + _same_message_id(message)
    settled = any(note["key"] in SETTLED for note in stays)
    message.awaits_download = not settled and any(note["key"] == TO_DOWNLOAD for note in opened.notes)


def _same_message_id(message: Message) -> list[dict[str, Any]]:
    """Other bytes under the same Message-ID: both are kept, and both say so (SPEC IN-3)."""
    if not message.message_id:
        return []
    query = select(Message).where(
        Message.company_id == message.company_id,
        Message.message_id == message.message_id,
        Message.raw_id != message.raw_id,
    )
    other = db.session.scalar(query.order_by(Message.id.desc()).limit(1))
    if other is None:
        return []
    if not any(note["key"] == SAME_ID for note in other.notes):
        other.notes = [*other.notes, {"key": SAME_ID, "message": message.id}]
    return [{"key": SAME_ID, "message": other.id}]


def _files(message: Message, opened: Opened) -> dict[int, File]:
    """The rows of the stored bytes; all are held in one order, so that nobody waits for us while we wait for them.

    Of each the row before its documents, as whoever takes a single file holds them.
    """
    rows = {}
    for at, stored in sorted(opened.stored.items(), key=lambda each: each[1]):
        rows[at] = store.row_of(*stored, opened.pieces[at].media or UNKNOWN)
        twins.hold_bytes(message.company_id, stored[0])
    return rows


def _note_part(part: Part, piece: Piece, file: File | None, known: dict[int, Part]) -> None:
    part.name, part.declared_type, part.type = piece.name, piece.declared, piece.media
    part.size, part.file, part.reason, part.outcome = len(piece.data), file, piece.reason, Outcome.PASSED_OVER
    part.inside = piece.inside
    if file is None:
        return
    if piece.fate is Fate.AGAIN and known[piece.beside].document:
        part.outcome, part.document = Outcome.DUPLICATE, known[piece.beside].document
        part.reason = {"key": "twice", "name": known[piece.beside].name}
    elif piece.fate is Fate.BESIDE and known[piece.beside].document:
        _attach(part, known[piece.beside])
    else:
        _import(part, piece)


def _attach(part: Part, pdf: Part) -> None:
    """Put the e-invoice beside its PDF; beside one that was there already only where it was there too."""
    twin = twins.same_bytes(part.message.company_id, part.file) if pdf.outcome is Outcome.DUPLICATE else None
    if pdf.outcome is Outcome.DUPLICATE and twin is None:
        import_file(part)
        return
    part.document, part.outcome = pdf.document, Outcome.DUPLICATE if twin else Outcome.ATTACHED
    part.reason = {"key": "same_bytes", "document": twin.id} if twin else {}
    pdf.document.files.append(DocumentFile(file=part.file, name=part.name, role=FileRole.E_INVOICE))


def _import(part: Part, piece: Piece) -> None:
    import_file(part)
    if piece.fate is Fate.UNREADABLE and part.outcome is Outcome.IMPORTED:
        part.outcome = Outcome.UNREADABLE
