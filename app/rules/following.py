"""What rules did, once the document has its status: told in the trail; what would settle it again is asked of tasks."""

from __future__ import annotations

from app.audit import trail
from app.documents.models import Document
from app.rules import acts, jobs
from app.rules.retesting import LEFT


def follow(document: Document) -> None:
    """Each rule's deeds have their line in the trail, below what caused them."""
    left = document.cause.left.pop(LEFT, None)
    if left is None:
        return
    for number, each in enumerate(left.done):
        version = {} if number else {"version": [document.version - 1, document.version]}
        trail.record(document, by=None, act="rule", why=each.rule.reason, changes=each.changes | version)
        acts.tell(document, each)
    if left.mover:
        jobs.move_by_rule.later(document.id, left.mover.id)
    elif left.is_validated:
        jobs.validate_by_rule.later(document.id)
