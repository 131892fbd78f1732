"""The forms of a counterparty's contacts and accounts."""

from __future__ import annotations

from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from stdnum import bic, iban
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Email, Length, Optional, ValidationError

from app.counterparties.models import Position
from app.web.fields import IbanField, compact, trimmed
from app.web.forms import Form
from app.web.language import LANGUAGES

BEYOND_NAME = ("email", "phone", "address")


class ContactForm(Form):
    """Whom to write to, and about what."""

    position = SelectField(lazy_gettext("Position"), coerce=Position, default=Position.OTHER)
    name = StringField(lazy_gettext("Name"), [Length(max=200)], filters=[trimmed])
    email = StringField(
        lazy_gettext("E-mail"),
        [Optional(), Length(max=254), Email(lazy_gettext("This is not an e-mail address."))],
        filters=[trimmed],
    )
    phone = StringField(lazy_gettext("Phone"), [Length(max=40)], filters=[trimmed])
    address = TextAreaField(lazy_gettext("Postal address"), [Length(max=1000)])
    language = SelectField(lazy_gettext("Language"), default="")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.position.choices = [(each.value, each.label) for each in Position]
        self.language.choices = [("", _("The company’s")), *LANGUAGES.items()]

    def facts(self) -> dict[str, Any]:
        """What the verbs take."""
        return {name: self[name].data or "" for name in ("name", *BEYOND_NAME, "language")} | {
            "position": self.position.data
        }

    def validate_name(self, field: StringField) -> None:
        """A contact is somebody: a name, or a way to reach them."""
        if not field.data and not any(self[name].data for name in BEYOND_NAME):
            raise ValidationError(_("Enter a name, an e-mail address, a phone number or a postal address."))

    def validate_email(self, field: StringField) -> None:
        """What is sent to our own intake would come back as a document."""
        domain = current_app.config["SETTINGS"].intake_domain
        if domain and field.data and field.data.lower().endswith(f"@{domain.lower()}"):
            raise ValidationError(_("This is an address invoices come in by: mails to it would come back here."))

    def validate_phone(self, field: StringField) -> None:
        """Digits and the signs people group them by."""
        if field.data and (set(field.data) - set("0123456789+()./- ") or sum(map(str.isdigit, field.data)) < 3):
            raise ValidationError(_("A phone number has digits, blanks and + ( ) . / - only."))


class IbanForm(Form):
    """One more account."""

    iban = IbanField(lazy_gettext("IBAN"), [DataRequired(lazy_gettext("Enter the IBAN.")), Length(max=42)])
    bic = StringField(lazy_gettext("BIC"), [Length(max=11)], filters=[compact])

    def validate_iban(self, field: IbanField) -> None:
        """A mistyped account is found by its check digits."""
        if field.data and not iban.is_valid(field.data):
            raise ValidationError(_("The check digits of this IBAN are wrong: compare it with an invoice."))

    def validate_bic(self, field: StringField) -> None:
        """Eight or eleven signs: bank, country, place and branch."""
        if field.data and not bic.is_valid(field.data):
            raise ValidationError(_("This BIC is not valid: eight or eleven signs, such as BNPAFRPP."))
