"""The signs of life of what runs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.types import Json, UTCDateTime
from app.extensions import db


class SignOfLife(db.Model):
    """One process of one part of Facteur, and when it last said that it lives."""

    __tablename__ = "sign_of_life"
    __table_args__ = (UniqueConstraint("name", "host", "pid"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    """The part: `web`, `receiver`, `sweep`, or the queue of a worker."""
    host: Mapped[str] = mapped_column(String(100))
    pid: Mapped[int]
    version: Mapped[str] = mapped_column(String(40), default="")
    facts: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """What only this process can know of its machine, such as which protections of the reader hold there."""
    started_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    silent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Admins were told then that the part fell silent with this process; empty again once it is back."""
    silence_count: Mapped[int] = mapped_column(default=0)
