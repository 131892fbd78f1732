"""Work that was given up: what, about what, why; and trying it again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from sqlalchemy import func, select

from app.dashboard import work
from app.extensions import db
from app.tasks.models import State, Task

MOST_OF_A_KIND = 20
PAGES = {
    "read_document": ("documents.show", "document_id"),
    "open_message": ("intake.show", "message_id"),
}
"""Job → the page of what it was about, which its first id names."""


@dataclass(frozen=True)
class Failure:
    """One task that was given up."""

    id: int
    about: str
    url: str
    given_up_at: datetime | None
    reason: str


@dataclass(frozen=True)
class Group:
    """Failures of one kind; the newest are shown."""

    kind: str
    name: str
    count: int
    failures: tuple[Failure, ...]


def groups() -> list[Group]:
    """All that was given up, by kind."""
    counts = select(Task.kind, func.count()).where(Task.state == State.FAILED).group_by(Task.kind).order_by(Task.kind)
    return [_group(kind, count) for kind, count in db.session.execute(counts).all()]


def _group(kind: str, count: int) -> Group:
    tasks = db.session.scalars(work.failures().where(Task.kind == kind).limit(MOST_OF_A_KIND))
    name = work.names_of_work().get(kind, kind.replace("_", " "))
    return Group(kind, str(name), count, tuple(map(_failure, tasks)))


def _failure(task: Task) -> Failure:
    about = ", ".join(str(each) for each in task.ids if each not in ("", False))[:60]
    endpoint, name = PAGES.get(task.kind, ("", ""))
    is_row = bool(endpoint and task.ids) and isinstance(task.ids[0], int)
    url = url_for(endpoint, **{name: task.ids[0]}) if is_row else ""
    return Failure(task.id, about, url, task.finished_at, task.last_error)
