"""The form of a counterparty's facts."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import select
from wtforms import BooleanField, IntegerField, StringField, TextAreaField
from wtforms.validators import DataRequired, Email, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import HiddenInput

from app.counterparties import identifiers
from app.counterparties.default_fields import DefaultFields
from app.counterparties.keeping import FACTS, FACTS_OF_A_SUPPLIER, Changed
from app.counterparties.models import Counterparty
from app.extensions import db
from app.users.models import Company
from app.web.fields import compact, trimmed
from app.web.ids import LARGEST


class CounterpartyForm(DefaultFields):
    """What is known of a customer or a supplier."""

    version = IntegerField(validators=[Optional(), NumberRange(0, LARGEST)], widget=HiddenInput())
    name = StringField(
        lazy_gettext("Name"),
        [DataRequired(lazy_gettext("Enter the name.")), Length(max=200)],
        filters=[trimmed],
    )
    is_customer = BooleanField(lazy_gettext("Customer"))
    is_supplier = BooleanField(lazy_gettext("Supplier"))
    vat_number = StringField(lazy_gettext("VAT number"), [Length(max=20)], filters=[compact])
    siren = StringField(lazy_gettext("SIREN"), [Length(max=9)], filters=[compact])
    siret = StringField(lazy_gettext("SIRET"), [Length(max=14)], filters=[compact])
    email = StringField(
        lazy_gettext("E-mail"), [Optional(), Length(max=254), Email(lazy_gettext("This is not an e-mail address."))]
    )
    address = TextAreaField(lazy_gettext("Address"), [Length(max=1000)])
    numbering_restarts_yearly = BooleanField(lazy_gettext("Its invoice numbers begin again each year"))

    def __init__(
        self,
        company: Company,
        counterparty: Counterparty | None = None,
        *,
        categories: Any = (),
        may_automate: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(obj=counterparty, **kwargs)
        if not self.is_submitted():
            self.default_tags.data = [tag.id for tag in counterparty.default_tags] if counterparty else []
        self.company, self.counterparty = company, counterparty
        self.offer(company, counterparty, categories, may_automate=may_automate)

    def facts(self) -> dict[str, Any]:
        """What the verbs take."""
        plain = {name: self[name].data or "" for name in FACTS}
        ticked = {name: bool(self[name].data) for name in ("is_customer", "is_supplier", *FACTS_OF_A_SUPPLIER)}
        return plain | ticked | self.defaults(self.company, self.counterparty)

    def meet(self, changed: Changed) -> None:
        """Somebody saved meanwhile: take what they changed and this person did not touch, and tell the rest.

        Call it after a rollback; saving again then is a decision.
        """
        db.session.refresh(self.counterparty)
        self.version.raw_data, self.version.data = None, self.counterparty.version
        for name in changed.changes.keys() & self.facts().keys():
            field, was, now = self[name], changed.changes[name][0], getattr(self.counterparty, name)
            if name == "default_tags":
                field.errors = [*field.errors, _("%(who)s changed it meanwhile.", who=changed.who)]
            elif (field.data or "") == (was or ""):
                field.data, field.raw_data = now, None
            elif field.data != now:
                told = _("%(who)s changed it meanwhile.", who=changed.who)
                says = _("It says now: %(value)s", value=now) if isinstance(now, str) and now else ""
                field.errors = [*field.errors, f"{told} {says}".strip()]

    def validate_is_supplier(self, field: BooleanField) -> None:
        """It is one of the two, or both."""
        if not (field.data or self.is_customer.data):
            raise ValidationError(_("Say whether it is a customer, a supplier, or both."))

    def validate_vat_number(self, field: StringField) -> None:
        """Check digits, where its country has them."""
        self._check_free(field)
        self._check_digits(field)

    def validate_siren(self, field: StringField) -> None:
        """Nine digits with their check digit."""
        self._check_digits(field)

    def validate_siret(self, field: StringField) -> None:
        """Fourteen digits with their check digit, the SIREN first."""
        self._check_free(field)
        self._check_digits(field)

    def _check_digits(self, field: StringField) -> None:
        if why := identifiers.mistake(field.short_name, field.data or "", self.siren.data or ""):
            raise ValidationError(why)

    def _check_free(self, field: StringField) -> None:
        """Documents find their counterparty by this number, so nobody else of the company has it."""
        column = getattr(Counterparty, field.short_name)
        own = self.counterparty.id if self.counterparty else 0
        mine = (Counterparty.company_id == self.company.id, Counterparty.merged_into_id.is_(None))
        query = select(Counterparty.id).where(column == field.data, *mine)
        if field.data and db.session.scalar(query.where(Counterparty.id != own)):
            raise ValidationError(_("Another customer or supplier has this number already."))
