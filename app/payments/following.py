"""What follows when a document is settled, or open again: its payment, and the batch of it (SPEC PY-3)."""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlalchemy.orm import joinedload

from app.audit import trail
from app.core import clock
from app.core.database import change_if
from app.documents.models import Document
from app.extensions import db
from app.payments.models import BatchState, Payment, PaymentBatch, PaymentState


def follow(document: Document) -> None:
    """A payment under way is executed once its document is settled, and awaited again when that is undone."""
    if document.held_at is None:
        return
    is_settled = bool(document.validated_at) and document.open_minor == 0
    for payment in _under_way(document):
        if is_settled:
            _executed(payment)
        elif payment.state is PaymentState.EXECUTED and _is_taken_back(document):
            _awaited_again(payment)


def _is_taken_back(document: Document) -> bool:
    """Is less of it settled than before? An amount that is corrected undoes no payment."""
    told = document.cause.told if document.cause else {}
    return any(told[name][1] < told[name][0] for name in ("settled_minor", "paid_minor") if name in told)


def _under_way(document: Document) -> list[Payment]:
    """Those whose file the bank may have; one that was freed is none."""
    mine = select(Payment).join(Payment.batch).where(Payment.document_id == document.id)
    mine = mine.where(PaymentBatch.state != BatchState.DRAFT, Payment.state != PaymentState.FREED)
    return list(db.session.scalars(mine.options(joinedload(Payment.batch)).order_by(Payment.id)))


def _executed(payment: Payment) -> None:
    if change_if(db.session(), payment, Payment.state != PaymentState.EXECUTED, state=PaymentState.EXECUTED):
        trail.record(payment.document, by=None, act="payment executed", changes={"batch": [None, payment.batch_id]})
    _end(payment.batch)


def _end(batch: PaymentBatch) -> None:
    """All of it was executed."""
    waits = exists().where(Payment.batch_id == batch.id, Payment.state == PaymentState.LIVE)
    facts = {"state": BatchState.EXECUTED, "ended_at": clock.now()}
    change_if(db.session(), batch, PaymentBatch.state == BatchState.MADE, ~waits, **facts)


def _awaited_again(payment: Payment) -> None:
    """As before its document was settled: what was cancelled is in doubt again, all else waits for its bank line."""
    is_out = payment.batch.state is BatchState.CANCELLED
    state = PaymentState.DOUBTFUL if is_out or _is_elsewhere(payment) else PaymentState.LIVE
    if change_if(db.session(), payment, Payment.state == PaymentState.EXECUTED, state=state):
        was = PaymentBatch.state == BatchState.EXECUTED
        change_if(db.session(), payment.batch, was, state=BatchState.MADE, ended_at=None)
        told = {"batch": [None, payment.batch_id]}
        trail.record(payment.document, by=None, act="payment awaited again", changes=told)


def _is_elsewhere(payment: Payment) -> bool:
    """Does another payment of the same document live?"""
    mine = (Payment.document_id == payment.document_id, Payment.state == PaymentState.LIVE)
    return db.session.scalar(select(Payment.id).where(*mine).limit(1)) is not None
