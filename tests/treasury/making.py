"""Bank accounts with lines, and payments by them, as matching stores them."""

from __future__ import annotations

from datetime import date
from itertools import count

from sqlalchemy import select

from app.bank.models import BankAccount, BankTransaction, Match, Statement
from app.core.errors import Refused
from app.documents import status
from app.documents.models import Document
from app.extensions import db
from app.users.models import Company
from tests.factories import the_company

_numbers = count(1)


def make_account(company: Company | None = None, name: str = "Current account", **facts) -> BankAccount:
    """A bank account that closes with 1,000.00 EUR."""
    usual = {"currency": "EUR", "balance_minor": 100_000, "balance_date": date(2026, 11, 1)}
    account = BankAccount(company=company or the_company(), name=name, **(usual | facts))
    db.session.add(account)
    db.session.commit()
    return account


def make_line(account: BankAccount, minor: int = -12000, on: date = date(2026, 11, 5)) -> BankTransaction:
    """A line of its statement."""
    statement = Statement(account=account)
    db.session.add(statement)
    db.session.flush()
    facts = {"company_id": account.company_id, "currency": account.currency, "key": f"line-{next(_numbers)}"}
    line = BankTransaction(account=account, statement=statement, date=on, amount_minor=minor, **facts)
    db.session.add(line)
    db.session.flush()
    return line


def paid_by_bank(document: Document, line: BankTransaction, minor: int, on: date) -> None:
    """So much of it was paid that day by this line."""
    db.session.add(Match(document=document, transaction=line, amount_minor=minor, line_minor=minor, date=on))
    db.session.flush()
    db.session.refresh(document)
    status.settle(document, by=None, act="matched", changes={"settled_minor": [0, minor]})


def take_back_match(document: Document) -> None:
    """Whatever bank lines paid of it is open again."""
    matches = list(db.session.scalars(select(Match).where(Match.document_id == document.id)))
    if not matches:
        raise Refused("no")
    for each in matches:
        db.session.delete(each)
    db.session.flush()
    db.session.refresh(document)
    status.settle(document, by=None, act="unmatched", changes={"settled_minor": [0, document.settled_minor]})
