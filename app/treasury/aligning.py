"""Committed operations follow their documents: made at validation, reduced by payments, gone when nothing is open."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from app.core import clock
from app.counterparties.models import Counterparty
from app.documents.models import Direction, Document, Kind, Status
from app.extensions import db
from app.payments.models import Payment, PaymentBatch, PaymentState
from app.treasury import delays
from app.treasury.delays import Alike
from app.treasury.models import CommittedOperation
from app.users.models import User

OPEN = (Status.TO_MATCH, Status.TO_PAY)
"""Validated, approved where that was asked, and not settled."""
FAR = timedelta(days=3650)
"""More than ten years late says nothing of what comes."""


def align(document: Document) -> None:
    """After any change of a document: its own operation, and the days of its counterparty's others."""
    if document.validated_at is None and document.version == 1:
        return  # never validated
    operation = db.session.scalar(select(CommittedOperation).filter_by(document_id=document.id))
    if operation is None and document.validated_at is None:
        return
    db.session.flush()
    alike = Alike.to(document)
    days = delays.usual_days(alike)
    _align_own(document, operation, days)
    follow_delay(alike, days)
    if (former := _former(document, alike)) != alike:
        follow_delay(former, delays.usual_days(former))


def _align_own(document: Document, operation: CommittedOperation | None, days: int) -> None:
    amount = _amount(document)
    if not amount and (operation is None or not operation.is_moved_by_hand):
        if operation:
            db.session.delete(operation)
        return
    if operation is None:
        operation = CommittedOperation(document_id=document.id)
        db.session.add(operation)
    elif operation.company_id != document.company_id or operation.currency != document.currency:
        operation.account_id = None
    operation.company_id, operation.currency = document.company_id, document.currency
    operation.amount_minor, operation.contractual_date = amount, _contractual(document)
    expect(operation, document, days)


def expect(operation: CommittedOperation, document: Document, days: int) -> None:
    """When it will probably be paid: on the day somebody said, else as late as usual."""
    operation.delay_days = days
    shift = min(max(timedelta(days), -FAR), FAR)
    operation.expected_date = operation.moved_date or _pay_date(document) or operation.contractual_date + shift


def _pay_date(document: Document) -> date | None:
    """The day it is put down for; once it is in a batch, the day on which that is executed."""
    if document.pay_date is None:
        return None
    batch = select(PaymentBatch.execution_date).join(PaymentBatch.payments)
    mine = batch.where(Payment.document_id == document.id, Payment.state == PaymentState.LIVE)
    with db.session.no_autoflush:  # the operation is only half written
        return db.session.scalar(mine) or document.pay_date


def _amount(document: Document) -> int:
    """What is open of it, as it moves the account; a credit note moves it the other way."""
    if document.status not in OPEN:
        return 0
    comes_in = (document.direction is Direction.SALE) == (document.kind is Kind.INVOICE)
    return (document.open_minor or 0) * (1 if comes_in else -1)


def _contractual(document: Document) -> date:
    """A credit note has no due date: it may be used from its day of issue on."""
    return _pay_date(document) or document.due_date or document.issue_date or clock.today(document.company)


def _former(document: Document, alike: Alike) -> Alike:
    """Whose it was before it was changed just now."""
    told = document.cause.told if document.cause else {}
    return alike._replace(
        **{name: told[name][0] for name in ("counterparty_id", "direction", "currency") if name in told}
    )


def follow_delay(alike: Alike, days: int) -> None:
    """What was paid, or is not counted any more, tells anew how late the others will probably be."""
    others = alike.documents().join(CommittedOperation, CommittedOperation.document_id == Document.id)
    others = others.where(CommittedOperation.delay_days != days)
    pairs = others.with_only_columns(CommittedOperation, Document, maintain_column_froms=True)
    for operation, document in db.session.execute(pairs):
        expect(operation, document, days)


def follow_merged(_gone: Counterparty, into: Counterparty, _by: User) -> None:
    """Documents came to another counterparty at once: all that is open of it is expected anew."""
    db.session.flush()
    alike = (Document.company_id, Document.counterparty_id, Document.direction, Document.currency)
    mine = select(*alike).join(CommittedOperation, CommittedOperation.document_id == Document.id)
    for row in db.session.execute(mine.where(Document.counterparty_id == into.id).distinct()).all():
        follow_delay(Alike(*row), delays.usual_days(Alike(*row)))
