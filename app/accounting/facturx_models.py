"""The Factur-X that was made of a document."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.types import UTCDateTime
from app.extensions import db
from app.files.models import File


class FacturxCopy(db.Model):
    """The newest one of a document; it goes with its document, what was sent of it stays with the mail."""

    __tablename__ = "facturx_copy"

    document_id: Mapped[int] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    made_of: Mapped[str] = mapped_column(String(64))
    """Of what: the hash of the original and of the facts."""
    profile: Mapped[str] = mapped_column(String(20))
    file_id: Mapped[int] = mapped_column(ForeignKey("file.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)

    file: Mapped[File] = relationship()
