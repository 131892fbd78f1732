"""What goes of a document: its Factur-X, its original, its XML, as its connection wants them (SPEC AC-1, AC-8)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

import structlog

from app.accounting import facturx, names
from app.accounting.facturx import OWN
from app.accounting.models import Connection
from app.core.storage import Damaged
from app.documents.kinds import FileRole
from app.documents.models import Document
from app.einvoice import writing
from app.einvoice.cannot import CannotMake
from app.files import checking, store
from app.files.models import File
from app.tasks.jobs import short_transaction

log = structlog.get_logger()
XML, PDF = "application/xml", "application/pdf"
ENDINGS = {PDF: ".pdf", XML: ".xml", "text/xml": ".xml", "image/jpeg": ".jpg", "image/png": ".png"}
"""Others keep the ending they came with."""


@dataclass(frozen=True, slots=True)
class Enclosed:
    """One file, and what it is called where it goes."""

    file: File
    name: str
    what: str
    """`facturx`, `original` or `xml`."""


@dataclass
class Parcel:
    """All that goes of one document."""

    files: list[Enclosed] = field(default_factory=list)
    fallback: list[str] = field(default_factory=list)
    """Codes of why no Factur-X could be made."""


class CannotSend(Exception):
    """The document cannot go: `reason` as `words` says it."""

    def __init__(self, key: str, **arguments: Any):
        super().__init__(key)
        self.reason = {"key": key} | arguments


def parcel(document: Document, connection: Connection, taken: set[str]) -> Parcel:
    """Its files, under names that none in `taken` has; makes its Factur-X first where that is to be made.

    That takes a tenth of a second, so the transaction it is called in is committed. Raises `CannotSend`.
    """
    original = document.original
    if original is None:
        raise CannotSend("no_file")
    _check(original.file)
    made, fallback = _made(document) if connection.shares else (None, [])
    found = Parcel(fallback=fallback)
    start = names.stem(document)
    for file, what, ending in _wanted(document, connection, made):
        if what == "xml":
            _check(file)
        found.files.append(Enclosed(file, names.unused(f"{start}{ending}", taken), what))
    return found


def _check(file: File) -> None:
    """Nothing is made of bytes, or sent, that are not what they were (SAFETY S53)."""
    if not checking.is_whole(file.sha256):
        log.error("file.damaged", file=file.id)
        raise CannotSend("damaged")


def _wanted(document: Document, connection: Connection, made: File | None) -> Iterator[tuple[File, str, str]]:
    """Each file once, whatever the connection calls it."""
    assert document.original is not None
    original = document.original.file
    if made is not None:
        yield made, "facturx", _ending(document, made)
    if made is None or (connection.adds_original and made.id != original.id):
        yield original, "original", f"{'_original' if made else ''}{_ending(document, original)}"
    xml = _xml(document) if connection.adds_xml and original.type not in (XML, "text/xml") else None
    if xml is not None:
        yield xml, "xml", ".xml"


def _ending(document: Document, file: File) -> str:
    assert document.original is not None
    came_with = PurePath(document.original.name).suffix.lower()
    return ENDINGS.get(file.type) or (came_with if re.fullmatch(r"\.[a-z0-9]{1,5}", came_with) else ".bin")


def _made(document: Document) -> tuple[File | None, list[str]]:
    """The Factur-X, or why there is none; the supplier's own e-invoice is its Factur-X."""
    try:
        with short_transaction():
            found = facturx.there(document)
            asked = None if found else facturx.to_make(document)
        if asked is None:
            return found, []
        result = facturx.make(asked)  # nobody waits for the database meanwhile
        with short_transaction():
            return facturx.keep(asked, result), []
    except Damaged:
        raise CannotSend("damaged") from None
    except CannotMake as error:
        return (document.original.file, []) if OWN in error.codes and document.original else (None, list(error.codes))


def _xml(document: Document) -> File | None:
    """The XML that came beside the page, else what a Factur-X of it says; its own carries it already."""
    beside = next((each.file for each in document.files if each.role is FileRole.E_INVOICE), None)
    if beside or facturx.is_own(document):
        return beside
    try:
        return store.keep(writing.write(facturx.to_make(document).invoice).xml, XML)
    except CannotMake:
        return None
