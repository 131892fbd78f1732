"""A document in a batch that lives: what may not happen to it meanwhile."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import joinedload

from app.core.errors import Refused
from app.documents.models import Document
from app.extensions import db
from app.payments.models import BatchState, Payment, PaymentState

FIXED = {"gross_minor", "currency", "iban", "kind", "direction", "counterparty_id", "counterparty_name"}
"""Columns a payment was made from."""


def payment_of(document: Document) -> Payment | None:
    """The one payment of it that lives; what was never put down to be paid has none."""
    if document.held_at is None:
        return None
    mine = select(Payment).where(Payment.document_id == document.id, Payment.state == PaymentState.LIVE)
    return db.session.scalar(mine.options(joinedload(Payment.batch)))


def may_be_paid(document: Document) -> bool:
    """Is it in a live batch, or may it have been executed?"""
    mine = select(Document.id).where(Document.id == document.id, keeps())
    return document.held_at is not None and db.session.scalar(mine) is not None


def refuse(document: Document) -> None:
    """Raise `Refused` while it is in a batch that lives."""
    if payment := payment_of(document):
        raise Refused(why_not(payment))


def why_not(payment: Payment) -> str:
    """What to do first."""
    if payment.batch.state is BatchState.DRAFT:
        return _("It is in the batch %(number)d: take it out of it first.", number=payment.batch_id)
    return _("It is in payment: the file of the batch %(number)d was made. Cancel it first.", number=payment.batch_id)


def refuse_edit(document: Document, columns: set[str]) -> None:
    """What a payment was made from stays as it was."""
    if columns & FIXED:
        refuse(document)


def refuse_netting(document: Document, credit_note: Document) -> None:
    """What a batch pays or deducts is netted only as its file has it: within one transfer."""
    found = [payment_of(each) for each in (document, credit_note)]
    if len({(each.batch_id, each.transfer) if each else None for each in found}) > 1:
        raise Refused(next(why_not(each) for each in found if each))


def keeps() -> ColumnElement[bool]:
    """On a row of `Document`: is it in a live batch, or may it have been executed? It is never purged (SAFETY S105)."""
    states = (PaymentState.LIVE, PaymentState.DOUBTFUL)
    return exists().where(Payment.document_id == Document.id, Payment.state.in_(states))
