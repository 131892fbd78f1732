"""The task table."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.types import Json, UTCDateTime, Word
from app.extensions import db


class State(StrEnum):
    """Where a task stands."""

    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Task(db.Model):
    """One piece of work, claimed by a conditional UPDATE that raises `fence` and sets a lease."""

    __tablename__ = "task"
    __table_args__ = (
        Index(
            "ix_task_waiting",
            "run_after",
            sqlite_where=text("state = 'ready'"),
            postgresql_where=text("state = 'ready'"),
        ),
        Index("ix_task_state", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    queue: Mapped[str] = mapped_column(String(20))
    key: Mapped[str | None] = mapped_column(String(200), unique=True)
    """One task for ever with this key, such as `purge:2026-11-22`."""
    ids: Mapped[list[Any]] = mapped_column(Json, default=list)
    state: Mapped[State] = mapped_column(Word(State), default=State.READY)
    run_after: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    fence: Mapped[int] = mapped_column(Integer, default=0)
    lease_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    rung_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
