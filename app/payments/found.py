"""What a bank line of some amount pays: a whole batch, or one of its transfers (SPEC PY-3)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.bank.models import BankAccount
from app.documents.models import Document
from app.extensions import db
from app.payments.models import BatchState, Payment, PaymentBatch, PaymentState

NEAR = timedelta(days=10)
"""So far from its execution date a bank books it."""


def documents_of_total(account: BankAccount, minor: int, on: date) -> list[Document]:
    """The documents that a line of this amount (without sign) settles together; nothing where none, or several, fit.

    Only what waits for its bank line. A batch booked as one sum comes first, then a transfer of several documents.
    """
    batches, transfers = _sums(account, abs(minor), on, Payment.batch_id), []
    if not batches:
        transfers = _sums(account, abs(minor), on, Payment.batch_id, Payment.transfer)
    found = batches or transfers
    if len(found) != 1:
        return []
    names = (Payment.batch_id, Payment.transfer)[: len(found[0])]
    mine = select(Payment).where(*(name == value for name, value in zip(names, found[0], strict=True)))
    mine = mine.where(Payment.state == PaymentState.LIVE).options(joinedload(Payment.document)).order_by(Payment.id)
    return [each.document for each in db.session.scalars(mine) if each.document]


def _sums(account: BankAccount, minor: int, on: date, *by: Any) -> list[tuple[int, ...]]:
    """Which of these make that sum."""
    query = select(*by).join(PaymentBatch, PaymentBatch.id == Payment.batch_id)
    query = query.where(PaymentBatch.account_id == account.id, PaymentBatch.state == BatchState.MADE)
    query = query.where(PaymentBatch.execution_date.between(on - NEAR, on + NEAR), Payment.state == PaymentState.LIVE)
    query = query.group_by(*by).having(func.sum(Payment.amount_minor) == minor).order_by(*by).limit(2)
    return [tuple(row) for row in db.session.execute(query)]
