"""The blueprint of payments, and how its pages find what they are about."""

from __future__ import annotations

from flask import Blueprint, Response, url_for
from flask_login import current_user

from app.extensions import db
from app.payments.models import Payment, PaymentBatch
from app.users.models import Company
from app.users.sessions import company_where
from app.web.access import Permission, demand
from app.web.targets import onward

bp = Blueprint("payments", __name__)


def here() -> Company:
    """The company looked at; 403 where this person sees no figures of it."""
    return company_where(Permission.SEE_FIGURES)


def seen(batch_id: int) -> PaymentBatch:
    """The batch, where the signed-in person may look at it."""
    return db.one_or_404(PaymentBatch.visible_to(current_user).where(PaymentBatch.id == batch_id))


def mine(batch_id: int, permission: Permission = Permission.EDIT) -> PaymentBatch:
    """The batch, where they may do this to it."""
    batch = seen(batch_id)
    demand(permission, batch.company_id)
    return batch


def payment_of_mine(payment_id: int) -> Payment:
    """A payment of such a batch."""
    payment = db.one_or_404(db.select(Payment).where(Payment.id == payment_id))
    mine(payment.batch_id)
    return payment


def to(batch: PaymentBatch) -> Response:
    """Back to its page."""
    return onward(url_for("payments.show", batch_id=batch.id))
