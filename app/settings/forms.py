"""Forms of the settings."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from stdnum import iban
from stdnum.ch import vat as swiss_vat
from stdnum.eu import vat
from stdnum.exceptions import ValidationError as BadNumber
from stdnum.fr import siren
from stdnum.gb import vat as gb_vat
from wtforms import (
    BooleanField,
    EmailField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, Email, Length
from wtforms.widgets import CheckboxInput, ListWidget

from app.documents.models import Direction
from app.settings import choices
from app.users.forms import stripped
from app.web.fields import compact
from app.web.filters import iban as grouped
from app.web.forms import Form
from app.web.language import LANGUAGES

MOST_OCR_LANGUAGES = 6


class LinesField(TextAreaField):
    """One thing a line."""

    def _value(self) -> str:
        return "\n".join(self.data or [])

    def process_formdata(self, valuelist: list[str]) -> None:
        """Each line once, without the empty ones."""
        lines = (valuelist[0] if valuelist else "").splitlines()
        self.data = list(dict.fromkeys(line.strip() for line in lines if line.strip()))


class IbansField(LinesField):
    """One IBAN a line, in groups of four."""

    def _value(self) -> str:
        return "\n".join(grouped(line) if line.isalnum() else line for line in self.data or [])


class CompanyForm(Form):
    """What a company is."""

    name = StringField(_("Name"), [DataRequired(_("Enter the company's name.")), Length(max=200)], filters=[stripped])
    other_names = LinesField(
        _("Other names"),
        description=_("Trade names suppliers write to, one a line. They help to tell sales from purchases."),
    )
    vat_number = StringField(_("VAT number"), filters=[compact], render_kw={"autocomplete": "off"})
    siren = StringField("SIREN", filters=[compact], description=_("Nine digits."), render_kw={"inputmode": "numeric"})
    ibans = IbansField(_("Its own IBANs"), description=_("One a line. An invoice to be paid to one of them is a sale."))
    address = TextAreaField(_("Address"), [Length(max=1000)], filters=[stripped])
    country = SelectField(_("Country"))
    currency = SelectField(_("Currency"), description=_("Where an invoice names none."))
    time_zone = SelectField(_("Time zone"), description=_("When a day begins, and when mails leave."))
    ocr_languages = SelectMultipleField(
        _("Languages of scanned invoices"),
        description=_(
            "The fewer, the faster and surer. A language that is not installed on the server is passed over."
        ),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.country.choices = choices.countries()
        self.currency.choices = choices.currencies()
        self.time_zone.choices = choices.time_zones()
        self.ocr_languages.choices = choices.ocr_languages()

    def validate_vat_number(self, field: Any) -> None:
        """Its check digits, as its country reckons them."""
        kinds = {"GB": gb_vat, "XI": gb_vat, "CH": swiss_vat}
        if field.data and not kinds.get(field.data[:2], vat).is_valid(field.data):
            raise ValidationError(gettext("This is not a valid VAT number: check its digits and its country."))

    def validate_siren(self, field: Any) -> None:
        """Its check digit."""
        if field.data and not siren.is_valid(field.data):
            raise ValidationError(
                gettext("This is not a valid SIREN: nine digits, the last of which checks the others.")
            )

    def validate_ibans(self, field: Any) -> None:
        """The check digits of each."""
        lines = field.data or []
        numbers = [compact(line) for line in lines]
        for number, line in zip(numbers, lines, strict=True):
            try:
                iban.validate(number)
            except BadNumber:
                raise ValidationError(gettext("“%(line)s” is not a valid IBAN.", line=line[:60])) from None
        field.data = list(dict.fromkeys(numbers))

    def validate_other_names(self, field: Any) -> None:
        """Few and short enough to be names."""
        field.data = field.data or []
        if len(field.data) > 50 or any(len(name) > 200 for name in field.data):
            raise ValidationError(gettext("At most 50 names of at most 200 characters."))

    def validate_ocr_languages(self, field: Any) -> None:
        """One at least; each more takes time on every page."""
        if not 1 <= len(field.data or []) <= MOST_OCR_LANGUAGES:
            raise ValidationError(gettext("Choose between one and %(most)d languages.", most=MOST_OCR_LANGUAGES))

    def facts(self) -> dict[str, Any]:
        """What is to be stored."""
        facts = {name: value for name, value in self.data.items() if name != "csrf_token"}
        return facts | {"ocr_languages": "+".join(self.ocr_languages.data)}


class RulesForm(Form):
    """How a company works."""

    restrict_non_admins = BooleanField(_("Restrict non-admins"))
    category_required = BooleanField(_("Require an accounting category for purchases"))
    payment_second_person = BooleanField(_("A second person releases payments"))
    matches_automatically = BooleanField(_("Match what is sure by itself"))
    trash_enabled = BooleanField(_("Use the trash"))
    trash_emptied = BooleanField(_("Empty the trash automatically"))
    trash_days = StringField(_("Days kept in the trash"), [Length(max=20)], render_kw={"inputmode": "numeric"})


class CategoryForm(Form):
    """An accounting category."""

    name = StringField(_("Name"), [DataRequired(_("Enter a name.")), Length(max=120)], filters=[stripped])
    account_code = StringField(_("Account code"), [Length(max=20)], filters=[stripped])
    direction = SelectField(_("For"))

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        named = {Direction.PURCHASE: gettext("Purchases"), Direction.SALE: gettext("Sales")}
        self.direction.choices = [("", gettext("Both")), *((each.value, name) for each, name in named.items())]

    def facts(self) -> dict[str, Any]:
        """What is to be stored."""
        direction = Direction(self.direction.data) if self.direction.data else None
        return {"name": self.name.data, "account_code": self.account_code.data, "direction": direction}


class InviteForm(Form):
    """Whom to invite; what they may do stands beside, company by company."""

    name = StringField(_("Name"), [DataRequired(_("Enter a name.")), Length(max=200)], filters=[stripped])
    email = EmailField(
        _("E-mail address"),
        [
            DataRequired(_("Enter an e-mail address.")),
            Length(max=254),
            Email(_("This is not an e-mail address."), check_deliverability=False),
        ],
        filters=[stripped],
        render_kw={"autocomplete": "off"},
    )
    language = SelectField(_("Language"), choices=list(LANGUAGES.items()))
