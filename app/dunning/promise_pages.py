"""What a customer promised, and what we pause, from the pages of the invoice and of the customer."""

from __future__ import annotations

from typing import Any

from flask import Response, flash
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user
from wtforms import StringField

from app.core.errors import Refused
from app.counterparties import blueprint as customers
from app.documents import blueprint as documents
from app.documents.models import Document
from app.dunning import promises, why
from app.dunning.blueprint import bp
from app.tasks.jobs import commit
from app.web.access import Permission, requires
from app.web.fields import DayField, MoneyField
from app.web.forms import Form

bp.add_app_template_global(promises.may_promise, "may_promise")
bp.add_app_template_global(why.shown, "why_nothing_is_sent")


class PromiseForm(Form):
    """By when, and how much where it is not all that is open."""

    promised_date = DayField(lazy_gettext("Promised for"))
    part = MoneyField(lazy_gettext("Amount"))
    why = StringField()


class PauseForm(Form):
    """Until when; empty: until somebody lifts it."""

    until = DayField(lazy_gettext("Until"))
    why = StringField()


def _read(form: Any) -> Any:
    """What was typed, or a refusal in words."""
    if not form.validate():
        raise Refused(" ".join(str(error) for errors in form.errors.values() for error in errors))
    return form


@bp.post("/documents/<int:document_id>/promise")
@requires(Permission.EDIT)
def promise(document_id: int) -> Response:
    """The customer promised to pay it."""
    document = documents.mine(document_id)
    form = _read(PromiseForm())
    if not form.promised_date.data:
        raise Refused(_("Enter the day for which it is promised."))
    promises.promise(document, form.promised_date.data, by=current_user, amount=form.part.data, why=form.why.data or "")
    return _done(document, _("Noted. It is not reminded of before that day is past."))


@bp.post("/documents/<int:document_id>/promise/removal")
@requires(Permission.EDIT)
def take_promise_back(document_id: int) -> Response:
    """It was not promised after all."""
    document = documents.mine(document_id)
    promises.take_promise_back(document, by=current_user)
    return _done(document, _("Taken back: it is reminded of as before."))


@bp.post("/documents/<int:document_id>/pause")
@requires(Permission.EDIT)
def pause(document_id: int) -> Response:
    """Not to be reminded of for some time."""
    document = documents.mine(document_id)
    form = _read(PauseForm())
    promises.pause(document, form.until.data, by=current_user, why=form.why.data or "")
    return _done(document, _("Paused."))


@bp.post("/documents/<int:document_id>/pause/end")
@requires(Permission.EDIT)
def resume(document_id: int) -> Response:
    """To be reminded of again."""
    document = documents.mine(document_id)
    promises.resume(document, by=current_user)
    return _done(document, _("Reminders go on."))


@bp.post("/counterparties/<int:counterparty_id>/pause")
@requires(Permission.EDIT)
def pause_customer(counterparty_id: int) -> Response:
    """Nothing of it is reminded of for some time."""
    customer = customers.mine(counterparty_id)
    form = _read(PauseForm())
    promises.pause_customer(customer, form.until.data, by=current_user, why=form.why.data or "")
    commit()
    flash(_("Paused."))
    return customers.to(customer)


@bp.post("/counterparties/<int:counterparty_id>/pause/end")
@requires(Permission.EDIT)
def resume_customer(counterparty_id: int) -> Response:
    """It is reminded again."""
    customer = customers.mine(counterparty_id)
    promises.resume_customer(customer, by=current_user)
    commit()
    flash(_("Reminders go on."))
    return customers.to(customer)


def _done(document: Document, sentence: str) -> Response:
    commit()
    flash(sentence)
    return documents.to(document)
