"""The run of a day: what is to be reminded of becomes actions, all of a company at once (SPEC DN-1)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import func, insert, not_, select

from app.core import clock
from app.core.database import hold, insert_unless_there
from app.counterparties.models import Counterparty
from app.documents.models import Document
from app.dunning import conditions, gaps, hours, steps
from app.dunning.action_models import Action, ActionDocument, ActionKind, ActionState
from app.dunning.actions import ALIVE
from app.dunning.conditions import SOLD
from app.dunning.models import Channel, DunningPlan, Level, PlanStep
from app.dunning.steps import Owed, Plan, Reminder, Step
from app.extensions import db
from app.tasks.jobs import JOBS
from app.users.models import Company

PERFORM = "perform_action"
"""The job that lets one action leave."""
MINE = (Action.kind == ActionKind.REMINDER, Action.state != ActionState.WITHDRAWN)


def plan_company(company: Company, today: date) -> int:
    """Make an action of all that is due and not done; how many. Run again, or twice at once, it makes no more."""
    if not hours.is_open(today, company) or conditions.of_company(company, today):
        return 0
    hold(db.session(), f"reminders of {company.id}")
    plans = _plans(company)
    return _write(company, list(_wanted(company, plans, today))) if plans else 0


def _plans(company: Company) -> dict[int, Plan]:
    """Those that remind of anything."""
    query = select(DunningPlan.id, DunningPlan.level, PlanStep).join(PlanStep.plan).order_by(PlanStep.days)
    query = query.where(DunningPlan.company_id == company.id, PlanStep.is_sending.is_(False))
    found: dict[tuple[int, Level], list[Step]] = defaultdict(list)
    for plan_id, level, step in db.session.execute(query):
        is_automatic = step.is_automatic and step.channel is not Channel.CALL
        found[plan_id, level].append(Step(step.id, step.days, step.channel, is_automatic))
    return {plan_id: Plan(level, tuple(steps)) for (plan_id, level), steps in found.items()}


# --- What is due ----------------------------------------------------------------------------------


def _wanted(company: Company, plans: dict[int, Plan], today: date) -> Iterator[Reminder]:
    """What each customer is to be reminded of; not those reminded too lately, and nothing beside what waits still."""
    waits, leaves = _alive(company)
    too_early = gaps.recently_reminded(company, today)
    for counterparty_id, invoices in groupby(_owed(company, plans, today), lambda invoice: invoice.counterparty_id):
        if counterparty_id in too_early:
            continue
        mine = list(invoices)
        plan = plans[mine[0].plan_id]
        waiting = waits[counterparty_id]
        if plan.level is Level.CUSTOMER and waiting:
            continue
        reminders = (each for each in steps.BY_LEVEL[plan.level](plan, mine, today) if each.first.id not in waiting)
        yield from _at_once(company, reminders, is_leaving=counterparty_id in leaves)


def _at_once(company: Company, reminders: Iterable[Reminder], *, is_leaving: bool) -> Iterator[Reminder]:
    """All that is for people, and one of what goes by itself; none of those while the master switch is off."""
    for each in reminders:
        if not each.step.is_automatic:
            yield each
        elif company.sends_automatically and not is_leaving:
            is_leaving = True
            yield each


def _owed(company: Company, plans: dict[int, Plan], today: date) -> Iterator[Owed]:
    """Every invoice that may be reminded of now, by customer."""
    tests = conditions.of_invoices(today, Document.company_id == company.id) | conditions.of_customers(today)
    reached = select(func.max(ActionDocument.reached_days)).join(ActionDocument.action)
    reached = reached.where(ActionDocument.document_id == Document.id, *MINE).scalar_subquery()
    left = Document.gross_minor - Document.settled_minor
    soonest = min(step.days for plan in plans.values() for step in plan.steps)
    query = conditions.joined(
        *(
            Document.id,
            Document.counterparty_id,
            Counterparty.owner_id,
            Document.due_date,
            left,
            DunningPlan.id,
            reached,
        )
    ).where(Document.company_id == company.id, SOLD, *(not_(test) for test in tests.values()))
    query = query.where(DunningPlan.id.in_(plans), Document.due_date <= today - timedelta(days=min(soonest, 0)))
    yield from map(Owed._make, db.session.execute(query.order_by(Document.counterparty_id)))


def _alive(company: Company) -> tuple[dict[int, set[int]], set[int]]:
    """Customer → the invoices of reminders that are not over; and customers of whom one goes by itself, or is going."""
    query = select(Action.counterparty_id, Action.state, ActionDocument.document_id).join(Action.covers)
    query = query.where(Action.company_id == company.id, Action.state.in_(ALIVE), Action.kind == ActionKind.REMINDER)
    waits, leaves = defaultdict(set), set()
    for counterparty_id, state, document_id in db.session.execute(query):
        waits[counterparty_id].add(document_id)
        if state is not ActionState.TO_DO:
            leaves.add(counterparty_id)
    return waits, leaves


# --- What is made of it ---------------------------------------------------------------------------


def _write(company: Company, reminders: list[Reminder]) -> int:
    """The actions, what each is about, and a task for each that goes by itself: three statements, however many."""
    rounds = _rounds(company)
    by_key = {f"reminder:{r.first.id}:{r.step.id}:{rounds[r.first.id, r.step.id]}": r for r in reminders}
    if not by_key:
        return 0
    rows = [_row(company, key, reminder) for key, reminder in by_key.items()]
    new = insert_unless_there(db.session(), Action).returning(Action.id, Action.key)
    made = {action_id: by_key[key] for action_id, key in db.session.execute(new, rows)}
    covers = [row for action_id, reminder in made.items() for row in _covers(action_id, reminder)]
    if covers:
        db.session.execute(insert(ActionDocument.__table__), covers)
    if perform := JOBS.get(PERFORM):
        perform.each_later(action_id for action_id, reminder in made.items() if reminder.step.is_automatic)
    return len(made)


def _rounds(company: Company) -> Counter[tuple[int, int | None]]:
    """How often a step of an invoice was withdrawn: it may come again."""
    query = select(Action.document_id, Action.step_id, func.count()).group_by(Action.document_id, Action.step_id)
    query = query.where(Action.company_id == company.id, Action.state == ActionState.WITHDRAWN)
    query = query.where(Action.kind == ActionKind.REMINDER)
    return Counter({(document_id, step_id): count for document_id, step_id, count in db.session.execute(query)})


def _row(company: Company, key: str, reminder: Reminder) -> dict[str, Any]:
    step, first = reminder.step, reminder.first
    return {
        "company_id": company.id,
        "key": key,
        "kind": ActionKind.REMINDER,
        "channel": step.channel,
        "state": ActionState.WAITING if step.is_automatic else ActionState.TO_DO,
        "counterparty_id": first.counterparty_id,
        "document_id": first.id,
        "step_id": step.id,
        "due_at": clock.now(),
        "owner_id": first.owner_id,
        "reason": {} if step.is_automatic else {"key": "manual"},
    }


def _covers(action_id: int, reminder: Reminder) -> Iterator[dict[str, Any]]:
    for invoice, days in reminder.covers:
        facts = {"document_id": invoice.id, "reached_days": days, "open_minor": invoice.open_minor}
        yield {"action_id": action_id} | facts
