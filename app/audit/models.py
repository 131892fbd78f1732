"""The audit trail's table."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Select, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.types import Json, UTCDateTime
from app.extensions import db


class AuditEntry(db.Model):
    """One change. The database refuses to change or delete it once its hash is written."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_object", "object_type", "object_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    company_id: Mapped[int | None] = mapped_column(index=True)
    user_id: Mapped[int | None]
    """Who; None when the program itself acted. No foreign key: the trail outlives what it speaks of."""
    user_name: Mapped[str] = mapped_column(String(200), default="")
    object_type: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[int]
    act: Mapped[str] = mapped_column(String(60))
    why: Mapped[str] = mapped_column(Text, default="")
    changes: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """Field name → [was, is now]."""
    previous_hash: Mapped[str | None] = mapped_column(String(64))
    hash: Mapped[str | None] = mapped_column(String(64), index=True)

    @classmethod
    def about(cls, thing: Any) -> Select[tuple[AuditEntry]]:
        """The entries of one object, newest first."""
        return (
            select(cls).where(cls.object_type == thing.__tablename__, cls.object_id == thing.id).order_by(cls.id.desc())
        )
