"""What the plan of a customer says about sending one of its invoices (SPEC SE-3)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.approval.models import Approval
from app.documents.models import Document, Status
from app.dunning import plans
from app.dunning.action_models import Action, ActionKind
from app.dunning.actions import ALIVE
from app.dunning.models import Channel, PlanStep
from app.extensions import db
from app.sending import timing

READY = (Status.TO_MATCH, Status.TO_PAY, Status.VALIDATED)
"""Validated, and approved where that was asked: nothing leaves before (SPEC SE-5)."""


def living(document: Document) -> Action | None:
    """The action that sends it, while it is not over."""
    query = select(Action).where(Action.document_id == document.id, Action.kind == ActionKind.SENDING)
    return db.session.scalar(query.where(Action.state.in_(ALIVE)).order_by(Action.id.desc()).limit(1))


def step_for(document: Document) -> PlanStep | None:
    """How its customer is sent invoices: by the plan of whoever owns it in the books, not of its parent."""
    plan = plans.plan_of(document.counterparty) if document.counterparty else None
    return plan.sending if plan and not plan.archived_at else None


def why_none(document: Document) -> str:
    """Why nothing sends it, as a key of `saying.WHY`."""
    if document.counterparty is None:
        return "no_customer"
    plan = plans.plan_of(document.counterparty)
    return "no_step" if plan and not plan.archived_at else "no_plan"


def due_at(document: Document, step: PlanStep) -> datetime:
    """When the step sends it."""
    return timing.due_at(arrived_at(document), document.issue_date, step.days, document.company)


def arrived_at(document: Document) -> datetime:
    """When it was validated and, where that was asked, approved."""
    assert document.validated_at is not None
    approved = db.session.scalar(Approval.last_of(document).limit(1))
    ended_at = approved.ended_at if approved else None
    return max(document.validated_at, ended_at) if ended_at else document.validated_at


def facts(document: Document, step: PlanStep) -> dict[str, Any]:
    """What an action has of its step."""
    is_automatic = step.is_automatic and step.channel is not Channel.CALL
    return {"channel": step.channel, "step": step, "is_automatic": is_automatic, "due_at": due_at(document, step)}
