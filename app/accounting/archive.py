"""The documents of a period in one ZIP, made while it is sent: complete, or broken off and then no ZIP at all."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import Select
from sqlalchemy.orm import joinedload, selectinload

from app.accounting import enclosing, manifest, words
from app.accounting.enclosing import CannotSend
from app.accounting.kinds import Journal, journal_of
from app.accounting.lacking import Lack
from app.accounting.models import Connection
from app.core import storage
from app.core.database import read_only
from app.documents.models import Document
from app.extensions import db
from app.files import store
from app.lists import csv_table
from app.lists.selecting import kept_context
from app.lists.streaming import Sink, entry
from app.tasks.jobs import commit

FOLDERS = {Journal.SALES: _("sales"), Journal.CREDIT_NOTES: _("credit-notes"), Journal.PURCHASES: _("purchases")}
"""What the folder of each journal is called in the ZIP."""
LISTS = (manifest.NAME, "missing.csv")
BESIDE = (joinedload(Document.counterparty), joinedload(Document.category), selectinload(Document.files))
Writer = Callable[[Iterable[list[Any]]], Iterator[bytes]]


@dataclass
class Packed:
    """What is put in of one document, once no transaction knows it any more."""

    files: list[tuple[str, str, Path]] = field(default_factory=list)
    """Name in the ZIP, hash, and where the bytes lie."""
    line: list[Any] | None = None
    """In the manifest."""
    missing: list[Any] | None = None
    """In the list of what is missing."""


@dataclass
class Making:
    """What stays the same from the first document to the last."""

    query: Select[tuple[Document, str]]
    """Each document with what keeps it out, as far as the person may see any."""
    connection: Connection
    context: Callable[[], ExitStack]
    taken: dict[Journal, set[str]] = field(default_factory=lambda: {each: set() for each in Journal})


def pieces(query: Select[tuple[Document, str]], connection: Connection, ids: list[int]) -> Iterator[bytes]:
    """The ZIP as it grows: what goes of each document of `query` with these ids, and the two lists."""
    writers = (csv_table.writer(manifest.HEADS), csv_table.writer(manifest.MISSING_HEADS))
    return _pieces(Making(query.options(*BESIDE), connection, kept_context()), ids, writers)


def _pieces(making: Making, ids: list[int], writers: tuple[Writer, Writer]) -> Iterator[bytes]:
    """Its table of contents comes last: what breaks off before opens nowhere."""
    sink, lines, missing = Sink(), list[list[Any]](), list[list[Any]]()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as folder:  # type: ignore[call-overload]
        for document_id in ids:
            packed = _packed(making, document_id)
            for name, _sha256, path in packed.files:
                yield from _added(folder, sink, name, path)
            lines += [packed.line] if packed.line else []
            missing += [packed.missing] if packed.missing else []
        for name, write, rows in zip(LISTS, writers, (lines, missing), strict=True):
            with folder.open(entry(name, zipfile.ZIP_DEFLATED), "w", force_zip64=True) as target:
                for piece in write(rows):
                    target.write(piece)
                    yield sink.take()
    yield sink.take()


def _added(folder: zipfile.ZipFile, sink: Sink, name: str, path: Path) -> Iterator[bytes]:
    """Put a file in, a piece at a time."""
    about = entry(name)
    about.file_size = path.stat().st_size  # says whether it needs the larger form of an entry
    with folder.open(about, "w") as target:
        for chunk in storage.chunks_of(path):
            target.write(chunk)
            yield sink.take()


def _packed(making: Making, document_id: int) -> Packed:
    """What goes of this one, its Factur-X made first; in short transactions of its own."""
    with making.context():
        read_only(db.session())
        found = db.session.execute(making.query.where(Document.id == document_id)).one_or_none()
        if found is None:
            return Packed(missing=manifest.nameless(Lack.GONE.label))
        document, why = found
        if why:
            return Packed(missing=manifest.missing(document, Lack(why).label))
        packed = _parcelled(making, document)
        commit()
        return packed


def _parcelled(making: Making, document: Document) -> Packed:
    """Its files as the connection wants them; what cannot go is said to be missing."""
    journal = journal_of(document)
    try:
        parcel = enclosing.parcel(document, making.connection, making.taken[journal])
    except CannotSend as error:
        return Packed(missing=manifest.missing(document, words.in_words(error.reason)))
    named = [(each.what, f"{FOLDERS[journal]}/{each.name}", each.file.sha256, each.file.size) for each in parcel.files]
    line = [*manifest.facts(document), *manifest.of_files(named), manifest.mailed_at(document)]
    files = [(name, sha256, storage.path_of(store.root(), sha256)) for _what, name, sha256, _size in named]
    return Packed(files, [*line, words.fallback(parcel.fallback)])
