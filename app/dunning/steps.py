"""Which step of its plan an invoice is at, and what a customer is reminded of: from plain facts, without a query."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from app.dunning.models import Channel, Level


class Step(NamedTuple):
    """A reminder of a plan."""

    id: int
    days: int
    channel: Channel
    is_automatic: bool

    def has_come(self, due_date: date, today: date) -> bool:
        """Due and not "due today": what was missed is made up."""
        return due_date + timedelta(days=self.days) <= today


@dataclass(frozen=True)
class Plan:
    """The reminders of a plan, in the order of days."""

    level: Level
    steps: tuple[Step, ...]


class Owed(NamedTuple):
    """An open invoice that may be reminded of, and the days of the last step it counts as reminded at."""

    id: int
    counterparty_id: int
    owner_id: int | None
    due_date: date
    open_minor: int
    plan_id: int
    reached: int | None


class Reminder(NamedTuple):
    """One message: its step, the invoice that sets it, and all it is about with the step each then counts at."""

    step: Step
    first: Owed
    covers: list[tuple[Owed, int | None]]


def next_step(plan: Plan, invoice: Owed, today: date) -> Step | None:
    """The first after those it was reminded at; those before the due date are passed over once that is past."""
    is_past = invoice.due_date < today
    left = (step for step in plan.steps if invoice.reached is None or step.days > invoice.reached)
    return next((step for step in left if step.days >= 0 or not is_past), None)


def reached_by(plan: Plan, invoice: Owed, most: int, today: date) -> int | None:
    """The highest step, none above `most`, whose day has come for it."""
    come = [step.days for step in plan.steps if step.days <= most and step.has_come(invoice.due_date, today)]
    return max(come, default=None)


def of_each(plan: Plan, invoices: Iterable[Owed], today: date) -> Iterator[Reminder]:
    """A message for each invoice of which a step is due, the oldest first."""
    for invoice in sorted(invoices, key=by_age):
        step = next_step(plan, invoice, today)
        if step and step.has_come(invoice.due_date, today):
            yield Reminder(step, invoice, [(invoice, step.days)])


def of_all(plan: Plan, invoices: Iterable[Owed], today: date) -> Iterator[Reminder]:
    """At most one message for all that is overdue: the oldest for which a step is left sets it (SPEC DN-1)."""
    by_due = sorted(invoices, key=by_age)
    first = next((each for each in by_due if next_step(plan, each, today)), None)
    step = next_step(plan, first, today) if first else None
    if first and step and step.has_come(first.due_date, today):
        others = [each for each in by_due if each is not first and _goes_along(plan, each, first, step, today)]
        covers = [(each, reached_by(plan, each, step.days, today)) for each in others]
        yield Reminder(step, first, [(first, step.days), *covers])


def by_age(invoice: Owed) -> tuple[date, int]:
    """The oldest first."""
    return invoice.due_date, invoice.id


def _goes_along(plan: Plan, invoice: Owed, first: Owed, step: Step, today: date) -> bool:
    """All that is overdue; before the due date, what a step has come for as well."""
    if first.due_date < today:
        return invoice.due_date < today
    return invoice.due_date >= today and reached_by(plan, invoice, step.days, today) is not None


BY_LEVEL = {Level.INVOICE: of_each, Level.CUSTOMER: of_all}
