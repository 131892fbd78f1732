"""Plans of reminders, and customers who owe."""

from __future__ import annotations

from datetime import date, datetime
from itertools import count

from sqlalchemy import select

from app.core import clock
from app.counterparties.models import Counterparty
from app.documents.models import Direction, Document
from app.dunning import planning
from app.dunning.action_models import Action, ActionKind
from app.dunning.customer_models import Reply
from app.dunning.models import Channel, DunningPlan, Level, PlanStep
from app.extensions import db
from app.intake.models import Message, Source
from app.users.models import Company
from tests.factories import make_counterparty, make_document, make_file, the_company

_numbers = count(1)
TODAY = date(2026, 11, 25)
"""A Wednesday."""


def make_plan(*days: int, level: Level = Level.CUSTOMER, company: Company | None = None, **facts) -> DunningPlan:
    """A plan that reminds on these days after the due date, by itself and by e-mail."""
    facts = {"channel": Channel.EMAIL, "is_automatic": True} | facts
    company = company or the_company()
    plan = DunningPlan(company_id=company.id, name=f"Plan {next(_numbers)}", level=level)
    plan.steps = [PlanStep(days=each, **facts) for each in days]
    db.session.add(plan)
    db.session.commit()
    return plan


def make_customer(plan: DunningPlan | None = None, **facts) -> Counterparty:
    """A customer with this plan."""
    names = {"name": f"Client {next(_numbers)}", "is_customer": True, "is_supplier": False}
    return make_counterparty(**(names | {"dunning_plan_id": plan.id if plan else None} | facts))


def make_owed(customer: Counterparty, due: date | None, **facts) -> Document:
    """A validated invoice of 120.00 EUR to this customer, nothing of it paid."""
    facts = {"direction": Direction.SALE, "validated_at": clock.now(), "due_date": due} | facts
    return make_document(customer.company, counterparty=customer, **facts)


def make_reply(customer: Counterparty, **facts) -> Reply:
    """An answer of this customer that nobody has read."""
    message = Message(company_id=customer.company_id, direction=Direction.SALE, source=Source.SMTP)
    message.raw_id = make_file().id
    db.session.add(message)
    db.session.flush()
    reply = Reply(company_id=customer.company_id, counterparty_id=customer.id, message_id=message.id, **facts)
    db.session.add(reply)
    db.session.commit()
    return reply


def plan_on(day: date = TODAY, company: Company | None = None) -> list[Action]:
    """The run of that day; what it made."""
    db.session.commit()
    before = {each.id for each in reminders()}
    planning.plan_company(company or the_company(), day)
    db.session.commit()
    return [each for each in reminders() if each.id not in before]


def reminders() -> list[Action]:
    db.session.expire_all()
    return list(db.session.scalars(select(Action).filter_by(kind=ActionKind.REMINDER).order_by(Action.id)))


def said(actions: list[Action]) -> list[tuple[int, int]]:
    """(invoice, days of its step) of each."""
    return [(each.document_id, each.step.days) for each in actions]


def reached(action: Action) -> dict[int, int | None]:
    """What it is about, and at which step each counts as reminded."""
    return {each.document_id: each.reached_days for each in action.covers}


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 11, tzinfo=clock.now().tzinfo)
