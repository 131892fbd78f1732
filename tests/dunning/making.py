"""Plans, customers and sales to send or to remind of."""

from __future__ import annotations

from datetime import date
from itertools import count

from app.core import clock
from app.counterparties.models import Counterparty
from app.documents.models import Direction, Document
from app.dunning import plan_editing
from app.dunning.models import DunningPlan, Level
from app.extensions import db
from app.users.models import Company, User
from app.web.access import Role
from tests.factories import make_counterparty, make_document, make_user, the_company

_numbers = count(1)


def make_plan(company: Company | None = None, *, by: User | None = None, **facts) -> DunningPlan:
    """A plan that sends the invoice and reminds three times, as it comes."""
    company = company or the_company()
    name = facts.pop("name", f"Plan {next(_numbers)}")
    has_reminders = facts.pop("has_reminders", True)
    by = by or make_user(Role.ADMIN, company)
    plan = plan_editing.create(company, name, facts.pop("level", Level.CUSTOMER), by=by, has_reminders=has_reminders)
    for fact, value in facts.items():
        setattr(plan, fact, value)
    db.session.commit()
    return plan


def make_customer(name: str = "Café Bleu", company: Company | None = None, **facts) -> Counterparty:
    """A customer with an address to write to."""
    facts = {"is_customer": True, "is_supplier": False, "email": "compta@cafe.example"} | facts
    return make_counterparty(name, company, **facts)


def make_sale(customer: Counterparty | None = None, **facts) -> Document:
    """A validated sale of 120.00 EUR, due at the end of October 2026."""
    customer = customer or make_customer()
    facts = {"direction": Direction.SALE, "validated_at": clock.now(), "due_date": date(2026, 10, 31)} | facts
    return make_document(customer.company, counterparty=customer, **facts)


def to_send(customer: Counterparty | None = None, **facts) -> Document:
    """A sale its customer has still to get."""
    return make_sale(customer, **({"to_send_at": clock.now()} | facts))
