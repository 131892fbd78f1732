"""Putting payments together, changing a draft, and cancelling a batch (SPEC PY-2)."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from app.audit import trail
from app.bank.models import BankAccount
from app.core import clock
from app.core.database import change_if
from app.core.errors import Refused
from app.documents import status
from app.documents.models import Document
from app.extensions import db
from app.payments import banking, grouping, payee
from app.payments.choosing import execution_day
from app.payments.grouping import Line
from app.payments.models import BatchState, Payment, PaymentBatch, PaymentState
from app.users.models import User

MOST = 500
"""So many documents are paid by one batch."""


def make(
    documents: list[Document],
    account: BankAccount,
    *,
    by: User,
    on: date | None = None,
    chosen: dict[int, str] | None = None,
) -> PaymentBatch:
    """Pay these together from `account`, on that day or on the next banking day.

    `chosen` has the account of those documents whose payee has several. Raises `Refused`; nothing is changed then.
    """
    company = account.company
    _check(documents, account)
    lines = grouping.of(documents, chosen or {})
    batch = PaymentBatch(company=company, account=account, execution_date=execution_day(company, on), created_by=by)
    db.session.add(batch)
    db.session.flush()
    for line in lines:
        _put(line, batch, by)
    trail.record(batch, by=by, act="batch made", changes=_told(batch))
    return batch


def _check(documents: list[Document], account: BankAccount) -> None:
    if not documents:
        raise Refused(_("Nothing was chosen. Nothing was changed."))
    if len(documents) > MOST:
        raise Refused(_("At most %(most)d documents in one batch.", most=MOST))
    if account.archived_at or not account.iban or account.currency != "EUR":
        raise Refused(_("Choose an account in euros that has an IBAN."))
    if any(each.company_id != account.company_id for each in documents):
        raise Refused(_("This choice no longer exists: choose again."))


def _told(batch: PaymentBatch) -> dict[str, Any]:
    db.session.refresh(batch, ["payments"])
    return {"total_minor": [None, batch.total_minor], "execution_date": [None, batch.execution_date]}


def _put(line: Line, batch: PaymentBatch, by: User) -> None:
    """One document of it; whoever else has it in a batch by now came first (SAFETY S91)."""
    document, seen = line.document, line.document.version
    still = (Document.version == seen, Document.pay_date.is_not(None), Document.trashed_at.is_(None))
    if not change_if(db.session(), document, *still, version=seen + 1):
        raise Refused(_("%(name)s was changed meanwhile: look at it again.", name=grouping.named(document)))
    facts: dict[str, Any] = {"transfer": line.transfer, "amount_minor": line.amount_minor, "iban": line.payee.iban}
    facts |= {"bic": line.payee.bic, "name": line.payee.name[:200], "remittance": line.remittance}
    try:
        with db.session.begin_nested():
            db.session.add(Payment(batch_id=batch.id, document_id=document.id, **facts))
    except IntegrityError:
        raise Refused(_("%(name)s is in another batch already.", name=grouping.named(document))) from None
    changes = {"batch": [None, batch.id], "version": [seen, seen + 1]}
    status.settle(document, by=by, act="put in a batch", changes=changes)


# --- A draft ----------------------------------------------------------------------------------------


def take_out(payment: Payment, *, by: User) -> None:
    """This document is not paid by the batch; what is deducted from it goes with it."""
    batch = payment.batch
    _draft(batch)
    same = [each for each in batch.payments if each.transfer == payment.transfer]
    gone = [each for each in same if each is payment or (each.amount_minor < 0 <= payment.amount_minor)]
    _remove(gone, batch, by)
    rest = [each for each in same if each not in gone]
    for each in rest:
        each.remittance = grouping.remittance([one.document for one in rest if one.document])


def renew(batch: PaymentBatch, *, by: User) -> None:
    """Take amounts and accounts as they are now; what can't be paid any more is taken out. Only of a draft."""
    _draft(batch)
    chosen = {each.document_id: each.iban for each in batch.payments}
    documents = [each.document for each in batch.payments if each.document]
    _remove(list(batch.payments), batch, by)
    known = payee.known_of(documents)
    payable = [each for each in documents if grouping.why_not(each, chosen[each.id], known) is None]
    for line in grouping.of(payable, chosen):
        _put(line, batch, by)
    trail.record(batch, by=by, act="batch renewed", changes=_told(batch))


def _remove(payments: list[Payment], batch: PaymentBatch, by: User) -> None:
    """Out of a draft, without a trace but in the trail."""
    ids = [each.id for each in payments]
    gone = db.session.execute(delete(Payment).where(Payment.id.in_(ids)).execution_options(synchronize_session=False))
    if gone.rowcount != len(ids):
        raise Refused(_("Somebody changed this batch a moment ago: look at it again."))
    documents = [each.document for each in payments if each.document]
    for each in payments:
        db.session.expunge(each)
    db.session.expire(batch, ["payments"])
    for document in documents:
        status.settle(document, by=by, act="out of its batch", changes={"batch": [batch.id, None]})


def _draft(batch: PaymentBatch) -> None:
    """Only a draft is changed; held until this transaction ends."""
    if not change_if(db.session(), batch, PaymentBatch.state == BatchState.DRAFT, state=BatchState.DRAFT):
        raise Refused(_("Its file was made: it can't be changed any more, only cancelled."))


# --- Its end ----------------------------------------------------------------------------------------


def cancel(batch: PaymentBatch, *, by: User, why: str = "") -> None:
    """Free its documents. Once the bank could have its file a reason is asked, and each bears a doubt (SAFETY S92)."""
    why, is_out = " ".join(why.split())[:500], batch.downloaded_at is not None
    if is_out and not why:
        raise Refused(_("Its file was downloaded: say why it is cancelled, and whether the bank has it."))
    living = (PaymentBatch.state.in_((BatchState.DRAFT, BatchState.MADE)),)
    still = (*living, PaymentBatch.downloaded_at.is_not(None) if is_out else PaymentBatch.downloaded_at.is_(None))
    facts = {"state": BatchState.CANCELLED, "ended_at": clock.now(), "cancel_reason": why}
    if not change_if(db.session(), batch, *still, **facts):
        raise Refused(_("Somebody downloaded, cancelled or executed it a moment ago: look at it again."))
    trail.record(batch, by=by, act="batch cancelled", why=why)
    state = PaymentState.DOUBTFUL if is_out else PaymentState.FREED
    for payment in batch.payments:
        _free(payment, state, by=by)


def _free(payment: Payment, state: PaymentState, *, by: User) -> None:
    """It lives no longer; its document is told."""
    if not change_if(db.session(), payment, Payment.state == PaymentState.LIVE, state=state):
        return
    if payment.document:
        changes = {"batch": [payment.batch_id, None]}
        status.settle(payment.document, by=by, act="out of its batch", changes=changes)


def deny(payment: Payment, *, by: User) -> None:
    """A person says that it was not executed: it can be paid again."""
    if not change_if(db.session(), payment, Payment.state == PaymentState.DOUBTFUL, state=PaymentState.FREED):
        raise Refused(_("There is no doubt about it any more. Nothing was changed."))
    if payment.document:
        status.settle(payment.document, by=by, act="payment denied", changes={"batch": [payment.batch_id, None]})


def move_date(batch: PaymentBatch) -> None:
    """Whatever should have been executed before today is, on the first banking day from now."""
    first = banking.on_or_after(clock.today(batch.company))
    batch.execution_date = max(batch.execution_date, first)
