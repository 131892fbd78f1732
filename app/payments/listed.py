"""What the pages of payments list, each with few queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from app.bank.models import BankAccount
from app.core import clock
from app.documents.models import Direction, Document, Kind, Status
from app.extensions import db
from app.payments import grouping, payee, waiting
from app.payments.models import BatchState, Payment, PaymentBatch, PaymentState
from app.payments.payee import Held, Payee
from app.users.models import Company, User
from app.web import keyset
from app.web.filters import day

MOST = 500
"""So many of one list are shown: who has more pays what is pressing first."""
LIVE = Document.id.in_(select(Payment.document_id).where(Payment.state == PaymentState.LIVE))
PURCHASE = and_(Document.direction == Direction.PURCHASE, Document.kind == Kind.INVOICE)
IS_DUE = and_(PURCHASE, Document.status == Status.TO_MATCH, Document.gross_minor > Document.settled_minor)


@dataclass(frozen=True)
class Row:
    """A document that is to be paid: to whom, or why not yet."""

    document: Document
    payee: Payee | Held
    choices: list[str]
    """Accounts to choose from, where several are confirmed and none is printed."""

    @property
    def is_held(self) -> bool:
        return isinstance(self.payee, Held) and not self.choices

    @property
    def signed_minor(self) -> int:
        """What it adds to a payment."""
        minor = self.document.open_minor or 0
        return -minor if grouping.is_deducted(self.document) else minor


def documents(user: User, company: Company) -> Select[tuple[Document]]:
    """Those of the company that this person may see, with their counterparty."""
    query = Document.visible_to(user).where(Document.company_id == company.id, Document.trashed_at.is_(None))
    return query.options(joinedload(Document.counterparty))


def due(user: User, company: Company) -> list[Row]:
    """What is to be matched and nobody put down to be paid, the most pressing first."""
    order = (func.coalesce(Document.due_date, date.max), Document.id)
    return _rows(list(db.session.scalars(documents(user, company).where(IS_DUE).order_by(*order).limit(MOST))))


def weeks(rows: list[Row], today: date) -> list[tuple[str, list[Row]]]:
    """The same by week, each under its name."""
    by_week = groupby(rows, lambda row: _monday(row.document, today))
    return [(_week(monday, today), list(group)) for monday, group in by_week]


def _monday(document: Document, today: date) -> date | None:
    """Of the week it is due in; all that is late together."""
    if document.due_date is None or document.due_date < today:
        return date.min if document.due_date else None
    return document.due_date - timedelta(days=document.due_date.weekday())


def _week(monday: date | None, today: date) -> str:
    if monday is None:
        return _("Without a due date")
    if monday == date.min:
        return _("Late")
    this = today - timedelta(days=today.weekday())
    named = {this: _("This week"), this + timedelta(days=7): _("Next week")}
    return named.get(monday) or _("Week of %(day)s", day=day(monday))


def to_pay(user: User, company: Company) -> list[Row]:
    """What is put down to be paid and in no batch yet, by day; held or not."""
    query = documents(user, company).where(Document.status == Status.TO_PAY, ~LIVE)
    return _rows(list(db.session.scalars(query.order_by(Document.pay_date, Document.id).limit(MOST))))


def _rows(found: list[Document]) -> list[Row]:
    """Each with its payee, by two queries for all."""
    known = payee.known_of(found)
    rows = []
    for each in found:
        to = payee.payee_of(each, known=known)
        asks = isinstance(to, Held) and to.key == "several"
        rows.append(Row(each, to, payee.confirmed(each, known) if asks else []))
    return rows


def in_payment(user: User, company: Company) -> list[Payment]:
    """What the bank has, or may have: until its bank line comes."""
    states = or_(
        and_(Payment.state == PaymentState.LIVE, PaymentBatch.state == BatchState.MADE),
        Payment.state == PaymentState.DOUBTFUL,
    )
    seen = Document.visible_to(user).with_only_columns(Document.id)
    query = select(Payment).join(Payment.batch).where(PaymentBatch.company_id == company.id, states)
    query = query.where(Payment.document_id.in_(seen)).order_by(PaymentBatch.released_at, Payment.id).limit(MOST)
    whole = joinedload(Payment.document).joinedload(Document.counterparty)
    return list(db.session.scalars(query.options(whole, joinedload(Payment.batch))))


def batches(user: User, company: Company, said: Any) -> keyset.Leaf:
    """The batches, the newest first."""
    query = PaymentBatch.visible_to(user).where(PaymentBatch.company_id == company.id)
    query = query.options(joinedload(PaymentBatch.account), selectinload(PaymentBatch.payments))
    place = {name: said.get(name, "") for name in ("before", "after")}
    return keyset.leaf(query, keyset.Order(PaymentBatch.id, keyset.whole), PaymentBatch.id, **place)


def drafts(user: User, company: Company) -> Select[tuple[PaymentBatch]]:
    """Those nobody released yet."""
    mine = PaymentBatch.visible_to(user).where(PaymentBatch.company_id == company.id)
    return mine.where(PaymentBatch.state == BatchState.DRAFT)


def held_count(user: User, company: Company) -> int:
    """How many are held, as the tab of that name lists them."""
    query = Document.visible_to(user).where(Document.company_id == company.id, Document.status == Status.TO_PAY)
    return db.session.scalar(query.where(~LIVE, waiting.is_held()).with_only_columns(func.count(Document.id))) or 0


def accounts(company: Company) -> list[BankAccount]:
    """Those that can pay a batch."""
    usable = (BankAccount.archived_at.is_(None), BankAccount.iban.is_not(None), BankAccount.currency == "EUR")
    mine = select(BankAccount).where(BankAccount.company_id == company.id, *usable)
    return list(db.session.scalars(mine.order_by(BankAccount.name, BankAccount.id)))


def counts(user: User, company: Company, rows: list[Row]) -> dict[str, int]:
    """How many wait in each tab."""
    seen = documents(user, company).where(IS_DUE).with_only_columns(func.count(), maintain_column_froms=True)
    held = sum(row.is_held for row in rows)
    return {
        "due": db.session.scalar(seen.order_by(None)) or 0,
        "to_pay": len(rows) - held,
        "held": held,
        "in_payment": len(in_payment(user, company)),
        "batches": db.session.scalar(drafts(user, company).with_only_columns(func.count(PaymentBatch.id))) or 0,
    }


def today_of(company: Company) -> date:
    """The day it is there."""
    return clock.today(company)
