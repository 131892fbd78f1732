"""Bank accounts and lines for tests."""

from __future__ import annotations

from datetime import date
from itertools import count

from app.bank.models import BankAccount, BankTransaction, Statement
from app.core import clock
from app.documents.models import Direction, Document, Kind
from app.extensions import db
from app.users.models import Company
from tests.factories import make_document, the_company

_numbers = count(1)


def make_account(company: Company | None = None, **facts) -> BankAccount:
    """The current account of a company, made once for each currency."""
    company = company or the_company()
    wanted = {"company_id": company.id, "currency": facts.get("currency", "EUR")}
    account = db.session.query(BankAccount).filter_by(**wanted).first()
    if account is None:
        account = BankAccount(**({"name": "Current", "iban": f"FR76{next(_numbers):023}"} | facts | wanted))
        db.session.add(account)
        db.session.commit()
    return account


def make_statement(company: Company | None = None, currency: str = "EUR") -> Statement:
    """A statement with no lines yet."""
    statement = Statement(account_id=make_account(company, currency=currency).id, name="november.xml")
    db.session.add(statement)
    db.session.commit()
    return statement


def make_line(minor: int = -12000, company: Company | None = None, *, statement=None, **facts) -> BankTransaction:
    """A line of a statement; 120.00 EUR that leave, unless told otherwise."""
    company = company or the_company()
    statement = statement or make_statement(company, facts.get("currency", "EUR"))
    defaults = {"date": date(2026, 10, 30), "label": "VIR SEPA", "currency": "EUR", "key": f"line-{next(_numbers)}"}
    line = BankTransaction(company_id=company.id, account_id=statement.account_id, statement_id=statement.id)
    for name, value in (defaults | facts).items():
        setattr(line, name, value)
    line.amount_minor = minor
    db.session.add(line)
    db.session.commit()
    return line


def make_open(gross_minor: int = 12000, *, sale: bool = False, credit: bool = False, **facts) -> Document:
    """A validated document of which all is open."""
    kinds = {"direction": Direction.SALE if sale else Direction.PURCHASE}
    kinds["kind"] = Kind.CREDIT_NOTE if credit else Kind.INVOICE
    facts = {"gross_minor": gross_minor, "validated_at": clock.now()} | kinds | facts
    return make_document(**facts)
