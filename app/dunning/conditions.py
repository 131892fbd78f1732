"""Why an invoice, or a customer as a whole, is not reminded of now (SPEC DN-1): one place for runs and for pages."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select, tuple_

from app.bank.models import BankAccount, BankTransaction, Statement
from app.counterparties.models import Counterparty
from app.documents.counted import counted, is_to_send
from app.documents.models import Direction, Document, Kind
from app.documents.wanted import OPEN
from app.dunning import plans
from app.dunning.customer_models import Reply
from app.extensions import db
from app.users.models import Company

BANK_DAYS = timedelta(days=7)
"""Bank data older than that may lack the very payment a customer would be reminded of."""
SOLD = and_(Document.direction == Direction.SALE, Document.kind == Kind.INVOICE)
Tests = dict[str, ColumnElement[bool]]
"""A key of `words.REASONS` → whether it is so, in the order in which people are told."""


def of_invoices(today: date, among: ColumnElement[bool]) -> Tests:
    """What keeps an invoice from being reminded of; `among` are the documents whose credit notes may net it."""
    return {
        "gone": Document.trashed_at.is_not(None),
        "not_validated": Document.validated_at.is_(None),
        "not_approved": Document.awaits_approval.is_(True),
        "to_send": is_to_send(),
        "paid": ~OPEN,
        "no_due_date": Document.due_date.is_(None),
        "disputed": Document.disputed_at.is_not(None),
        "promised": _lasts(Document.promised_date, today),
        "paused": _lasts(Document.reminders_paused_until, today),
        "netted": _is_netted(today, among),
    }


def of_customers(today: date) -> Tests:
    """What keeps a customer from being reminded of anything."""
    unread = exists().where(Reply.counterparty_id == Counterparty.id, Reply.read_at.is_(None))
    return {
        "archived": Counterparty.archived_at.is_not(None),
        "customer_paused": _lasts(Counterparty.reminders_paused_until, today),
        "unread_reply": unread,
    }


def of_company(company: Company, today: date) -> str:
    """What keeps all its customers from being reminded; empty where nothing does."""
    newest = newest_bank_day(company)
    return "bank_old" if newest and newest < today - BANK_DAYS else ""


def newest_bank_day(company: Company) -> date | None:
    """The last day its statements tell of; None without a bank account in use, or while no statement was brought."""
    mine = (BankAccount.company_id == company.id, BankAccount.archived_at.is_(None))
    said = select(func.max(func.coalesce(Statement.to_date, Statement.balance_date))).join(Statement.account)
    lines = select(func.max(BankTransaction.date)).join(BankAccount, BankAccount.id == BankTransaction.account_id)
    balances = select(func.max(BankAccount.balance_date))
    days = [db.session.scalar(query.where(*mine)) for query in (said, lines, balances)]
    return max((day for day in days if day), default=None)


def may_remind(it: Document | Counterparty, today: date) -> str:
    """Why it is not to be reminded of today, the most telling reason first; empty where it may be."""
    return next(iter(reasons(it, today)), "")


def reasons(it: Document | Counterparty, today: date) -> list[str]:
    """All there are, of the invoice, its customer and the company."""
    if isinstance(it, Document):
        found = _of_one(it, of_invoices(today, Document.counterparty_id == it.counterparty_id))
        return found + (reasons(it.counterparty, today) if it.counterparty else ["no_plan"])
    found = _of_one(it, of_customers(today))
    found += [] if plans.plan_of(it) else ["no_plan"]
    held = of_company(it.company, today)
    return found + [held] * bool(held)


def _of_one(it: Any, tests: Tests) -> list[str]:
    db.session.flush()
    row = db.session.execute(select(*tests.values()).where(type(it).id == it.id)).one()
    return [key for key, is_so in zip(tests, row, strict=True) if is_so]


def _lasts(until: Any, today: date) -> ColumnElement[bool]:
    """Up to that day; what is not known lasts no longer."""
    return and_(until.is_not(None), until >= today)


def _is_netted(today: date, among: ColumnElement[bool]) -> ColumnElement[bool]:
    """Do the customer's credit notes cover all that is due by then, in that currency?"""
    mine = tuple_(Document.counterparty_id, Document.currency)
    is_due = and_(Document.due_date.is_not(None), Document.due_date <= today)
    return or_(and_(is_due, mine.in_(_covered(is_due, among))), mine.in_(_covered(OPEN, among)))


def _covered(owed: ColumnElement[bool], among: ColumnElement[bool]) -> Select[Any]:
    """Customers and currencies of which the open credit notes are as much as the invoices that are `owed`."""
    is_open = (among, Document.direction == Direction.SALE, counted(), OPEN)
    is_credit = Document.kind == Kind.CREDIT_NOTE
    some = select(Document.counterparty_id).where(*is_open, is_credit).correlate(None)
    left = Document.gross_minor - Document.settled_minor
    balance = func.sum(case((is_credit, -left), (owed, left), else_=0))
    query = select(Document.counterparty_id, Document.currency).where(*is_open, Document.counterparty_id.in_(some))
    with_credit = func.sum(case((is_credit, left), else_=0)) > 0
    by = (Document.counterparty_id, Document.currency)
    return query.group_by(*by).having(and_(balance <= 0, with_credit)).correlate(None)
