"""All that the page Operation shows, as plain values: the same values twice mean that nothing changed."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import func, select, text

from app.core import clock
from app.documents.models import DocumentFile
from app.extensions import db
from app.extraction.models import DocumentReading
from app.files.models import File
from app.intake.models import Message, Source
from app.operation import parts
from app.operation.check_ground import least_free
from app.operation.parts import Part
from app.outbox.models import Mark, OutgoingMail
from app.tasks import bell
from app.tasks.models import State, Task
from app.users.models import User

MOST_DAMAGED = 20


@dataclass(frozen=True)
class PartLine:
    """One part, and when it was last heard of, to the minute."""

    name: str
    label: str
    state: str
    seen_at: datetime | None
    places: str
    version: str


@dataclass(frozen=True)
class QueueLine:
    """The tasks of one queue by state, and since when the oldest waits."""

    label: str
    counts: dict[State, int]
    waiting_since: datetime | None


@dataclass(frozen=True)
class Damaged:
    """A stored file that is not what it was, and the documents and messages that show it."""

    sha256: str
    found_at: datetime
    document_ids: tuple[int, ...]
    message_ids: tuple[int, ...]


@dataclass(frozen=True)
class Room:
    """How much there is, and how much is needed."""

    free: int
    least: int
    database: int
    files: int
    file_count: int

    @property
    def is_low(self) -> bool:
        """Are mails put off, or soon?"""
        return self.free < 2 * self.least


def part_lines() -> list[PartLine]:
    """Each part that belongs to an installation."""
    return [_part_line(part) for part in parts.all_parts()]


def _part_line(part: Part) -> PartLine:
    shown = part.living or part.signs[:1]
    places = ", ".join(dict.fromkeys(f"{sign.host} ({sign.pid})" for sign in shown))
    versions = ", ".join(dict.fromkeys(sign.version for sign in shown))
    seen_at = part.seen_at.replace(second=0, microsecond=0) if part.seen_at else None
    return PartLine(part.name, str(part.label), part.state, seen_at, places, versions)


def queue_lines() -> list[QueueLine]:
    """Each queue, also an empty one."""
    counted = select(Task.queue, Task.state, func.count()).group_by(Task.queue, Task.state)
    counts: dict[str, dict[State, int]] = {queue: {} for queue in bell.QUEUES}
    for queue, state, count in db.session.execute(counted):
        counts.setdefault(queue, {})[state] = count
    due = (Task.state == State.READY, Task.run_after <= clock.now())
    waiting = select(Task.queue, func.min(Task.run_after)).where(*due).group_by(Task.queue)
    oldest = dict(db.session.execute(waiting).all())
    return [QueueLine(str(parts.LABELS.get(queue, queue)), each, oldest.get(queue)) for queue, each in counts.items()]


def mail_counts(user: User) -> dict[Mark, int]:
    """Outgoing mails by mark."""
    mine = OutgoingMail.visible_to(user).subquery()
    return dict(db.session.execute(select(mine.c.mark, func.count()).group_by(mine.c.mark)).all())


def last_times() -> dict[Any, datetime | None]:
    """When something last came in each way, and when a document was last read."""
    by_source = select(Message.source, func.max(Message.received_at)).group_by(Message.source)
    came = dict(db.session.execute(by_source).all())
    return {source: came.get(source) for source in Source} | {
        "reading": db.session.scalar(select(func.max(DocumentReading.created_at)))
    }


def damaged() -> list[Damaged]:
    """Stored files that are missing or changed, the newest finding first."""
    query = select(File).where(File.damaged_at.is_not(None)).order_by(File.damaged_at.desc(), File.id)
    files = list(db.session.scalars(query.limit(MOST_DAMAGED)))
    documents = _users_of(files, DocumentFile.file_id, DocumentFile.document_id)
    messages = _users_of(files, Message.raw_id, Message.id)
    return [Damaged(f.sha256, f.damaged_at, documents.get(f.id, ()), messages.get(f.id, ())) for f in files]


def _users_of(files: list[File], file_id: Any, user_id: Any) -> dict[int, tuple[int, ...]]:
    """File → those that need it."""
    found: dict[int, tuple[int, ...]] = {}
    used = select(file_id, user_id).where(file_id.in_([file.id for file in files])).order_by(user_id)
    for file, user in db.session.execute(used):
        found[file] = (*found.get(file, ()), user)
    return found


def room() -> Room:
    """Disk and data; of the free bytes two figures, so that the page rests while nothing much happens."""
    settings = current_app.config["SETTINGS"]
    free = shutil.disk_usage(settings.data_dir).free
    step = 10 ** max(0, len(str(free)) - 2)
    size, count = db.session.execute(select(func.coalesce(func.sum(File.size), 0), func.count())).one()
    return Room(free // step * step, least_free(settings), _database_size(), int(size), count)


def _database_size() -> int:
    if db.engine.dialect.name == "postgresql":
        return db.session.scalar(text("SELECT pg_database_size(current_database())"))
    return Path(db.session.connection().engine.url.database).stat().st_size


def digest(values: object) -> str:
    """A short mark of these values."""
    return hashlib.sha256(repr(values).encode()).hexdigest()[:16]
