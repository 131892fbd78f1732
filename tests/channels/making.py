"""Letters and messages for tests."""

from __future__ import annotations

from itertools import count

from sqlalchemy import select

from app.channels import gateway, letters
from app.channels.models import GatewayKind, GatewayMessage, Letter
from app.core import clock
from app.extensions import db
from app.tasks import runner
from app.tasks.models import State, Task
from app.users.models import Company
from tests.factories import the_company

ADDRESS = "Menuiserie Lefèvre\n145 avenue du Maréchal de Lattre\n69100 Villeurbanne"
_numbers = count(1)


def make_letter(company: Company | None = None, *, key: str = "", **facts) -> Letter:
    """A letter of one page that waits for the printer."""
    said = {"address": ADDRESS, "language": "fr", "subject": "Facture F-1", "text": "Bonjour,\n\nveuillez payer."}
    company, key = company or the_company(), key or f"test:{next(_numbers)}"
    letter = letters.write("test", key=key, company=company, **(said | facts))
    db.session.commit()
    return letter


def make_message(company: Company | None = None, *, key: str = "", **facts) -> GatewayMessage:
    """A text message to a mobile telephone."""
    facts = {"to": "06 12 34 56 78", "text": "Bonjour, F-1 est échue.", "carries": GatewayKind.SMS} | facts
    company_id = (company or the_company()).id
    message = gateway.write("test", key=key or f"test:{next(_numbers)}", company_id=company_id, **facts)
    db.session.commit()
    return message


def run_waiting() -> None:
    """Hand over what is due."""
    due = select(Task.id).where(Task.kind == "hand_to_gateway", Task.state == State.READY)
    for task_id in db.session.scalars(due).all():
        runner.run(task_id)


def make_due() -> None:
    """The time of what was put off has come."""
    db.session.query(GatewayMessage).update({"send_after": clock.now()})
    db.session.query(Task).update({"run_after": clock.now()})
    db.session.commit()
