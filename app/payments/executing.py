"""The bank executed a batch and no bank line will say so: a person does (SPEC PY-3)."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _

from app.audit import trail
from app.core.database import change_if
from app.core.errors import Refused
from app.documents import paying
from app.documents.models import PaidMeans
from app.extensions import db
from app.payments.models import BatchState, Payment, PaymentBatch, PaymentState
from app.users.models import User


def execute(batch: PaymentBatch, *, by: User, on: date) -> None:
    """All that waits in it was paid on that day; taking that back on a document's page has it wait again."""
    if not change_if(db.session(), batch, PaymentBatch.state == BatchState.MADE, state=BatchState.MADE):
        raise Refused(_("It is not in payment: there is nothing to say."))
    trail.record(batch, by=by, act="batch executed", changes={"paid_date": [None, on]})
    for payment in batch.payments:
        if payment.state is PaymentState.LIVE and payment.document:
            _pay(payment, by, on)


def _pay(payment: Payment, by: User, on: date) -> None:
    """No longer under way, so that it may be marked as paid; what it was paid is what the file said."""
    if change_if(db.session(), payment, Payment.state == PaymentState.LIVE, state=PaymentState.EXECUTED):
        paying.pay(payment.document, by=by, on=on, means=PaidMeans.OTHER)
