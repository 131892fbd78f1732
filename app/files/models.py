"""The table of stored bytes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.types import UTCDateTime
from app.extensions import db


class File(db.Model):
    """Bytes known by their SHA-256. What they are called is said by those who use them."""

    __tablename__ = "file"

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    size: Mapped[int] = mapped_column(BigInteger)
    type: Mapped[str] = mapped_column(String(100), default="application/octet-stream")
    """Media type, judged from the bytes."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    checked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """The stored bytes were last held against their hash then."""
    damaged_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """They were found missing or changed then; empty again once they are whole."""
