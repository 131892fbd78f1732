"""How a company approves: four eyes, mailed links, reminders, and when a link is not enough."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user
from wtforms import IntegerField, SelectField, ValidationError
from wtforms.validators import InputRequired, NumberRange, Optional

from app.approval import seating
from app.core import money
from app.settings.blueprint import bp, company_or_404
from app.tasks.jobs import commit
from app.users import companies as changing
from app.users.models import Company
from app.web.access import Permission, requires
from app.web.fields import MoneyField
from app.web.forms import Form
from app.web.pages import page

FOUR_EYES = {"": None, "yes": True, "no": False}
LONGEST_LINK, LONGEST_WAIT = 90, 60


class ApprovalForm(Form):
    """How approvals are given."""

    four_eyes = SelectField(
        _("Whoever validates a document cannot approve it"),
        choices=[
            ("", _("Where more than one person could approve")),
            ("yes", _("Always")),
            ("no", _("Never: anybody may approve what they validated")),
        ],
    )
    link_days = IntegerField(
        _("Days a mailed link works"),
        [InputRequired(_("Enter a number of days.")), NumberRange(1, LONGEST_LINK, _("Between 1 and 90 days."))],
    )
    reminder_days = IntegerField(
        _("Days before a reminder"),
        [Optional(), NumberRange(1, LONGEST_WAIT, _("Between 1 and 60 days, or empty for none."))],
    )
    sign_in = MoneyField(_("Ask for a sign-in from this amount on"))

    def validate_sign_in(self, field: MoneyField) -> None:
        """Sizes are compared, so that one below zero would mean another amount than it says."""
        if field.data is not None and field.data < 0:
            raise ValidationError(gettext("Enter zero or more, or nothing for no sign-in."))

    def show(self, company: Company) -> None:
        """As it is set."""
        names = {value: name for name, value in FOUR_EYES.items()}
        self.four_eyes.data = names[company.four_eyes]
        self.link_days.data, self.reminder_days.data = company.approval_link_days, company.approval_reminder_days
        minor = company.approval_sign_in_minor
        self.sign_in.data = None if minor is None else money.from_minor(minor, company.currency)

    def facts(self, company: Company) -> dict[str, Any]:
        """What is to be stored."""
        amount = self.sign_in.data
        return {
            "four_eyes": FOUR_EYES[self.four_eyes.data],
            "approval_link_days": self.link_days.data,
            "approval_reminder_days": self.reminder_days.data,
            "approval_sign_in_minor": None if amount is None else money.to_minor(amount, company.currency),
        }


@bp.get("/companies/<int:company_id>/approvals")
@requires(Permission.ADMINISTER)
def approvals(company_id: int):
    """How it approves."""
    company, form = company_or_404(company_id), ApprovalForm(formdata=None)
    form.sign_in.currency = company.currency
    form.show(company)
    return _page(company, form)


@bp.post("/companies/<int:company_id>/approvals")
@requires(Permission.ADMINISTER)
def change_approvals(company_id: int):
    """Change how it approves; what is asked already goes on as it was."""
    company, form = company_or_404(company_id), ApprovalForm()
    form.sign_in.currency = company.currency
    if not form.validate():
        return _page(company, form, 422)
    changed = changing.change(company, form.facts(company), by=current_user)
    commit()
    flash(gettext("Saved.") if changed else gettext("Nothing was changed."))
    return redirect(url_for(".approvals", company_id=company.id), 303)


def _page(company: Company, form: ApprovalForm, status: int = 200) -> Any:
    is_on = seating.has_four_eyes(company)
    return page("settings/approvals.html", status, form=form, company=company, is_on=is_on)
