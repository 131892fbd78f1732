"""A document arrives: made from a file, and read as soon as may be."""

from __future__ import annotations

from collections.abc import Callable

from app.documents import status
from app.documents.models import Direction, Document, DocumentFile, FileRole
from app.extensions import db
from app.files.models import File
from app.users.models import Company, User

after_arrival: list[Callable[[Document], None]] = []
"""What follows at once, such as asking for the reading; `pipeline` fills it."""


def arrive(company: Company, direction: Direction, file: File, name: str, *, source: str, by: User | None) -> Document:
    """A new document in state *reading*, with this file as its original."""
    document = Document(company=company, direction=direction, currency=company.currency, source=source)
    document.created_by_id = by.id if by else None
    document.files.append(DocumentFile(file=file, name=name[:300], role=FileRole.ORIGINAL))
    db.session.add(document)
    db.session.flush()
    status.settle(document, by=by, act="arrived")
    for follow in after_arrival:
        follow(document)
    return document
