"""On which documents which rules acted."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import and_, delete

from app.core import clock
from app.core.database import insert_unless_there
from app.documents.models import Document
from app.extensions import db
from app.rules.models import Rule, RuleApplication


def standing(document: Document) -> list[tuple[Rule, bool]]:
    """The rules of its company that are on, in their order, and whether each has acted on it already."""
    mine = and_(RuleApplication.rule_id == Rule.id, RuleApplication.document_id == document.id)
    query = Rule.in_force(document.company_id).outerjoin(RuleApplication, mine)
    rows = db.session.execute(query.add_columns(RuleApplication.rule_id.is_not(None)))
    return [(rule, bool(has_acted)) for rule, has_acted in rows]


def note(document: Document, rules: Iterable[Rule]) -> None:
    """Remember that these act on it now."""
    rows = [{"document_id": document.id, "rule_id": rule.id, "at": clock.now()} for rule in rules]
    if rows:
        db.session.execute(insert_unless_there(db.session(), RuleApplication), rows)


def forget(document: Document, rule_ids: set[int]) -> None:
    """These are met no more."""
    if rule_ids:
        mine = delete(RuleApplication).where(RuleApplication.document_id == document.id)
        db.session.execute(mine.where(RuleApplication.rule_id.in_(rule_ids)))
