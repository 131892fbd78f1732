"""Mails that went to an accountant, with the link to answer by."""

from __future__ import annotations

import pytest

from app.accounting import answer_links, facts
from app.accounting.answer_models import AccountingAnswer
from app.accounting.kinds import Cause, Said, State, journal_of
from app.accounting.models import Connection, Sharing
from app.accounting.run_models import Delivery, Envelope, Export, Run
from app.core import clock
from app.documents.models import Document
from app.extensions import db
from app.outbox.models import Mark, OutgoingMail
from app.users.models import Company
from tests.factories import make_company, make_document
from tests.visiting import Visitor

ADDRESS = "purchases@books.example"


@pytest.fixture
def company(app, hand):
    return make_company()


@pytest.fixture
def visitor(browser, hand):
    """Somebody who has the link of a mail, and nothing else."""
    return Visitor(browser(), hand, "/accounting/links")


@pytest.fixture
def one(company):
    """A document that left, and the token of its mail."""
    (document,) = sent(company, "F-1")
    return document, mailed([document])[1]


def sent(company: Company, *numbers: str, **of_each) -> list[Document]:
    """Validated purchases."""
    facts_of = {"validated_at": clock.now(), "gross_minor": 12_000} | of_each
    return [make_document(company, number=number, label=f"label {number}", **facts_of) for number in numbers]


def mailed(documents: list[Document], *, to: str = ADDRESS, language: str = "en") -> tuple[Envelope, str]:
    """One mail that left with these, and the token of its link."""
    company = documents[0].company
    if db.session.get(Sharing, company.id) is None:
        connection = Connection(name="Cabinet Delorme")
        db.session.add(Sharing(company=company, connection=connection, shared_since=clock.now(), language=language))
        db.session.flush()
    connection_id = db.session.get_one(Sharing, company.id).connection_id
    run = Run(company=company, connection_id=connection_id, cause=Cause.HAND, day=clock.today(company))
    run.ended_at = clock.now()
    envelope = Envelope(run=run, number=1, journal=journal_of(documents[0]), address=to)
    envelope.deliveries = [Delivery(document=each, state=State.SENT, facts=facts.of(each)) for each in documents]
    db.session.add(envelope)
    db.session.flush()
    envelope.mail = _mail(envelope)
    for delivery in envelope.deliveries:
        export = Export(document_id=delivery.document_id, company_id=company.id, state=State.SENT, delivery=delivery)
        db.session.merge(export)
    _url, token = answer_links.make(envelope)
    db.session.commit()
    return envelope, token


def _mail(envelope: Envelope) -> OutgoingMail:
    key = f"accountant:{envelope.run_id}:{envelope.number}"
    mail = OutgoingMail(key=key, kind="accountant", company_id=envelope.run.company_id, subject="x", text="x")
    mail.message_id, mail.mark = f"<{key}@test>", Mark.SENT
    return mail


def standing(document: Document) -> Said | None:
    """What counts of what the accountant said."""
    return db.session.get_one(Export, document.id, populate_existing=True).said


def rows() -> list[AccountingAnswer]:
    """All that was ever noted, the oldest first."""
    return list(db.session.query(AccountingAnswer).order_by(AccountingAnswer.id))
