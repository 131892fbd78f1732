"""What the firm does with its bank: an account, its statement, a rule, confirmed IBANs and a payment to come."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from app.bank import accounts, allocating, bringing, labelling, planning, suggesting
from app.core import clock
from app.counterparties import confirming
from app.counterparties.models import Counterparty, CounterpartyIban
from app.demo import firms, statement
from app.demo.firms import OURS
from app.documents.models import Document, Kind, Status
from app.extensions import db
from app.files import store
from app.payments import choosing
from app.tasks.jobs import commit
from app.users.models import Company, User

PAID_NEXT = (firms.HARDWARE, firms.ACCOUNTANT, firms.CARRIER)
"""Suppliers whose account was checked, and whose invoices are put down to be paid."""


def settle(company: Company, *, by: User) -> None:
    """Bring the month's statement and get some payments ready; once."""
    if accounts.of_company(company.id):
        return
    _open(company, by)
    file = store.keep(statement.written(clock.today(company)))
    bringing.go_on(bringing.arrive(company, file, "releve.xml", by=by).id)
    _match_sure(company, by)
    for firm in PAID_NEXT:
        _get_ready(company, firm, by)
    commit()


def _open(company: Company, by: User) -> None:
    """The account, and the rule for what never has an invoice."""
    facts = {"name": "Compte courant", "iban": OURS.iban, "number": "", "bic": "", "currency": company.currency}
    accounts.create(company, facts, by=by)
    labelling.add(company, "salaires", by=by, is_ignoring=True)


def _match_sure(company: Company, by: User) -> None:
    """What bears the exact number and amount; the rest is left for whoever looks at the demo."""
    for offer in suggesting.sure_and_likely(by, company):
        if offer.is_sure:
            shares, rest = planning.plan(offer.line, offer.documents)
            allocating.allocate(offer.line, shares, by=by, rest=rest, why=offer.why)


def _get_ready(company: Company, firm: firms.Firm, by: User) -> None:
    """Its account has been confirmed, and its open invoices are paid when they are due."""
    query = select(Counterparty).filter_by(company_id=company.id, name=firm.name)
    if party := db.session.scalar(query):
        for iban in party.ibans:
            _confirm(iban, by)
        mine = select(Document).filter_by(counterparty_id=party.id, kind=Kind.INVOICE, status=Status.TO_MATCH)
        for document in db.session.scalars(mine).all():
            choosing.choose(document, by=by, on=max(document.due_date or clock.today(company), clock.today(company)))


def _confirm(iban: CounterpartyIban, by: User) -> None:
    """As somebody does who is alone: a day after it came, from another paper than the invoice."""
    iban.created_at -= confirming.ALONE_AFTER + timedelta(hours=1)
    if not confirming.why_not(iban, by=by):
        confirming.confirm(iban, by=by, channel=_("Called at the number of the order"), last_four=iban.iban[-4:])
