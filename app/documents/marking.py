"""What a person says beside the status, from its page: paid by hand, disputed."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user
from wtforms import IntegerField, SelectField
from wtforms.validators import DataRequired, NumberRange, Optional
from wtforms.widgets import HiddenInput

from app.core import clock, money
from app.core.errors import Refused
from app.documents import disputing, paying, words
from app.documents.blueprint import bp, mine, to
from app.documents.models import Document, PaidMeans
from app.extensions import db
from app.tasks.jobs import commit
from app.web.access import Permission, requires
from app.web.fields import DayField, MoneyField
from app.web.forms import Form
from app.web.ids import LARGEST
from app.web.pages import page


class PaymentForm(Form):
    """When, how and how much was paid: today, and all that is open, unless somebody says otherwise."""

    version = IntegerField(validators=[Optional(), NumberRange(0, LARGEST)], widget=HiddenInput())
    paid_date = DayField(lazy_gettext("Day"), [DataRequired(lazy_gettext("Enter the day."))])
    means = SelectField(lazy_gettext("Means of payment"), coerce=PaidMeans)
    part = MoneyField(lazy_gettext("Amount"))

    def __init__(self, document: Document, **kwargs: Any) -> None:
        left = money.from_minor(document.open_minor or 0, document.currency)
        today = clock.today(document.company)
        super().__init__(data={"version": document.version, "paid_date": today, "part": left}, **kwargs)
        self.means.choices = [(means, means.label) for means in PaidMeans]
        self.part.currency = document.currency
        self.paid_date.render_kw = {"max": today.isoformat()}


@bp.get("/documents/<int:document_id>/payment")
@requires(Permission.EDIT)
def payment(document_id: int):
    """The form to say that it was paid elsewhere."""
    document = mine(document_id)
    return _form(document, PaymentForm(document)) if paying.may_pay(document) else to(document)


@bp.post("/documents/<int:document_id>/payment")
@requires(Permission.EDIT)
def pay(document_id: int):
    """Mark it as paid by hand; what is wrong comes back as typed."""
    document = mine(document_id)
    form = PaymentForm(document)
    if not form.validate():
        return _form(document, form, 422)
    told = {"on": form.paid_date.data, "means": form.means.data, "part": form.part.data}
    try:
        paying.pay(document, by=current_user, version=form.version.data, **told)
    except Refused as refused:
        db.session.rollback()
        return _form(document, form, 422, conflict=str(refused))
    commit()
    flash(_("Marked. It can be taken back on this page."))
    return to(document)


def _form(document: Document, form: PaymentForm, status: int = 200, conflict: str = "") -> Response:
    way = words.way_of_paying(document)
    return page("documents/payment.html", status, document=document, form=form, conflict=conflict, way=way)


@bp.post("/documents/<int:document_id>/payment/removal")
@requires(Permission.EDIT)
def take_payment_back(document_id: int):
    """What was marked as paid by hand is open again."""
    document = mine(document_id)
    paying.take_back(document, by=current_user)
    commit()
    flash(_("Taken back: it is open again."))
    return to(document)


@bp.post("/documents/<int:document_id>/dispute")
@requires(Permission.EDIT)
def dispute(document_id: int):
    """Mark it as disputed, with the reason."""
    document = mine(document_id)
    disputing.dispute(document, request.form.get("why", ""), by=current_user)
    commit()
    flash(_("Marked as disputed."))
    return to(document)


@bp.post("/documents/<int:document_id>/dispute/end")
@requires(Permission.EDIT)
def end_dispute(document_id: int):
    """The dispute is settled."""
    document = mine(document_id)
    disputing.end(document, by=current_user, why=request.form.get("why", ""))
    commit()
    flash(_("The dispute is ended."))
    return to(document)
