"""The fields of what is usual for a counterparty; they fill its next documents (SPEC LC-6)."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import select
from wtforms import BooleanField, IntegerField, SelectField, SelectMultipleField, StringField
from wtforms.validators import Length, NumberRange, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from app.counterparties.models import Counterparty, Terms
from app.counterparties.terms import MOST_DAYS
from app.extensions import db
from app.tags.models import Tag
from app.users.models import Company
from app.web.fields import trimmed
from app.web.forms import Form

NAMES = ("account_code", "default_category_id", "treasury_category", "default_label", "terms", "terms_days")
AUTOMATIC = "is_validated_automatically"
"""Only admins say so."""


class DefaultFields(Form):
    """What is usual for it."""

    account_code = StringField(lazy_gettext("Ledger account"), [Length(max=20)], filters=[trimmed])
    default_category_id = SelectField(lazy_gettext("Category"), coerce=lambda text: int(text) if text else None)
    treasury_category = StringField(lazy_gettext("Treasury category"), [Length(max=60)], filters=[trimmed])
    default_label = StringField(lazy_gettext("Label"), [Length(max=200)], filters=[trimmed])
    terms = SelectField(lazy_gettext("Payment terms"), coerce=lambda text: Terms(text) if text else None)
    terms_days = IntegerField(lazy_gettext("Days"), [Optional(), NumberRange(0, MOST_DAYS)])
    default_tags = SelectMultipleField(
        lazy_gettext("Tags"),
        coerce=int,
        validate_choice=True,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    is_validated_automatically = BooleanField(lazy_gettext("Validate automatically"))

    def offer(self, company: Company, party: Counterparty | None, categories: Any, *, may_automate: bool) -> None:
        """What can be chosen here, by this person."""
        self.default_category_id.choices = [("", "—"), *categories]
        self.terms.choices = [("", "—"), *((each.value, each.label) for each in Terms)]
        self.default_tags.choices = [(tag.id, tag.name) for tag in _tags(company, party)]
        if not may_automate:
            del self[AUTOMATIC]

    def defaults(self, company: Company, party: Counterparty | None) -> dict[str, Any]:
        """What the verbs take."""
        chosen = set(self.default_tags.data or [])
        facts = {name: self[name].data for name in NAMES}
        facts["terms_days"] = 0 if facts["terms_days"] is None else facts["terms_days"]
        facts |= {AUTOMATIC: bool(self[AUTOMATIC].data)} if AUTOMATIC in self else {}
        return facts | {"default_tags": [tag for tag in _tags(company, party) if tag.id in chosen]}

    def validate_terms(self, field: SelectField) -> None:
        """Terms count days; without a number they say nothing."""
        if field.data and self.terms_days.data is None and not self.terms_days.errors:
            raise ValidationError(_("Enter the number of days, 0 where there are none."))


def _tags(company: Company, party: Counterparty | None) -> list[Tag]:
    """Those still offered, and those it has."""
    has = {tag.id for tag in party.default_tags} if party else set()
    query = select(Tag).where(Tag.company_id == company.id).order_by(Tag.position, Tag.name_key, Tag.id)
    return [tag for tag in db.session.scalars(query) if tag.id in has or not tag.archived_at]
