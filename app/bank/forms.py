"""The form of a bank account."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from stdnum import bic as bic_number
from wtforms import StringField
from wtforms.validators import DataRequired, Length, ValidationError

from app.bank.formats import values
from app.web.fields import IbanField, compact, trimmed
from app.web.forms import Form


class AccountForm(Form):
    """What is said of a bank account."""

    name = StringField(
        lazy_gettext("Name"), [DataRequired(lazy_gettext("Enter the name.")), Length(max=120)], filters=[trimmed]
    )
    iban = IbanField(lazy_gettext("IBAN"), [Length(max=42)])
    number = StringField(lazy_gettext("Account number"), [Length(max=40)], filters=[trimmed])
    bic = StringField(lazy_gettext("BIC"), [Length(max=11)], filters=[compact])
    currency = StringField(lazy_gettext("Currency"), [DataRequired(), Length(max=3)], filters=[compact])

    def validate_iban(self, field: IbanField) -> None:
        """With its check digits."""
        if field.data and not values.as_iban(field.data):
            raise ValidationError(_("This IBAN is not valid: compare it with a statement."))

    def validate_bic(self, field: StringField) -> None:
        """As banks are called."""
        if field.data and not bic_number.is_valid(field.data):
            raise ValidationError(_("This BIC is not valid."))

    def validate_currency(self, field: StringField) -> None:
        """A code of three letters."""
        if not values.is_currency(field.data):
            raise ValidationError(_("Enter a currency code such as EUR."))

    def facts(self) -> dict[str, Any]:
        """What the verbs take."""
        return {each.short_name: each.data or "" for each in self if each.short_name != "csrf_token"}
