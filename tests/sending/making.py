"""A company that sends its invoices, with a customer and a plan."""

from __future__ import annotations

from datetime import date

from app.core import clock
from app.counterparties.models import Contact, Counterparty, Position
from app.documents.models import Direction, Document
from app.dunning.models import Channel, DunningPlan, PlanStep, Wording
from app.extensions import db
from app.users.models import Company
from tests.factories import make_company, make_counterparty, make_document


def make_sender(name: str = "Atelier Zoé", **facts) -> Company:
    """A company whose new sales are to send from now on."""
    return make_company(name, **({"sends_since": clock.now()} | facts))


def make_plan(company: Company, name: str = "Usual", **step) -> DunningPlan:
    """A plan whose sending step goes by itself, by e-mail, at once."""
    sending = PlanStep(**({"is_sending": True, "channel": Channel.EMAIL, "is_automatic": True, "days": 0} | step))
    for language, subject, text in (
        ("en", "Invoice {number}", "Hello,\n\nplease find our invoice {number} attached."),
        ("fr", "Facture {number}", "Bonjour,\n\nveuillez trouver notre facture {number}."),
    ):
        sending.wordings.append(Wording(language=language, subject=subject, text=text))
    plan = DunningPlan(company_id=company.id, name=name, steps=[sending])
    db.session.add(plan)
    db.session.commit()
    return plan


def make_customer(company: Company, plan: DunningPlan | None = None, email: str = "anna@customer.example", **facts):
    """A customer with one contact for invoices, who reads English."""
    customer = make_counterparty(facts.pop("name", "Hotel Bellevue"), company, is_customer=True, **facts)
    customer.dunning_plan_id = plan.id if plan else None
    if email:
        make_contact(customer, email)
    db.session.commit()
    return customer


def make_contact(customer: Counterparty, email: str, position: Position = Position.BILLING, **facts) -> Contact:
    contact = Contact(email=email, position=position, **({"name": "Anna Martin", "language": "en"} | facts))
    customer.contacts.append(contact)
    db.session.commit()
    return contact


def make_sale(company: Company, customer: Counterparty | None = None, **facts) -> Document:
    """A validated sale that came just now."""
    usual = {"direction": Direction.SALE, "validated_at": clock.now(), "issue_date": date(2026, 11, 2)}
    return make_document(company, **(usual | ({"counterparty": customer} if customer else {}) | facts))
