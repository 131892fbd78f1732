"""The audit trail's table."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Select, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.types import Json, UTCDateTime
from app.extensions import db
from app.web.access import Permission, Person, companies_with


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
    position: Mapped[int | None] = mapped_column(unique=True)
    """Its place in the chain; not its id, as a transaction that began earlier may end later."""
    previous_hash: Mapped[str | None] = mapped_column(String(64))
    hash: Mapped[str | None] = mapped_column(String(64), index=True)

    @classmethod
    def visible_to(cls, user: Person) -> Select[tuple[AuditEntry]]:
        """The entries of the companies `user` administers."""
        return select(cls).where(cls.company_id.in_(companies_with(user, Permission.ADMINISTER)))

    @classmethod
    def about(cls, thing: Any) -> Select[tuple[AuditEntry]]:
        """The entries of one object, newest first."""
        return (
            select(cls).where(cls.object_type == thing.__tablename__, cls.object_id == thing.id).order_by(cls.id.desc())
        )
