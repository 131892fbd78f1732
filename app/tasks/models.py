"""The task table."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Index, Integer, String, Text, and_, or_, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.faultpoint import hurried
from app.core.types import Json, UTCDateTime, Word
from app.extensions import db

LEASE = timedelta(seconds=hurried(60))
LONGEST_DELAY = timedelta(hours=1)


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

    @classmethod
    def due(cls, now: datetime) -> ColumnElement[bool]:
        """Ready, and its time has come, or was set by a clock that was ahead (SAFETY S107)."""
        asked_ahead = cls.created_at > now + clock.MAY_DIFFER
        put_off_ahead = and_(cls.attempts > 0, cls.run_after > now + LONGEST_DELAY + clock.MAY_DIFFER)
        return and_(cls.state == State.READY, or_(cls.run_after <= now, asked_ahead, put_off_ahead))

    @classmethod
    def abandoned(cls, now: datetime) -> ColumnElement[bool]:
        """Running, but whoever had it is gone: its lease ran out, or is longer than any lease from now on can be."""
        ahead = cls.lease_until > now + LEASE + clock.MAY_DIFFER
        return and_(cls.state == State.RUNNING, or_(cls.lease_until < now, ahead))
