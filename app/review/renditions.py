"""A straightened rendition beside a photographed document; the photo itself stays as it came (SPEC IN-10)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from app.core import storage
from app.core.database import hold
from app.documents.models import Document, DocumentFile, FileRole
from app.extensions import db
from app.files import store
from app.reader import acts

JPEG = "image/jpeg"


@dataclass(frozen=True)
class Photo:
    """The file to straighten."""

    file_id: int
    path: Path


def what_to_straighten(document_id: int) -> Photo | None:
    """The photo of a document; None where it is gone or has its rendition."""
    document = db.session.get(Document, document_id)
    if document is None or document.original is None or document.rendition:
        return None
    return Photo(document.original.file_id, store.path(document.original.file))


def make(photo: Photo) -> tuple[str, int]:
    """Hash and length of the rendition, kept; touches no row. Raises `Unreadable`."""
    return storage.store(store.root(), acts.straighten(photo.path))


def note(document_id: int, photo: Photo, stored: tuple[str, int]) -> None:
    """Put the rendition beside the photo, unless another run was first or the photo is another by now."""
    hold(db.session(), f"rendition:{document_id}")
    document = db.session.get(Document, document_id, populate_existing=True)
    original = document.original if document else None
    if document is None or original is None or original.file_id != photo.file_id or document.rendition:
        return
    file = store.row_of(*stored, JPEG)
    name = f"{PurePosixPath(original.name).stem[:200]}-straightened.jpg"
    document.files.append(DocumentFile(file=file, name=name, role=FileRole.RENDITION))
