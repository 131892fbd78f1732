"""A split or merge is done: files cut or joined in the cage, then all documents changed at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sqlalchemy import select, update

from app.audit import trail
from app.core import storage
from app.core.faultpoint import faultpoint
from app.documents import arrival, status
from app.documents.models import Document, DocumentFile, FileRole, ReadState, TrashKind
from app.documents.trash import trash
from app.extensions import db
from app.files import store
from app.files.models import File
from app.reader import acts
from app.review.models import Progress, RearrangedDocument, Rearrangement, Way

KINDS = {Way.SPLIT: TrashKind.SPLIT, Way.MERGE: TrashKind.MERGED}
ACTS = {Way.SPLIT: "cut out", Way.MERGE: "put together"}
BESIDE = {FileRole.E_INVOICE, FileRole.ATTACHMENT}
"""What goes along when documents are merged."""
PDF = "application/pdf"
FRESH = {"populate_existing": True}
Stored = tuple[str, int]
"""Hash and length of bytes that are kept."""


@dataclass(frozen=True)
class ToMake:
    """What the reader needs, so that no transaction is open meanwhile."""

    way: Way
    paths: list[Path]
    parts: list[list[int]]


def what_to_make(rearrangement_id: int) -> ToMake | None:
    """The files and the pages; None where nobody wants it any more, or it is done."""
    asked = db.session.get(Rearrangement, rearrangement_id)
    if asked is None or asked.progress is not Progress.ASKED or not all(each.original for each in asked.before):
        return None
    return ToMake(asked.way, [store.path(each.original.file) for each in asked.before], asked.parts)  # type: ignore[union-attr]


def make(told: ToMake) -> list[Stored]:
    """Cut or join, and keep the bytes; touches no row. Raises `Unreadable`."""
    if told.way is Way.MERGE:
        made = [acts.join(told.paths)]
    else:
        made = [acts.cut(told.paths[0], pages) for pages in told.parts]
    stored = [storage.store(store.root(), data) for data in made]
    faultpoint("rearranging.stored")
    return stored


def note(rearrangement_id: int, stored: list[Stored]) -> None:
    """The new documents arrive and those before go to the trash, all or none; committed by the caller."""
    asked = _claim(rearrangement_id, Progress.DONE)
    if asked is None:
        return
    files = {each: store.row_of(*each, PDF) for each in sorted(set(stored))}
    before = _held(asked)
    if not asked.is_whole or len(before) < len(asked.before) or not all(_is_waiting(each) for each in before):
        _let_go(asked, "changed")
        return
    for document in before:
        trash(document, by=asked.by, kind=KINDS[asked.way])
    for place, each in enumerate(stored):
        _arrive(asked, before, files[each], place)
        faultpoint("rearranging.part_noted")


def give_up(rearrangement_id: int, code: str) -> None:
    """It can't be done: the documents stay where they are and say why."""
    asked = _claim(rearrangement_id, Progress.FAILED)
    if asked:
        _let_go(asked, code)


def _claim(rearrangement_id: int, progress: Progress) -> Rearrangement | None:
    """Take it out of *asked*; None where another run did, or somebody took it back (SAFETY R4)."""
    claimed = db.session.execute(
        update(Rearrangement)
        .where(Rearrangement.id == rearrangement_id, Rearrangement.progress == Progress.ASKED)
        .values(progress=progress)
        .execution_options(synchronize_session=False)
    )
    return db.session.get(Rearrangement, rearrangement_id, populate_existing=True) if claimed.rowcount else None


def _held(asked: Rearrangement) -> list[Document]:
    """The documents as they are now, in their order; nobody validates one of them meanwhile."""
    ids = [each.id for each in asked.before]
    query = select(Document).where(Document.id.in_(ids)).order_by(Document.id)
    rows = {each.id: each for each in db.session.scalars(query.with_for_update(of=Document), execution_options=FRESH)}
    return [rows[each] for each in ids if each in rows]


def _is_waiting(document: Document) -> bool:
    settled = document.trashed_at or document.validated_at or document.read_state is ReadState.READING
    return not settled and document.original is not None


def _arrive(asked: Rearrangement, before: Sequence[Document], file: File, place: int) -> None:
    first, pages = before[0], asked.parts[place] if asked.way is Way.SPLIT else []
    name = name_of(first, pages)
    document = arrival.arrive(first.company, first.direction, file, name, source=first.source, by=asked.by)
    if asked.way is Way.MERGE:
        document.files += [
            DocumentFile(file=each.file, name=each.name, role=each.role)
            for other in before
            for each in other.files
            if each.role in BESIDE
        ]
    asked.documents.append(RearrangedDocument(document=document, position=place, is_made=True))
    why = " + ".join(each.original.name or str(each.id) for each in before)  # type: ignore[union-attr]
    changes = {"document": [[each.id for each in before], document.id], "pages": [None, pages]}
    why = f"{why}, {in_short(pages)}" if pages else why
    trail.record(document, by=asked.by, act=ACTS[asked.way], why=why, changes=changes)
    db.session.flush()


def name_of(document: Document, pages: Sequence[int]) -> str:
    """What the file of the new document is called: as the first was, with its pages."""
    stem = PurePosixPath(document.original.name).stem if document.original else ""
    return f"{stem[:200]}{f' ({in_short(pages)})' if pages else ''}.pdf".strip()


def in_short(pages: Sequence[int]) -> str:
    """Pages that follow each other: `3`, or `3–5`."""
    return str(pages[0]) if len(pages) == 1 else f"{pages[0]}–{pages[-1]}"


def _let_go(asked: Rearrangement, code: str) -> None:
    asked.progress, asked.reason = Progress.FAILED, code
    for each in asked.documents:
        each.taken_id = None
    for document in asked.before:
        document.flags = [*document.flags, {"code": "not_rearranged", "reason": code}]
        status.settle(document, by=None, act="not rearranged", why=code)
