"""What payments need: an account of ours, a supplier whose account is confirmed, and documents to be paid."""

from __future__ import annotations

from datetime import date

from app.bank.models import BankAccount
from app.core import clock
from app.counterparties.models import Counterparty, CounterpartyIban
from app.documents.models import Document
from app.extensions import db
from app.payments import banking, batches, choosing
from app.payments.models import PaymentBatch
from app.users.models import Company, User
from tests.factories import make_category, make_counterparty, make_document, the_company

OURS = "FR7630006000011234567890189"
THEIRS = "DE89370400440532013000"
OTHER = "BE68539007547034"
NAMESPACE = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"


def make_account(company: Company | None = None, **facts) -> BankAccount:
    """An account in euros."""
    account = BankAccount(company=company or the_company(), **({"name": "Current account", "iban": OURS} | facts))
    db.session.add(account)
    db.session.commit()
    return account


def make_payee(name: str = "Papeterie Durand", company: Company | None = None, *ibans: str, **facts) -> Counterparty:
    """A supplier all of whose accounts are confirmed; one, where none is said."""
    party = make_counterparty(name, company, **facts)
    party.ibans = [CounterpartyIban(iban=iban, confirmed_at=clock.now()) for iban in ibans or (THEIRS,)]
    db.session.commit()
    return party


def make_payable(party: Counterparty | None = None, company: Company | None = None, **facts) -> Document:
    """A validated purchase of 120.00 EUR."""
    party = party or make_payee(company=company)
    category = facts.pop("category", None) or make_category(company=party.company)
    facts = {"counterparty": party, "validated_at": clock.now(), "category": category} | facts
    return make_document(party.company, **facts)


def to_pay(document: Document, by: User, on: date | None = None, **how) -> Document:
    """The same, put down to be paid on the next banking day."""
    choosing.choose(document, by=by, on=on, **how)
    db.session.commit()
    return document


def make_batch(by: User, *documents: Document, account: BankAccount | None = None, **how) -> PaymentBatch:
    """A draft of these, or of one."""
    company = account.company if account else the_company()
    documents = documents or (make_payable(company=company),)
    for each in documents:
        if each.pay_date is None:
            to_pay(each, by, refund=True)
    batch = batches.make(list(documents), account or make_account(company), by=by, **how)
    db.session.commit()
    return batch


def soon() -> date:
    """The next banking day."""
    return banking.after(clock.today(the_company()))
