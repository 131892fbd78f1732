"""Which reminder comes next, of one invoice or one customer, and when: as the runs would make it (SPEC DN-2)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import func, select

from app.core import clock
from app.counterparties.models import Counterparty
from app.documents.models import Document
from app.documents.wanted import DECIDED, OPEN
from app.dunning import conditions, gaps, hours, plans, steps
from app.dunning.action_models import Action, ActionDocument, ActionKind, ActionState
from app.dunning.conditions import SOLD
from app.dunning.models import Channel, DunningPlan, Level
from app.dunning.steps import Owed, Plan, Step
from app.extensions import db


class Upcoming(NamedTuple):
    """The step, the invoice that sets it, and the first day on which a run may make it."""

    step: Step
    document_id: int
    day: date


def in_short(plan: DunningPlan) -> Plan:
    """Its reminders, as `steps` reads them."""
    is_automatic = lambda step: step.is_automatic and step.channel is not Channel.CALL  # noqa: E731
    kept = (Step(each.id, each.days, each.channel, is_automatic(each)) for each in plan.reminders)
    return Plan(plan.level, tuple(kept))


def of_customer(customer: Counterparty, document: Document | None = None) -> Upcoming | None:
    """The next of this customer, or of one invoice of it; None where no step is left of what may be reminded of."""
    found = plans.plan_of(customer)
    if found is None:
        return None
    plan, today = in_short(found), clock.today(customer.company)
    by_age = sorted(_owed(customer, found.id, today), key=steps.by_age)
    if document and plan.level is Level.INVOICE:
        by_age = [each for each in by_age if each.id == document.id]
    first = next((each for each in by_age if steps.next_step(plan, each, today)), None)
    step = first and steps.next_step(plan, first, today)
    if not first or not step:
        return None
    due = max(first.due_date + timedelta(days=step.days), _earliest(customer, today))
    return Upcoming(step, first.id, hours.open_day(due, customer.company))


def _owed(customer: Counterparty, plan_id: int, today: date) -> list[Owed]:
    """What may be reminded of, also what is not due yet."""
    mine = Document.counterparty_id == customer.id
    reached = select(func.max(ActionDocument.reached_days)).join(ActionDocument.action)
    reached = reached.where(ActionDocument.document_id == Document.id, Action.kind == ActionKind.REMINDER)
    reached = reached.where(Action.state != ActionState.WITHDRAWN)
    query = select(Document.id, Document.due_date, reached.scalar_subquery()).where(mine, SOLD, DECIDED, OPEN)
    query = query.where(*(~test for test in conditions.of_invoices(today, mine).values()))
    rows = db.session.execute(query)
    return [Owed(id, customer.id, customer.owner_id, due, 0, plan_id, days) for id, due, days in rows]


def _earliest(customer: Counterparty, today: date) -> date:
    """Today, or the first day after the gap since the last reminder."""
    last = gaps.last_reminded(customer)
    return max(today, last + gaps.between(customer.company)) if last else today
