"""Actions as the stages before make them; a test names only what it is about."""

from __future__ import annotations

from itertools import count

from app.core import clock
from app.counterparties.models import Contact, Counterparty
from app.documents.models import Direction, Document
from app.dunning import actions
from app.dunning.action_models import Action, ActionKind
from app.dunning.models import Channel, DunningPlan, PlanStep, Wording
from app.extensions import db
from app.users.models import Company
from tests.factories import make_counterparty, make_document, the_company

_numbers = count(1)


def make_customer(name: str = "Café Lumière", company: Company | None = None, **facts) -> Counterparty:
    """A customer, with a contact where `email` is said."""
    email = facts.pop("email", None)
    customer = make_counterparty(name, company, is_supplier=False, is_customer=True, **facts)
    if email:
        db.session.add(Contact(counterparty=customer, name="Zoé Martin", email=email))
        db.session.commit()
    return customer


def make_sale(customer: Counterparty, **facts) -> Document:
    """A validated invoice to this customer, still to be sent."""
    usual = {"direction": Direction.SALE, "counterparty": customer, "validated_at": clock.now()}
    return make_document(customer.company, **(usual | {"to_send_at": clock.now()} | facts))


def make_step(company: Company | None = None, **facts) -> PlanStep:
    """A step of a plan of its own, with a wording."""
    number = next(_numbers)
    plan = DunningPlan(company_id=(company or the_company()).id, name=f"Plan {number}")
    step = PlanStep(plan=plan, **({"is_sending": True} | facts))
    step.wordings = [Wording(language="en", subject="Your invoice", text="Please find it attached.")]
    db.session.add(plan)
    db.session.commit()
    return step


def make_action(customer: Counterparty | None = None, *documents: Document, **facts) -> Action:
    """Somebody has to send the invoice, as it stands in its subject and text."""
    customer = customer or make_customer()
    covered = documents or (make_sale(customer),)
    kind, is_automatic = facts.pop("kind", ActionKind.SENDING), facts.pop("is_automatic", False)
    made = {name: facts.pop(name) for name in ("step", "reason", "channel", "due_at") if name in facts}
    made = {"channel": Channel.EMAIL, "due_at": clock.now(), "reason": {"key": "manual"}} | made
    key = f"{kind}:{covered[0].id}:{next(_numbers)}"
    covers = dict.fromkeys(covered)
    action = actions.make(kind, covered[0], key=key, is_automatic=is_automatic, covers=covers, **made)
    usual = {"to": ["zoe@lumiere.example"], "subject": "Your invoice", "text": "Please find it attached."}
    for name, value in (usual | facts).items():
        setattr(action, name, value)
    db.session.commit()
    return action
