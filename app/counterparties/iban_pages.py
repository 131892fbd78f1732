"""The accounts on a counterparty's page, and the page on which a second person confirms one (SPEC CP-3)."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from wtforms import StringField
from wtforms.validators import Length

from app.core.errors import Refused
from app.counterparties import confirming, ibans, one_page
from app.counterparties.blueprint import bp, mine, to
from app.counterparties.contact_forms import IbanForm
from app.counterparties.models import Counterparty, CounterpartyIban
from app.extensions import db
from app.tasks.jobs import commit
from app.web.access import Permission, requires
from app.web.fields import trimmed
from app.web.forms import Form
from app.web.pages import page


class ConfirmForm(Form):
    """How somebody made sure of it."""

    channel = StringField(validators=[Length(max=200)], filters=[trimmed])
    last_four = StringField(validators=[Length(max=10)], filters=[trimmed])


def _of(counterparty: Counterparty, iban_id: int) -> CounterpartyIban:
    return db.one_or_404(db.select(CounterpartyIban).filter_by(id=iban_id, counterparty_id=counterparty.id))


def _to(iban: CounterpartyIban) -> Response:
    return redirect(url_for(".iban", counterparty_id=iban.counterparty_id, iban_id=iban.id), 303)


@bp.post("/counterparties/<int:counterparty_id>/ibans")
@requires(Permission.EDIT)
def add_iban(counterparty_id: int):
    """One more, by hand; somebody else confirms it."""
    counterparty, form = mine(counterparty_id), IbanForm()
    if not form.validate():
        return one_page.shown(counterparty, 422, iban_form=form)
    try:
        ibans.add(counterparty, form.iban.data or "", bic=form.bic.data or "", by=current_user)
    except Refused as refused:
        form.iban.errors = [str(refused)]
        return one_page.shown(counterparty, 422, iban_form=form)
    commit()
    flash(_("The IBAN is added. A second person confirms it before anything is paid to it."))
    return to(counterparty)


@bp.get("/counterparties/<int:counterparty_id>/ibans/<int:iban_id>")
@requires(Permission.EDIT)
def iban(counterparty_id: int, iban_id: int):
    """What it stands on, what confirming it means, and who may."""
    return _page(_of(mine(counterparty_id), iban_id))


def _page(row: CounterpartyIban, status: int = 200, form: ConfirmForm | None = None, wrong: str = "") -> Response:
    facts: dict[str, Any] = {
        "row": row,
        "counterparty": row.counterparty,
        "form": form or ConfirmForm(formdata=None),
        "wrong": wrong,
        "held": ibans.hold(row.iban, row.counterparty),
        "why_not": confirming.why_not(row, by=current_user),
        "is_alone": confirming.brought_it(row, current_user),
    }
    for tell in one_page.iban_tellers:
        facts |= tell(row, current_user)
    return page("counterparties/iban.html", status, **facts)


@bp.post("/counterparties/<int:counterparty_id>/ibans/<int:iban_id>/confirmation")
@requires(Permission.EDIT)
def confirm_iban(counterparty_id: int, iban_id: int):
    """This person made sure that it is the supplier's own."""
    row, form = _of(mine(counterparty_id), iban_id), ConfirmForm()
    said = {"channel": form.channel.data or "", "last_four": form.last_four.data or ""}
    try:
        confirming.confirm(row, by=current_user, **said)
    except Refused as refused:
        db.session.rollback()
        return _page(_of(mine(counterparty_id), iban_id), 422, form, str(refused))
    commit()
    flash(_("Confirmed. What waited for it may be paid now."))
    return _to(row)


@bp.post("/counterparties/<int:counterparty_id>/ibans/<int:iban_id>/confirmation/removal")
@requires(Permission.EDIT)
def take_iban_back(counterparty_id: int, iban_id: int):
    """It is not sure any more."""
    row = _of(mine(counterparty_id), iban_id)
    confirming.take_back(row, by=current_user, why=request.form.get("why", ""))
    commit()
    flash(_("Taken back. What is not paid yet waits again."))
    return _to(row)


@bp.post("/counterparties/<int:counterparty_id>/ibans/<int:iban_id>/removal")
@requires(Permission.EDIT)
def remove_iban(counterparty_id: int, iban_id: int):
    """Off its page, where nobody confirmed it."""
    counterparty = mine(counterparty_id)
    ibans.remove(_of(counterparty, iban_id), by=current_user)
    commit()
    flash(_("The IBAN is removed."))
    return to(counterparty)
