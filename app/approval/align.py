"""Keeping the approval in line with the document: asked where it is demanded, asked anew where it changed."""

from __future__ import annotations

from app.approval import asking, demands, facts, seating, telling
from app.approval.demands import Demand
from app.approval.holding import hold
from app.approval.models import Approval, Decision, Outcome
from app.documents.models import Document, ReadState
from app.extensions import db
from app.users.models import User


def align(document: Document) -> None:
    """Ask who must approve the document as it stands; end what was asked of it as it was (SPEC LC-5)."""
    if not document.validated_at and not document.awaits_approval:
        return
    hold(document)
    demand = demands.of(document) if _is_standing(document) else None
    last = db.session.scalar(Approval.last_of(document).limit(1))
    if demand is None:
        if last and last.ended_at is None:
            asking.end(last, Outcome.NOT_NEEDED)
        document.awaits_approval = False
    elif last and _covers(last, demand, document):
        document.awaits_approval = last.ended_at is None
    else:
        _begin_anew(document, demand, last)


def _is_standing(document: Document) -> bool:
    return bool(document.validated_at and not document.trashed_at and document.read_state is ReadState.READ)


def _covers(last: Approval, demand: Demand, document: Document) -> bool:
    """Is the last round, open or approved, about this document as it stands and for all rules that demand it?

    What was validated once more since was asked by somebody else. What is paid is not asked anew for another rule.
    """
    now = facts.of(document)
    if last.outcome not in (None, Outcome.APPROVED) or last.revision != facts.digest(now):
        return False
    is_answered = demand.asking <= set(last.facts["rules"]) or bool(document.settled_minor or document.pay_date)
    return is_answered and last.facts["validated_at"] == now["validated_at"]


def _begin_anew(document: Document, demand: Demand, last: Approval | None) -> None:
    """End what was asked or given before, and ask about the document as it is now."""
    given: dict[int | None, Decision] = {}
    if last and last.outcome in (None, Outcome.APPROVED):
        given = {seat.decision.by_id: seat.decision for seat in last.seats if seat.decision}
        asking.end(last, Outcome.SUPERSEDED)
    now = facts.of(document) | {"rules": sorted(demand.asking)}
    approval = Approval(document=document, rule_id=demand.rule_id, why=demand.why, facts=now)
    approval.revision = facts.digest(now)
    approval.asked_by = _asked_by(document, last, approval.revision)
    seating.fill(approval, demand)
    db.session.add(approval)
    db.session.flush()
    document.awaits_approval = True
    asking.open_step(approval.steps[0])
    asked = {seat.user_id for seat in approval.steps[0].seats}
    for by_id, decision in given.items():
        if by_id not in asked:  # who is asked at once reads there what changed
            telling.outdated(decision, by=document.cause.by if document.cause else None)


def _asked_by(document: Document, last: Approval | None, revision: str) -> User | None:
    """Whoever changed what was asked about; else whoever validated it."""
    typed = document.cause.changed & set(facts.TYPED) if document.cause else None
    has_changed = typed or (last is not None and last.revision != revision)
    return (document.cause.by if has_changed and document.cause else None) or document.validated_by
