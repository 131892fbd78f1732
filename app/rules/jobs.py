"""What rules do afterwards, each in a transaction of its own: validate, move, be applied to many."""

from __future__ import annotations

from app.rules import moving, running, validating
from app.tasks.jobs import job


@job("default")
def validate_by_rule(document_id: int) -> None:
    """Validate a document by itself, or say on it why not; run again, nothing happens."""
    validating.validate(document_id)


@job("default")
def move_by_rule(document_id: int, rule_id: int) -> None:
    """Move a document to another company; run again, nothing happens."""
    moving.move_by_rule(document_id, rule_id)


@job("default", timeout=240)
def apply_rule(run_id: int) -> None:
    """Apply a rule to a portion of the documents that wait; it asks for itself again until none is left."""
    portion = running.go_on(run_id)
    validate_by_rule.each_later(portion.to_validate)
    for ids in portion.to_move:
        move_by_rule.later(*ids)
    if portion.has_more:
        apply_rule.later(run_id)
