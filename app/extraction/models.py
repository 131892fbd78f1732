"""What was read from a document, kept beside what people made of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Float, ForeignKey, Select, String, or_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.types import Json, UTCDateTime
from app.counterparties.models import Counterparty
from app.documents.models import Document
from app.extensions import db
from app.extraction.reading import Reading, from_json
from app.files.models import File
from app.users.models import User


class DocumentReading(db.Model):
    """One reading of a document's original; the newest counts, a reading run again replaces none."""

    __tablename__ = "document_reading"

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("file.id"))
    type: Mapped[str] = mapped_column(String(10), default="pdf")
    """`pdf`, `image` or `xml`, judged from the bytes."""
    languages: Mapped[str] = mapped_column(String(80), default="")
    """Those the text recognition was told, such as `fra+eng`."""
    language: Mapped[str] = mapped_column(String(5), default="")
    """The one the document is written in, as far as it can be told."""
    fields: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """Field name → value, confidence, page, box, source, text, failed check, as `extraction.reading` writes it."""
    taxes: Mapped[list[Any]] = mapped_column(Json, default=list)
    lines: Mapped[list[Any]] = mapped_column(Json, default=list)
    pages: Mapped[list[Any]] = mapped_column(Json, default=list)
    """Per page: number, width, height, source, image, and words as [text, x0, y0, x1, y1]."""
    flags: Mapped[list[Any]] = mapped_column(Json, default=list)
    seconds: Mapped[float] = mapped_column(Float, default=0.0)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)

    document: Mapped[Document] = relationship()
    file: Mapped[File] = relationship()

    @classmethod
    def of(cls, document: Document) -> Select[tuple[DocumentReading]]:
        """The readings of a document, newest first."""
        return select(cls).where(cls.document_id == document.id).order_by(cls.id.desc())

    @property
    def reading(self) -> Reading:
        """What was read, as the extraction knows it."""
        names = ("fields", "taxes", "lines", "flags", "language")
        return from_json({name: getattr(self, name) for name in names})


class KeptLesson(db.Model):
    """What a correction on one document taught: one field of one layout. Removed ones can be brought back."""

    __tablename__ = "lesson"

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)
    counterparty_id: Mapped[int] = mapped_column(ForeignKey("counterparty.id", ondelete="CASCADE"), index=True)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id", ondelete="SET NULL"), index=True)
    field: Mapped[str] = mapped_column(String(30))
    says: Mapped[dict[str, Any]] = mapped_column(Json)
    """Layout, place and form, as `extraction.lessons` writes them."""
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    counterparty: Mapped[Counterparty] = relationship()
    document: Mapped[Document | None] = relationship()
    by: Mapped[User | None] = relationship()

    @classmethod
    def visible_to(cls, user: User) -> Select[tuple[KeptLesson]]:
        """The lessons `user` may know about: those of the counterparties they see."""
        seen = Counterparty.visible_to(user).with_only_columns(Counterparty.id)
        return select(cls).where(cls.counterparty_id.in_(seen))


def newest(document: Document) -> DocumentReading | None:
    """The reading that counts, if there is one: of its original, be it read for a duplicate that brought the file."""
    return db.session.scalar(newest_of(document))


def newest_of(document: Document) -> Select[tuple[DocumentReading]]:
    """The query of it."""
    if document.original is None:
        return DocumentReading.of(document).limit(1)
    repeats = select(Document.id).where(Document.duplicate_of_id == document.id)
    read_for = or_(DocumentReading.document_id == document.id, DocumentReading.document_id.in_(repeats))
    query = select(DocumentReading).where(read_for, DocumentReading.file_id == document.original.file_id)
    return query.order_by(DocumentReading.id.desc()).limit(1)
