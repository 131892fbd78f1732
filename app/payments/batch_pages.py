"""The page of one batch: what it pays, and what may be done with it."""

from __future__ import annotations

from typing import Any

from flask import flash, request
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import joinedload, selectinload

from app.core import clock
from app.core.errors import Refused
from app.core.storage import Damaged
from app.documents.models import Document
from app.extensions import db
from app.files.leaving import as_download, damaged
from app.payments import batches, executing, releasing
from app.payments.blueprint import bp, mine, payment_of_mine, seen, to
from app.payments.models import BatchState, Payment, PaymentBatch
from app.tasks.jobs import commit
from app.users import signing_in
from app.web.access import Permission, requires
from app.web.days import day_in
from app.web.pages import page


@bp.get("/payment-batches/<int:batch_id>")
@requires(Permission.SEE_FIGURES)
def show(batch_id: int):
    """What it pays, to whom, and how far it has come."""
    return page("payments/batch.html", **_shown(seen(batch_id)))


def _shown(batch: PaymentBatch) -> dict[str, Any]:
    whole = selectinload(PaymentBatch.payments).joinedload(Payment.document).joinedload(Document.counterparty)
    query = db.select(PaymentBatch).where(PaymentBatch.id == batch.id).options(whole, joinedload(PaymentBatch.account))
    batch = db.session.scalars(query, execution_options={"populate_existing": True}).unique().one()
    is_draft = batch.state is BatchState.DRAFT
    return {
        "batch": batch,
        "wrong": releasing.wrong_lines(batch) if is_draft else {},
        "may_release": releasing.may_release(batch, current_user),
        "today": clock.today(batch.company),
    }


@bp.post("/payment-batches/<int:batch_id>/release")
@requires(Permission.RELEASE_PAYMENT)
def release(batch_id: int):
    """Make its file, once the person has typed their password again."""
    batch = mine(batch_id, Permission.RELEASE_PAYMENT)
    releasing.check_person(batch, current_user)
    _prove()
    releasing.release(batch, by=current_user)
    commit()
    flash(_("Released: download the file and give it to the bank."))
    return to(batch)


def _prove() -> None:
    """It is this person who sits there: by their password, as long as nobody has a second factor (SPEC US-1)."""
    known = signing_in.check(current_user.email, request.form.get("password", ""), request.remote_addr or "")
    if known is None or known.id != current_user.id:
        raise Refused(_("This is not your password. Nothing was released."))
    commit()  # right, whatever becomes of the release: it counts as no guess


@bp.post("/payment-batches/<int:batch_id>/file")
@requires(Permission.RELEASE_PAYMENT)
def download(batch_id: int):
    """The file for the bank, the same bytes each time; from now on the bank may have it."""
    batch = mine(batch_id, Permission.RELEASE_PAYMENT)
    releasing.note_download(batch, by=current_user)
    try:
        answer = as_download(batch.file, f"payments-{batch.id}-{batch.execution_date}.xml")
    except Damaged:
        return damaged(batch.file)
    commit()
    return answer


@bp.post("/payment-batches/<int:batch_id>/cancellation")
@requires(Permission.EDIT)
def cancel(batch_id: int):
    """Free its documents."""
    batch = mine(batch_id)
    batches.cancel(batch, by=current_user, why=request.form.get("why", ""))
    commit()
    is_out = batch.downloaded_at is not None
    flash(
        _("Cancelled: say of each document, once you know, that it was not executed.")
        if is_out
        else _("Cancelled: its documents are free again.")
    )
    return to(batch)


@bp.post("/payment-batches/<int:batch_id>/renewal")
@requires(Permission.EDIT)
def renew(batch_id: int):
    """Bring a draft up to date."""
    batch = mine(batch_id)
    batches.renew(batch, by=current_user)
    commit()
    flash(_("Brought up to date: look at it again."))
    return to(batch)


@bp.post("/payment-batches/<int:batch_id>/execution")
@requires(Permission.EDIT)
def execute(batch_id: int):
    """The bank executed it, and no bank line will say so."""
    batch = mine(batch_id)
    on = day_in(request.form, "paid_date") or clock.today(batch.company)
    executing.execute(batch, by=current_user, on=on)
    commit()
    flash(_("Marked as executed: its documents are paid."))
    return to(batch)


@bp.post("/payments/<int:payment_id>/removal")
@requires(Permission.EDIT)
def take_out(payment_id: int):
    """One line less in a draft."""
    payment = payment_of_mine(payment_id)
    batch = payment.batch
    batches.take_out(payment, by=current_user)
    commit()
    flash(_("Taken out: it is to be paid still."))
    return to(batch)


@bp.post("/payments/<int:payment_id>/denial")
@requires(Permission.EDIT)
def deny(payment_id: int):
    """It was not executed by the batch that was cancelled."""
    payment = payment_of_mine(payment_id)
    batches.deny(payment, by=current_user)
    commit()
    flash(_("Noted: it can be paid again."))
    return to(payment.batch)
