"""What is said of one document's payment, from its own page."""

from __future__ import annotations

from flask import flash, request
from flask_babel import gettext as _
from flask_login import current_user

from app.core.errors import Refused
from app.documents.blueprint import mine, to
from app.payments import choosing, month, panel
from app.payments.blueprint import bp
from app.tasks.jobs import commit
from app.web.access import Permission, requires
from app.web.days import day_in
from app.web.filters import day as in_words

bp.add_app_template_global(panel.of, "payment_panel")
bp.add_app_template_global(month.names, "weekday_names")
bp.add_app_template_filter(month.title, "month_title")


@bp.post("/documents/<int:document_id>/pay-date")
@requires(Permission.EDIT)
def choose(document_id: int):
    """To be paid now, or on a day."""
    document, form = mine(document_id), request.form
    on = day_in(form, "pay_date") if form.get("when") == "date" else None
    if form.get("when") == "date" and on is None:
        raise Refused(_("Choose the day it is to be paid on. Nothing was changed."))
    day = choosing.choose(document, by=current_user, on=on, refund=True)
    commit()
    if on and day != on:
        flash(_("Banks do not pay on that day: it is to be paid on %(day)s.", day=in_words(day)), "info")
    else:
        flash(_("To be paid on %(day)s.", day=in_words(day)))
    return to(document)


@bp.post("/documents/<int:document_id>/pay-date/removal")
@requires(Permission.EDIT)
def cancel_choice(document_id: int):
    """Not to be paid after all."""
    document = mine(document_id)
    choosing.cancel(document, by=current_user)
    commit()
    flash(_("Not to be paid any more: it waits for its bank line."))
    return to(document)
