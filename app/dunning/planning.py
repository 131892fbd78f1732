"""The run of a day: what is to be reminded of becomes actions, all of a company at once (SPEC DN-1)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import func, insert, not_, select

from app.core import clock
from app.core.database import hold, insert_unless_there
from app.counterparties.models import Counterparty
from app.documents.models import Document
from app.documents.wanted import DECIDED, OPEN
from app.dunning import conditions, gaps, hours, jobs, steps
from app.dunning.action_models import Action, ActionDocument, ActionKind, ActionState
from app.dunning.actions import ALIVE
from app.dunning.conditions import SOLD
from app.dunning.models import Channel, DunningPlan, Level, PlanStep
from app.dunning.steps import Owed, Plan, Reminder, Step
from app.extensions import db
from app.users.models import Company


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
    plan_ids, reached = _plan_ids(company), _reached(company)
    tests = conditions.of_invoices(today, Document.company_id == company.id) | conditions.of_customers(today)
    left = Document.gross_minor - Document.settled_minor
    soonest = min(step.days for plan in plans.values() for step in plan.steps)
    query = select(Document.id, Document.counterparty_id, Counterparty.owner_id, Document.due_date, left)
    query = query.join(Document.counterparty).where(Document.company_id == company.id, SOLD)
    query = query.where(*(not_(test) for test in tests.values()))
    query = query.where(Document.due_date <= today - timedelta(days=min(soonest, 0)))
    for row in db.session.execute(query.order_by(Document.counterparty_id)):
        if (plan_id := plan_ids.get(row.counterparty_id)) in plans:
            yield Owed(*row, plan_id, reached.get(row.id))


def _plan_ids(company: Company) -> dict[int, int]:
    """Customer → its plan, or that of the next above it that has one, where the company wants so (SPEC SE-3)."""
    query = select(Counterparty.id, Counterparty.dunning_plan_id, Counterparty.parent_id)
    rows = db.session.execute(query.where(Counterparty.company_id == company.id)).all()
    own = {id: plan_id for id, plan_id, _parent_id in rows if plan_id}
    above = {id: parent_id for id, _plan_id, parent_id in rows if parent_id} if company.uses_parent_plan else {}
    found = {id: own.get(_first(id, own, above)) for id, _plan_id, _parent_id in rows}
    return {id: plan_id for id, plan_id in found.items() if plan_id}


def _first(id: int, own: dict[int, int], above: dict[int, int]) -> int:
    """The customer itself, or the first above it that has a plan; a circle ends somewhere."""
    passed = {id}
    while id not in own and (parent_id := above.get(id)) and parent_id not in passed:
        passed.add(id := parent_id)
    return id


def _reached(company: Company) -> dict[int, int]:
    """Open invoice → the days of the last step it counts as reminded at; asked of all at once, whatever the planner."""
    query = select(ActionDocument.document_id, func.max(ActionDocument.reached_days)).join(ActionDocument.action)
    query = query.join(ActionDocument.document).where(Document.company_id == company.id, DECIDED, OPEN)
    query = query.where(Action.kind == ActionKind.REMINDER, Action.state != ActionState.WITHDRAWN)
    rows = db.session.execute(query.group_by(ActionDocument.document_id))
    return {document_id: days for document_id, days in rows if days is not None}


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
    now = clock.now()
    rows = [_row(company, key, reminder, now) for key, reminder in by_key.items()]
    db.session.execute(insert_unless_there(db.session(), Action), rows)
    new = select(Action.id, Action.key).where(Action.company_id == company.id, Action.due_at == now)
    found = db.session.execute(new.where(Action.state.in_((ActionState.WAITING, ActionState.TO_DO))))
    made = {action_id: by_key[key] for action_id, key in found if key in by_key}
    covers = [row for action_id, reminder in made.items() for row in _covers(action_id, reminder)]
    if covers:
        db.session.execute(insert(ActionDocument.__table__), covers)
    jobs.ask([action_id for action_id, reminder in made.items() if reminder.step.is_automatic])
    return len(made)


def _rounds(company: Company) -> Counter[tuple[int, int | None]]:
    """How often a step of an invoice was withdrawn: it may come again."""
    query = select(Action.document_id, Action.step_id, func.count()).group_by(Action.document_id, Action.step_id)
    query = query.where(Action.company_id == company.id, Action.state == ActionState.WITHDRAWN)
    query = query.where(Action.kind == ActionKind.REMINDER)
    return Counter({(document_id, step_id): count for document_id, step_id, count in db.session.execute(query)})


def _row(company: Company, key: str, reminder: Reminder, now: datetime) -> dict[str, Any]:
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
        "due_at": now,
        "owner_id": first.owner_id,
        "reason": {} if step.is_automatic else {"key": "manual"},
    }


def _covers(action_id: int, reminder: Reminder) -> Iterator[dict[str, Any]]:
    for invoice, days in reminder.covers:
        facts = {"document_id": invoice.id, "reached_days": days, "open_minor": invoice.open_minor}
        yield {"action_id": action_id} | facts
