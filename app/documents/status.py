"""Facts are stored, the status follows: the one function, and what is aligned around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from app.audit import trail
from app.documents import reasons
from app.documents.models import Document, ReadState, Status
from app.users.models import User


@dataclass(frozen=True)
class Cause:
    """What just happened to a document, for the stages that decide: they are asked before the trail has it."""

    act: str
    by: User | None
    changed: frozenset[str]
    told: dict[str, Any] = field(default_factory=dict)
    """What was and is now of each, as the trail will have it."""
    left: dict[str, Any] = field(default_factory=dict)
    """What a stage before the status leaves for its own after it."""


Align = Callable[[Document], None]
before_status: list[Align] = []
"""Stages that decide facts, such as rules and approval; `pipeline` fills it."""
after_status: list[Align] = []
"""Stages that follow the status, such as committed operations; `pipeline` fills it."""


def status_of(document: Document) -> Status:
    """What the facts amount to. Nothing else decides a status."""
    if document.trashed_at:
        return Status.TRASH
    if document.read_state is not ReadState.READ:
        return Status(document.read_state)
    if not document.validated_at:
        return Status.TO_PROCESS
    if document.awaits_approval:
        return Status.TO_APPROVE
    if document.open_minor == 0:
        return Status.VALIDATED
    return Status.TO_PAY if document.pay_date else Status.TO_MATCH


def settle(
    document: Document, *, by: User | None, act: str, why: str = "", changes: dict[str, Any] | None = None
) -> None:
    """After any change of facts: stages that decide, then the status, then stages that follow.

    `by` is None when the program itself acts; `act`, `why` and `changes` go into the trail.
    """
    document.cause = Cause(act, by, frozenset(changes or {}), changes or {})
    for align in before_status:
        align(document)
    was, document.status = document.status, status_of(document)
    moved = {} if was == document.status else {"status": [was, document.status]}
    trail.record(document, by=by, act=act, why=why, changes=(changes or {}) | moved)
    for align in after_status:
        align(document)
    document.reason = reasons.first(document)


def settle_files(document: Document, *, by: User | None, act: str, changes: dict[str, Any]) -> None:
    """The same after a change of its files: whoever has its page open looks at others, and is told when they save."""
    document.version += 1
    settle(document, by=by, act=act, changes=changes | {"version": [document.version - 1, document.version]})
