"""A document as a Factur-X file: made of its facts and its original, kept, and made again only when they change."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from app.accounting.facturx_facts import invoice_of
from app.accounting.facturx_models import FacturxCopy
from app.core.database import hold
from app.documents.kinds import FileRole
from app.documents.models import Document
from app.einvoice import metadata, writing
from app.einvoice.cannot import CannotMake
from app.einvoice.invoice import Invoice
from app.einvoice.profiles import Profile
from app.extensions import db
from app.extraction.models import newest
from app.files import checking, store
from app.files.models import File
from app.reader import acts
from app.reader.contents import Unreadable

EDITION = 1
"""Counts the changes of what is made of the same facts."""
OWN = "has_e_invoice"
"""What the reader says of a file that is left as it is."""
_XML = ("application/xml", "text/xml")


@dataclass(frozen=True, slots=True)
class ToMake:
    """What one is made of."""

    document_id: int
    original: Path
    invoice: Invoice
    key: str


@dataclass(frozen=True, slots=True)
class Made:
    """The bytes of a Factur-X."""

    data: bytes
    profile: Profile


def made(document: Document) -> File:
    """The Factur-X of the document, or the original where that carries an e-invoice; raises `CannotMake`.

    Takes a second where it has to be made: a run that must hold no transaction meanwhile calls the three parts.
    """
    found = there(document)
    if found is not None:
        return found
    asked = to_make(document)
    try:
        return keep(asked, make(asked))
    except CannotMake as error:
        if OWN in error.codes:
            return document.original.file
        raise


def there(document: Document) -> File | None:
    """The file that need not be made: the supplier's own e-invoice, or what was made of the same facts."""
    if document.original is None:
        raise CannotMake("no_file")
    if is_own(document):
        return document.original.file
    copy = db.session.get(FacturxCopy, document.id)
    is_of_now = copy is not None and copy.made_of == _key(document, invoice_of(document))
    return copy.file if copy and is_of_now and checking.is_whole(copy.file.sha256) else None


def is_own(document: Document) -> bool:
    """Was its original read as an e-invoice? One whose XML came beside it is a page like any other."""
    if document.original.file.type in _XML:
        return True
    reading = None if any(each.role is FileRole.E_INVOICE for each in document.files) else newest(document)
    return reading is not None and any(each.get("source") == "xml" for each in reading.fields.values())


def to_make(document: Document) -> ToMake:
    """What is to be read before the transaction ends."""
    invoice = invoice_of(document)
    return ToMake(document.id, store.path(document.original.file), invoice, _key(document, invoice))


def make(asked: ToMake) -> Made:
    """The work, with no transaction open: XML by the facts, checked, put into the original by the reader."""
    written = writing.write(asked.invoice)
    says_all = written.profile is Profile.EN_16931
    try:
        xmp = metadata.of(written.invoice, written.profile)
        return Made(acts.embed(asked.original, written.xml, xmp, says_all=says_all), written.profile)
    except Unreadable as error:
        raise CannotMake(error.code, detail=error.detail) from error


def keep(asked: ToMake, result: Made) -> File:
    """Store it, in place of what was made of earlier facts."""
    file = store.keep(result.data, "application/pdf")
    hold(db.session, f"facturx:{asked.document_id}")
    copy = db.session.get(FacturxCopy, asked.document_id, populate_existing=True)
    if copy is None:
        copy = FacturxCopy(document_id=asked.document_id)
        db.session.add(copy)
    copy.made_of, copy.profile, copy.file = asked.key, str(result.profile), file
    db.session.flush()
    return file


def _key(document: Document, invoice: Invoice) -> str:
    """Known again by the original and every fact that is written."""
    said = f"{EDITION}\n{document.original.file.sha256}\n{invoice!r}"
    return hashlib.sha256(said.encode("utf-8", "backslashreplace")).hexdigest()
