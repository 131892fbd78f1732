"""Releasing a batch: its file is made once, after each line was looked at again (SAFETY S91, S93)."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from app.audit import trail
from app.core import clock
from app.core.database import change_if
from app.core.errors import Refused
from app.documents import status
from app.documents.models import Document
from app.extensions import db
from app.files import store
from app.payments import grouping, payee, sepa
from app.payments.batches import move_date
from app.payments.models import BatchState, Payment, PaymentBatch
from app.payments.payee import Held, Known
from app.users.models import User
from app.web.access import Permission, allowed
from app.web.filters import amount
from app.web.filters import iban as grouped


def release(batch: PaymentBatch, *, by: User) -> None:
    """Make its file; `by` has proved who they are a moment ago. Raises `Refused`, and no file is made then."""
    check_person(batch, by)
    facts: dict[str, Any] = {"state": BatchState.MADE, "released_at": clock.now(), "released_by_id": by.id}
    if not change_if(db.session(), batch, PaymentBatch.state == BatchState.DRAFT, **facts):
        raise Refused(_("Its file was made already, or it was cancelled. Nothing was changed."))
    _check_lines(batch)
    move_date(batch)
    data, batch.message_id = sepa.file_of(batch)
    batch.file = store.keep(data, type="application/xml")
    told = {"file": [None, batch.file.sha256], "total_minor": [None, batch.total_minor]}
    trail.record(batch, by=by, act="batch released", changes=told | {"execution_date": [None, batch.execution_date]})
    for payment in batch.payments:
        _tell(payment, by)


def check_person(batch: PaymentBatch, by: User) -> None:
    """May this person release it? Raises `Refused`."""
    if not allowed(by, Permission.RELEASE_PAYMENT, batch.company_id):
        raise Refused(_("You have no right to release payments."))
    if batch.company.payment_second_person and batch.created_by_id in (None, by.id):
        raise Refused(_("You put this batch together: somebody else releases it."))


def may_release(batch: PaymentBatch, user: User) -> bool:
    """For whoever shows the button."""
    try:
        check_person(batch, user)
    except Refused:
        return False
    return batch.state is BatchState.DRAFT


def wrong_lines(batch: PaymentBatch) -> dict[int, str]:
    """Payment's id → why the file refuses it: what it was made from is not so any more."""
    known = payee.known_of([each.document for each in batch.payments if each.document])
    return {each.id: why for each in batch.payments if (why := _wrong(each, known))}


def _wrong(payment: Payment, known: Known) -> str:
    document = payment.document
    if document is None or document.pay_date is None:
        return _("it is not put down to be paid any more")
    found = payee.payee_of(document, payment.iban, known)
    if isinstance(found, Held):
        return "" if grouping.is_deducted(document) and found.key == "several" else str(found)
    if abs(payment.amount_minor) != (document.open_minor or 0):
        return _("%(amount)s of it are open now", amount=amount(document.open_minor or 0, document.currency))
    if found.iban != payment.iban and not grouping.is_deducted(document):
        return _("it goes to another account now: %(iban)s", iban=grouped(found.iban))
    if found.name != payment.name:
        return _("its payee is called %(name)s now", name=found.name)
    return ""


def _check_lines(batch: PaymentBatch) -> None:
    """Looked at as the database has them now, each document held until this transaction ends."""
    fresh = {"populate_existing": True}
    db.session.scalars(db.select(Payment).where(Payment.batch_id == batch.id), execution_options=fresh).all()
    ids = [each.document_id for each in batch.payments if each.document_id]
    if not ids:
        raise Refused(_("Nothing is left in this batch: cancel it."))
    held = db.select(Document).where(Document.id.in_(ids)).order_by(Document.id).with_for_update(of=Document)
    db.session.scalars(held, execution_options=fresh).all()
    if wrong := wrong_lines(batch):
        name = {each.id: grouping.named(each.document) if each.document else "–" for each in batch.payments}
        told = "; ".join(f"{name[payment_id]}: {why}" for payment_id, why in wrong.items())
        raise Refused(_("No file was made. %(told)s. Take these out, or bring the batch up to date.", told=told))


def _tell(payment: Payment, by: User) -> None:
    if payment.document:
        status.settle(payment.document, by=by, act="batch released", changes={"batch": [None, payment.batch_id]})


def note_download(batch: PaymentBatch, *, by: User) -> None:
    """From now on the bank may have its file; each time it is taken stands in the trail."""
    if batch.file is None or batch.state is BatchState.CANCELLED:
        raise Refused(_("There is no file: it was not released, or it was cancelled."))
    living = PaymentBatch.state != BatchState.CANCELLED
    if not change_if(db.session(), batch, living, downloaded_at=batch.downloaded_at or clock.now()):
        raise Refused(_("Somebody cancelled it a moment ago: look at it again."))
    trail.record(batch, by=by, act="batch downloaded", changes={"file": [None, batch.file.sha256]})
