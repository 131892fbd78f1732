"""The demo's bank: a statement that fits its papers, brought in like any other."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import func, select

from app.bank.formats import reading
from app.bank.models import BankAccount, BankTransaction, Match
from app.core import clock
from app.counterparties.models import CounterpartyIban
from app.demo import checking, firms, load, settling, statement
from app.demo.story import Paper
from app.documents.models import Category, Direction, Document, Kind, Status
from app.extensions import db
from app.users.models import Company, User
from app.web.access import Role
from tests.factories import make_company, make_counterparty, make_document, make_user

TODAY = date(2026, 1, 9)


def the_firm() -> tuple[Company, User]:
    """The demo firm with its checked papers as documents, each with its counterparty."""
    make_user(Role.ADMIN, make_company("My company"))
    admin = load.first_admin()
    firm = load.demo_firm(admin)
    for paper in checking._older_papers(firm):
        _validated(paper, firm, admin)
    return firm, admin


def _validated(paper: Paper, firm: Company, admin: User) -> Document:
    direction = Direction.SALE if paper.seller == firms.OURS else Direction.PURCHASE
    other = paper.buyer if direction is Direction.SALE else paper.seller
    party = make_counterparty(other.name, company=firm)
    if other.iban and direction is Direction.PURCHASE:
        db.session.add(CounterpartyIban(counterparty_id=party.id, iban=other.iban, added_by_id=admin.id))
    facts = {"number": paper.number, "issue_date": paper.issue_date, "due_date": paper.due_date, "currency": "EUR"}
    facts |= {"kind": Kind.CREDIT_NOTE if paper.is_credit else Kind.INVOICE, "gross_minor": int(paper.gross * 100)}
    facts |= {"direction": direction, "validated_at": clock.now(), "counterparty": party, "company": firm}
    facts |= {"status": Status.TO_MATCH, "iban": other.iban if direction is Direction.PURCHASE else ""}
    return make_document(**facts)


def test_the_statement_of_the_month_adds_up():
    """BK-1: a file a bank could have given out, with lines that nobody has a paper for."""
    form, (read,) = reading.read(statement.written(TODAY))

    assert form == "camt" and read.iban == firms.OURS.iban and read.difference == Decimal(0)
    assert len(read.lines) >= 12 and all(line.date <= TODAY for line in read.lines)
    assert {line.amount > 0 for line in read.lines} == {True, False}


def test_the_demo_has_a_bank_with_something_matched_and_something_left(app):
    """BK-2: what bears the exact number and amount is settled, the rest waits for whoever looks; once."""
    firm, admin = the_firm()

    settling.settle(firm, by=admin)
    settling.settle(firm, by=admin)

    lines = db.session.scalars(select(BankTransaction).filter_by(company_id=firm.id)).all()
    rent = db.session.scalar(select(Document).where(Document.number.startswith("LOY-")))
    assert db.session.scalar(select(func.count()).select_from(BankAccount)) == 1
    assert rent.status is Status.VALIDATED and db.session.scalar(select(func.count()).select_from(Match)) >= 3
    assert sum(line.matched_minor == 0 for line in lines) >= 5


def test_the_demo_has_payments_to_make_to_accounts_that_were_confirmed(app):
    """PY-1: whoever looks can make a batch at once, though nobody else is there to confirm an account."""
    firm, admin = the_firm()

    settling.settle(firm, by=admin)

    ready = db.session.scalars(select(Document).filter_by(company_id=firm.id, status=Status.TO_PAY)).all()
    assert {each.counterparty.name for each in ready} == {each.name for each in settling.PAID_NEXT}
    assert all(iban.confirmed_at for each in ready for iban in each.counterparty.ibans)


def test_the_demo_puts_each_purchase_under_the_category_of_its_supplier(app):
    """EX-1: rent is rent, whatever categories the firm began with."""
    firm, _admin = the_firm()
    checking._open_categories(firm)
    db.session.flush()
    paper = next(each for each in checking._older_papers(firm) if each.seller == firms.LANDLORD)
    rent = db.session.scalar(select(Document).filter_by(number=paper.number))

    assert db.session.get_one(Category, checking._category(rent, paper)).account_code == "613200"
