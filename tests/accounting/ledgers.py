"""Runs that are over, as rows: what was sent in which mail, and what could not go."""

from __future__ import annotations

from app.accounting.kinds import Cause, Said, State, journal_of
from app.accounting.models import Sharing
from app.accounting.run_models import Delivery, Envelope, Export, Run, RunProblem
from app.core import clock
from app.documents.models import Document
from app.extensions import db
from app.outbox.models import Mark, OutgoingMail, Recipient
from tests.accounting.making import make_connection, make_sharing


def make_run(sent: Document, failed: Document, *, state: State = State.SENT) -> Run:
    """A run of its company that sent one, which changed since, and named the other."""
    company = sent.company
    sharing = db.session.get(Sharing, company.id) or make_sharing(company, make_connection())
    run = Run(company=company, connection=sharing.connection, cause=Cause.HAND, day=clock.today(company))
    run.started_at = run.planned_at = run.ended_at = clock.now()
    journal = journal_of(sent)
    envelope = Envelope(run=run, number=1, journal=journal, address=sharing.address_of(journal), size=4242)
    envelope.mail = _mail(sent, envelope.address, Mark(state.value))
    delivery = Delivery(envelope=envelope, document=sent, state=state, answer="250 taken", settled_at=clock.now())
    delivery.facts, delivery.fallback = {"number": "before"}, ["number"]
    export = Export(document=sent, company_id=company.id, state=state, delivery=delivery, changed_at=clock.now())
    export.said = Said.RECEIVED
    run.problems = [RunProblem(document=failed, reason={"key": "no_file"})]
    db.session.add_all([run, export])
    db.session.commit()
    return run


def _mail(document: Document, address: str, mark: Mark) -> OutgoingMail:
    key = f"accountant:test:{document.id}"
    mail = OutgoingMail(key=key, kind="accountant", company_id=document.company_id, message_id=f"<{key}@test>")
    mail.subject, mail.text, mail.mark, mail.recipients = "Invoice", "Invoice", mark, [Recipient(address=address)]
    return mail
