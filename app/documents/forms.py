"""The form of a document's facts, for the review and for later changes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import or_, select
from stdnum import iban as iban_number
from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import Length, NumberRange, Optional, ValidationError
from wtforms.widgets import HiddenInput

from app.core import money
from app.counterparties import finding
from app.counterparties.models import Counterparty
from app.documents.editing import AMOUNTS, PLAIN, Changed
from app.documents.models import Category, Direction, Document, Kind
from app.documents.words import NAMES, party
from app.extensions import db
from app.web.fields import DayField, IbanField, MoneyField, trimmed
from app.web.forms import Form
from app.web.ids import LARGEST

CURRENCIES = (
    *("EUR", "USD", "GBP", "CHF", "BGN", "CAD", "CZK", "DKK", "HUF"),
    *("JPY", "MAD", "NOK", "PLN", "RON", "SEK", "TND", "XOF"),
)
FIELD_OF = {"counterparty": "counterparty_name", "category": "category_id", "counterparty_id": "counterparty_name"}
"""Where a fact's field is not called like it."""


class LabelForm(Form):
    """The label alone, while nothing else can be changed."""

    version = IntegerField(validators=[Optional(), NumberRange(0, LARGEST)], widget=HiddenInput())
    label = StringField(lazy_gettext("Label"), [Length(max=300)], filters=[trimmed])

    def __init__(self, document: Document, **kwargs: Any) -> None:
        super().__init__(data=values_of(document), **kwargs)
        self.document = document

    def changes(self) -> dict[str, Any]:
        """What `decisions.edit` takes."""
        return {"label": self.label.data}

    def refuse(self, errors: dict[str, str]) -> None:
        """Put the sentences of `Incomplete` beside their fields."""
        for fact, sentence in errors.items():
            field = self[FIELD_OF.get(fact, fact)]
            field.errors = [*field.errors, sentence]

    def meet(self, changed: Changed) -> None:
        """Somebody saved meanwhile: take what they changed and this person did not touch, and tell the rest.

        Call it after a rollback; saving again then is a decision.
        """
        db.session.refresh(self.document)
        now = values_of(self.document)
        self.version.raw_data, self.version.data = None, now["version"]
        for column, (was, _is_now) in changed.changes.items():
            name = column.removesuffix("_minor")
            if name not in now or name not in self or column not in NAMES:
                continue
            if self._untouched(name, was):
                for each in (name, "counterparty_name") if name == "counterparty_id" else (name,):
                    self[each].data, self[each].raw_data = now[each], None
            elif self[name].data != now[name]:
                sentence = _("%(who)s changed it meanwhile.", who=", ".join(changed.names))
                self.refuse({name: f"{sentence} {self._shown(name, now)}".strip()})

    def _untouched(self, name: str, was: Any) -> bool:
        data = self[name].data
        if isinstance(data, Decimal):
            return money.to_minor(data, self.document.currency) == was
        return (str(data) if data else "") == (str(was) if was else "")

    def _shown(self, name: str, now: dict[str, Any]) -> str:
        value = now["counterparty_name"] if name == "counterparty_id" else now[name]
        return _("It says now: %(value)s", value=value) if value and name != "category_id" else ""


class DocumentForm(LabelForm):
    """All facts a person checks; a field that was not sent leaves its fact alone."""

    kind = SelectField(lazy_gettext("Type"), coerce=Kind)
    direction = SelectField(lazy_gettext("Direction"), coerce=Direction)
    number = StringField(lazy_gettext("Number"), [Length(max=100)], filters=[trimmed])
    counterparty_id = IntegerField(validators=[Optional(), NumberRange(1, LARGEST)], widget=HiddenInput())
    counterparty_name = StringField(lazy_gettext("Counterparty"), [Length(max=200)], filters=[trimmed])
    issue_date = DayField(lazy_gettext("Issue date"), [Optional()])
    due_date = DayField(lazy_gettext("Due date"), [Optional()])
    currency = SelectField(lazy_gettext("Currency"))
    net = MoneyField(lazy_gettext("Net amount"))
    tax = MoneyField(lazy_gettext("Tax"))
    gross = MoneyField(lazy_gettext("Gross amount"))
    category_id = SelectField(lazy_gettext("Category"), coerce=lambda text: int(text) if text else None)
    account_code = StringField(lazy_gettext("Ledger account"), [Length(max=20)], filters=[trimmed])
    treasury_category = StringField(lazy_gettext("Treasury category"), [Length(max=60)], filters=[trimmed])
    order_reference = StringField(lazy_gettext("Order reference"), [Length(max=100)], filters=[trimmed])
    payment_reference = StringField(lazy_gettext("Payment reference"), [Length(max=140)], filters=[trimmed])
    iban = IbanField(lazy_gettext("IBAN"), [Length(max=34)])

    def __init__(self, document: Document, **kwargs: Any) -> None:
        super().__init__(document, **kwargs)
        self.kind.choices = [(kind, kind.label) for kind in Kind]
        self.direction.choices = [(direction, direction.label) for direction in Direction]
        own = [document.currency, document.company.currency]
        self.currency.choices = list(dict.fromkeys([*own, *CURRENCIES]))
        self.category_id.choices = [("", "—"), *_categories(document, self.turned_to)]
        if self.turned_to is not document.direction and self.category_id.data not in dict(self.category_id.choices):
            self.category_id.data = None
        for name in AMOUNTS:
            self[name].currency = self.currency.data or document.currency
        self.counterparty_name.label.text = party(self.turned_to)

    @property
    def turned_to(self) -> Direction:
        """The direction it says, so that the other fields speak of it."""
        said = self.direction.data
        return said if isinstance(said, Direction) else self.document.direction

    def drafted(self) -> Document:
        """The document as it would be with what stands in the form; it is never kept."""
        facts = {name: self[name].data for name in PLAIN if name != "counterparty_id"}
        facts |= {"direction": self.turned_to, "label": self.label.data or ""}
        currency = self.currency.data or self.document.currency
        for name in AMOUNTS:
            amount = self[name].data
            facts[f"{name}_minor"] = money.to_minor(amount, currency) if isinstance(amount, Decimal) else None
        if self.counterparty_name.data == self.document.party_name:
            facts["counterparty_id"] = self.document.counterparty_id
        else:
            facts["counterparty_id"] = self.counterparty_id.data
        kept = {name: getattr(self.document, name) for name in ("id", "company", "company_id")}
        return Document(**kept, **facts)

    def touched(self) -> set[str]:
        """The fields in which something else stands than the document says."""
        said = values_of(self.document)
        return {name for name, value in self.data.items() if name in said and value != said[name]}

    def propose_due_date(self) -> bool:
        """Where no due date was read the day of issue is proposed, to be checked; did it?"""
        is_asked = self.kind.data is Kind.INVOICE and not self.due_date.data and not self.document.validated_at
        if self.is_submitted() or not is_asked or not self.issue_date.data:
            return False
        self.due_date.data = self.issue_date.data
        return True

    def changes(self) -> dict[str, Any]:
        """What `decisions.edit` takes."""
        values = {name: value for name, value in self.data.items() if name not in {"version", "csrf_token"}}
        return values | {"counterparty_name": "" if values["counterparty_id"] else values["counterparty_name"]}

    def validate_counterparty_name(self, field: StringField) -> None:
        """The one that is meant, by the name that stands there; a name nobody has is a new one."""
        company_id, name = self.document.company_id, finding.plain(field.data)
        is_given = self.counterparty_id.data and not self.counterparty_id.errors
        chosen = db.session.get(Counterparty, self.counterparty_id.data) if is_given else None
        if chosen and chosen.company_id == company_id and name in {finding.plain(chosen.name), _label(chosen)}:
            return
        found = finding.called(company_id, field.data)
        if len(found) > 1:
            raise ValidationError(_("Several have this name: choose one from the list."))
        self.counterparty_id.data = found[0].id if found else None

    def validate_iban(self, field: StringField) -> None:
        """A mistyped account is found by its check digits."""
        if field.data and field.data != self.document.iban and not iban_number.is_valid(field.data):
            raise ValidationError(_("The check digits of this IBAN are wrong: compare it with the page."))

    def _check_decimals(self, field: MoneyField) -> None:
        currency = self.currency.data or self.document.currency
        if field.data is not None and field.data != money.round_amount(field.data, currency):
            count = money.decimals(currency)
            raise ValidationError(_("%(currency)s has %(count)d decimals.", currency=currency, count=count))

    validate_net = validate_tax = validate_gross = _check_decimals


def values_of(document: Document) -> dict[str, Any]:
    """The facts as the form's fields hold them."""
    names = ("version", "kind", "direction", "number", "label", "counterparty_id", "category_id", "issue_date")
    names += (
        "due_date",
        "currency",
        "account_code",
        "treasury_category",
        "order_reference",
        "payment_reference",
        "iban",
    )
    values = {name: getattr(document, name) for name in names}
    for name in AMOUNTS:
        minor = getattr(document, f"{name}_minor")
        values[name] = None if minor is None else money.from_minor(minor, document.currency)
    return values | {"counterparty_name": document.party_name}


def _label(counterparty: Counterparty) -> str:
    return finding.plain(finding.label(counterparty))


def _categories(document: Document, direction: Direction) -> list[tuple[int, str]]:
    """Those of its company and this direction, and the one it has while it keeps its own."""
    fits = or_(Category.direction.is_(None), Category.direction == direction)
    has = Category.id == (document.category_id if direction is document.direction else None)
    query = select(Category).where(
        Category.company_id == document.company_id, or_(has, fits & Category.archived_at.is_(None))
    )
    found = db.session.scalars(query.order_by(Category.account_code, Category.name))
    return [(each.id, f"{each.account_code} {each.name}".strip()) for each in found]
