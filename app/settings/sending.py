"""How a company sends invoices to its customers and reminds them (SPEC SE-1, SE-5, SE-8)."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user
from wtforms import BooleanField, IntegerField, SelectField, TimeField
from wtforms.validators import InputRequired, NumberRange

from app.core import clock
from app.dunning import following, plans
from app.settings.blueprint import bp, company_or_404
from app.tasks.jobs import commit
from app.users import companies as changing
from app.users.models import Company
from app.web.access import Permission, requires
from app.web.forms import Form
from app.web.language import LANGUAGES
from app.web.pages import page

NUMBER = InputRequired(_("Enter a number of days."))
PLAIN = (
    *("sends_automatically", "send_time", "keeps_holidays", "uses_parent_plan"),
    *("message_gap_days", "letter_after_days", "customer_language"),
)


class SendingForm(Form):
    """What is sent to customers, and when."""

    sends = BooleanField(_("Facteur sends the invoices"))
    sends_automatically = BooleanField(_("Automatic sending"))
    send_time = TimeField(_("Sent at"), [InputRequired(_("Enter a time such as 08:30."))])
    keeps_holidays = BooleanField(_("Not on public holidays either"))
    uses_parent_plan = BooleanField(_("A customer without a plan has that of the one it belongs to"))
    message_gap_days = IntegerField(
        _("Days between two reminders"), [NUMBER, NumberRange(0, 30, _("Between 0 and 30 days."))]
    )
    letter_after_days = IntegerField(
        _("Days until a letter is proposed"), [NUMBER, NumberRange(1, 60, _("Between 1 and 60 days."))]
    )
    customer_language = SelectField(_("Language of messages"), choices=list(LANGUAGES.items()))

    def facts(self, company: Company) -> dict[str, Any]:
        """What is to be stored; sending that goes on already keeps its beginning."""
        since = (company.sends_since or clock.now()) if self.sends.data else None
        return {name: self[name].data for name in PLAIN} | {"sends_since": since}


@bp.get("/companies/<int:company_id>/sending")
@requires(Permission.ADMINISTER)
def sending(company_id: int):
    """How it sends."""
    company = company_or_404(company_id)
    return _page(company, SendingForm(formdata=None, obj=company, data={"sends": company.sends_since is not None}))


@bp.post("/companies/<int:company_id>/sending")
@requires(Permission.ADMINISTER)
def change_sending(company_id: int):
    """Change how it sends; what came before keeps its state."""
    company, form = company_or_404(company_id), SendingForm()
    if not form.validate():
        return _page(company, form, 422)
    changed = changing.change(company, form.facts(company), by=current_user)
    if changed:
        following.plans_changed(company.id)
    commit()
    flash(gettext("Saved.") if changed else gettext("Nothing was changed."))
    return redirect(url_for(".sending", company_id=company.id), 303)


def _page(company: Company, form: SendingForm, status: int = 200) -> Response:
    counts, default = plans.customer_counts(company, current_user), plans.default_of(company)
    without = counts.get(None, 0)
    return page("settings/sending.html", status, form=form, company=company, default=default, without=without)
