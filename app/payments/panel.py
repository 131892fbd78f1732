"""What the page of a document shows of its payment."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.core import clock
from app.documents.models import Document, Kind, Status
from app.extensions import db
from app.payments import banking, choosing, codes, grouping, payee
from app.payments.models import Payment, PaymentBatch, PaymentState
from app.payments.payee import Held, Payee
from app.users.models import User
from app.web.access import Permission, allowed


def of(user: User, document: Document) -> dict[str, Any] | None:
    """None where nothing of it is to be paid by us."""
    payment = _payment(document)
    may_choose = choosing.may_choose(document)
    if not (may_choose or payment):
        return None
    found, may_edit = payee.payee_of(document), allowed(user, Permission.EDIT, document.company_id)
    is_alone = payment is None and document.status is Status.TO_PAY and isinstance(found, Payee)
    shows_code = is_alone and may_edit and not grouping.is_deducted(document)
    return {
        "payment": payment,
        "payee": found if isinstance(found, Payee) else None,
        "held": found if isinstance(found, Held) else None,
        "may_edit": may_edit,
        "may_choose": may_choose and may_edit and payment is None,
        "may_cancel": may_edit and document.pay_date and (payment is None or payment.state is PaymentState.DOUBTFUL),
        "may_see_batch": bool(payment and seen_batches(user, [payment])),
        "next_day": banking.after(clock.today(document.company)),
        "today": clock.today(document.company),
        "is_credit": document.kind is Kind.CREDIT_NOTE,
        "code": codes.drawn(document, found) if shows_code and isinstance(found, Payee) else "",
        "told": codes.told(document) if shows_code else "",
    }


def seen_batches(user: User, payments: Iterable[Payment]) -> set[int]:
    """Of these payments the batches that this person may look at: there are those that pay what is hidden, too."""
    ids = {each.batch_id for each in payments}
    query = PaymentBatch.visible_to(user).where(PaymentBatch.id.in_(ids)).with_only_columns(PaymentBatch.id)
    return set(db.session.scalars(query))


def _payment(document: Document) -> Payment | None:
    """Under way, or in doubt."""
    states = (PaymentState.LIVE, PaymentState.DOUBTFUL)
    mine = select(Payment).where(Payment.document_id == document.id, Payment.state.in_(states))
    return db.session.scalar(mine.options(joinedload(Payment.batch)).order_by(Payment.state.desc()).limit(1))
