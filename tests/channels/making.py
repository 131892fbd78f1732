"""Letters and messages for tests."""

from __future__ import annotations

from itertools import count

from sqlalchemy import select

from app.channels import gateway, letters
from app.channels.models import GatewayKind, GatewayMessage, Letter, LetterState, PrintBatch
from app.core import clock
from app.counterparties.models import Counterparty
from app.extensions import db
from app.outbox.models import Mark
from app.tasks import runner
from app.tasks.models import State, Task
from app.users.models import Company
from tests.factories import make_file, the_company

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


def make_one_of_each(company: Company, canary: str, counterparty: Counterparty | None) -> dict[str, int]:
    """A letter in a batch that is ready, one that waits, and a message nobody knows of; their texts hold `canary`."""
    batch = PrintBatch(company=company, file=make_file())
    for state in (LetterState.PRINTED, LetterState.POSTED, LetterState.TO_PRINT):
        facts = {"key": f"{canary}-{state.value}", "address": f"{canary}-addressee\n{canary}-town", "state": state}
        letter = Letter(company=company, kind="test", counterparty=counterparty, file=make_file(), **facts)
        letter.subject, letter.note, letter.tracking_number = (
            f"{canary}-letter",
            f"{canary}-note",
            f"{canary}-track"[:60],
        )
        letter.batch = batch if state is LetterState.PRINTED else None
        db.session.add(letter)
    message = GatewayMessage(company=company, key=f"{canary}-sms", kind="test", carries=GatewayKind.SMS)
    message.to, message.text, message.answer = f"{canary}-phone", f"{canary}-text", f"{canary}-answer"
    message.mark = Mark.UNCERTAIN
    db.session.add(message)
    db.session.commit()
    return {"print_batch_id": batch.id, "letter_id": letter.id, "gateway_message_id": message.id}
