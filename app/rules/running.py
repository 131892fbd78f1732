"""Applying one rule to the documents that wait, a portion at a time, as somebody asked for it."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Select, func, select

from app.core import clock
from app.core.database import hold
from app.core.faultpoint import faultpoint
from app.documents import status
from app.documents.models import Document, Status
from app.extensions import db
from app.rules import acts, conditions, retesting
from app.rules.acts import Act
from app.rules.applications import standing
from app.rules.models import Rule, RuleRun
from app.users.models import User

PORTION = 100
"""So many are changed by one transaction: while it lasts, nobody else can write on SQLite."""
WAITING = (Status.TO_PROCESS, Status.UNREADABLE)


def waiting(company_id: int) -> Select[tuple[Document]]:
    """What waits to be checked in a company; whoever asks administers it."""
    return select(Document).where(Document.company_id == company_id, Document.status.in_(WAITING))


def begin(rule: Rule, *, by: User) -> RuleRun:
    """Note that it is to be applied to what waits and meets it now."""
    query = waiting(rule.company_id).where(conditions.holds(rule))
    count, last = db.session.execute(query.with_only_columns(func.count(), func.max(Document.id))).one()
    run = RuleRun(rule=rule, rule_version=rule.version, by=by, total=count, upto_id=last or 0)
    db.session.add(run)
    db.session.flush()
    return run


@dataclass
class Portion:
    """What was done at once, and which documents are left to tasks."""

    has_more: bool = False
    to_validate: list[int] = field(default_factory=list)
    to_move: list[tuple[int, int]] = field(default_factory=list)
    """Document's and rule's id."""


def go_on(run_id: int) -> Portion:
    """Apply it to the next documents; none is left, too, once the rule is another one than when it was asked for."""
    portion = Portion()
    hold(db.session, f"rule-run:{run_id}")
    run = db.session.get(RuleRun, run_id, with_for_update=True, populate_existing=True)
    if run is None or run.ended_at:
        return portion
    rule = run.rule
    query = waiting(rule.company_id).where(Document.id > run.last_id, Document.id <= run.upto_id)
    query = query.where(conditions.holds(rule)).order_by(Document.id).limit(PORTION)
    query = query.with_for_update(of=Document).execution_options(populate_existing=True)
    is_same = rule.version == run.rule_version and rule.is_on and not rule.removed_at
    documents = list(db.session.scalars(query)) if is_same else []
    for document in documents:
        _apply(document, rule, portion)
        run.last_id, run.done_count = document.id, run.done_count + 1
    faultpoint("rule.portion_applied")
    if len(documents) < PORTION:
        run.ended_at = clock.now()
    portion.has_more = run.ended_at is None
    return portion


def _apply(document: Document, rule: Rule, portion: Portion) -> None:
    """Let this rule act on a document that meets it, though no fact changed; of several the first still wins."""
    document.cause = status.Cause("rule", None, frozenset())
    met = conditions.which(document, [each for each, _has_acted in standing(document)])
    retesting.act(document, met, [each for each in met if each.id == rule.id])
    left = document.cause.left[retesting.LEFT]
    if left.mover:
        portion.to_move.append((document.id, rule.id))
    elif left.is_validated and acts.winner(met, Act.VALIDATE) is rule:
        portion.to_validate.append(document.id)
    for done in left.done:
        version = {"version": [document.version - 1, document.version]}
        status.settle(document, by=None, act="rule", why=rule.reason, changes=done.changes | version)
        acts.tell(document, done)
