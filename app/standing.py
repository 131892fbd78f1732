"""How this installation stands: what came in, what waits, what failed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from app.documents.models import Document
from app.extensions import db
from app.intake.models import Message
from app.outbox.models import OutgoingMail
from app.tasks.models import State, Task

MOST_FAILURES = 50


def figures() -> dict[str, Any]:
    """Counts of messages and documents, tasks by state, outgoing mails by mark, and the failures themselves."""
    return {
        "messages": _counts(Message.state),
        "documents": _counts(Document.status),
        "tasks": _counts(Task.state),
        "outbox": _counts(OutgoingMail.mark),
        "failures": _failures(),
    }


def _counts(column: Any) -> dict[str, int]:
    rows = db.session.execute(select(column, func.count()).group_by(column).order_by(column))
    return {state.value: count for state, count in rows}


def _failures() -> list[dict[str, Any]]:
    query = select(Task).where(Task.state == State.FAILED).order_by(Task.id.desc()).limit(MOST_FAILURES)
    return [
        {"task": task.id, "kind": task.kind, "ids": task.ids, "attempts": task.attempts, "error": task.last_error}
        for task in db.session.scalars(query)
    ]
