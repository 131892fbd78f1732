"""Forms of an action's page: what is sent and to whom, and what came of a call."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import Field, HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError
from wtforms.widgets import HiddenInput, TextInput

from app.counterparties import identifiers
from app.dunning import wording
from app.dunning.action_models import Action
from app.dunning.drafting import Draft
from app.dunning.models import Channel
from app.users.forms import stripped
from app.web.fields import DayField, trimmed
from app.web.forms import Form

MOST_ADDRESSES = 10
LONGEST_TEXT = 10_000
EDITABLE = {
    Channel.EMAIL: ("to", "cc", "subject", "text"),
    Channel.LETTER: ("subject", "text"),
    Channel.SMS: ("to", "text"),
    Channel.CALL: (),
}
"""What can be written otherwise, by the way it is sent: a letter goes to the customer's address."""


def lines(text: str | None) -> str:
    """What was typed, its lines ended as everywhere here."""
    return (text or "").replace("\r\n", "\n").replace("\r", "\n").strip()


class AddressesField(Field):
    """Several addresses or numbers, between commas; `data` is their list."""

    widget = TextInput()
    data: list[str]

    def _value(self) -> str:
        return ", ".join(self.data or [])

    def process_formdata(self, valuelist: list[str]) -> None:
        parts = valuelist[0].replace(";", ",").replace("\n", ",").split(",") if valuelist else []
        self.data = list(dict.fromkeys(word for part in parts if (word := trimmed(part))))


class DraftForm(Form):
    """What leaves, and to whom."""

    version = IntegerField(widget=HiddenInput())
    seen = HiddenField()
    to = AddressesField(lazy_gettext("To"))
    cc = AddressesField(lazy_gettext("Copy to"))
    subject = StringField(lazy_gettext("Subject"), [Length(max=300)], filters=[trimmed])
    text = TextAreaField(lazy_gettext("Text"), [Length(max=LONGEST_TEXT)], filters=[lines])

    def __init__(self, action: Action, draft: Draft, **kwargs: Any) -> None:
        super().__init__(data={name: getattr(draft, name) for name in EDITABLE[Channel.EMAIL]}, **kwargs)
        self.channel, self.kind = action.channel, action.kind
        for name in {"to", "cc", "subject", "text"} - set(EDITABLE[action.channel]):
            del self[name]

    def draft(self, now: Draft) -> Draft:
        """What was typed, in the place of what would leave now."""
        return replace(now, **{name: self[name].data for name in EDITABLE[self.channel]})

    def validate_to(self, field: AddressesField) -> None:
        """Somebody must get it."""
        if not field.data:
            raise ValidationError(_("Say who gets it."))
        self._check_each(field)

    def validate_cc(self, field: AddressesField) -> None:
        """As many as one writes to by hand."""
        self._check_each(field)

    def _check_each(self, field: AddressesField) -> None:
        if len(field.data) > MOST_ADDRESSES:
            raise ValidationError(_("%(most)s are the most.", most=MOST_ADDRESSES))
        for each in field.data:
            check_number(each) if self.channel is Channel.SMS else check_address(each)

    def validate_text(self, field: TextAreaField) -> None:
        """Nobody is sent an empty page."""
        if not field.data:
            raise ValidationError(_("Write a text."))
        self._check_names(field)

    def validate_subject(self, field: StringField) -> None:
        """A mail without one is taken for spam."""
        if not field.data:
            raise ValidationError(_("Write a subject."))
        self._check_names(field)

    def _check_names(self, field: Any) -> None:
        """What looks like a variable and is none would be read by the customer as it stands."""
        for found in wording.NAMED.finditer(field.data):
            if found[1] not in wording.VARIABLES[self.kind]:
                raise ValidationError(_("%(name)s is not a variable.", name=found[0][:60]))


def check_address(address: str) -> None:
    """Raises `ValidationError` with the address that is none."""
    if identifiers.mistake("email", address) or not address.isascii() or len(address) > 254:
        raise ValidationError(_("“%(address)s” is not an e-mail address.", address=address[:100]))


def check_number(number: str) -> None:
    """Raises `ValidationError` with what cannot be a telephone number."""
    if set(number) - set("0123456789+()./- ") or not 6 <= sum(map(str.isdigit, number)) <= 15:
        raise ValidationError(_("“%(number)s” is not a telephone number.", number=number[:40]))


class CallForm(Form):
    """What came of a call."""

    version = IntegerField(widget=HiddenInput())
    note = TextAreaField(
        lazy_gettext("What was said"),
        [DataRequired(lazy_gettext("Write a few words.")), Length(max=500)],
        filters=[stripped],
    )
    promised_date = DayField(lazy_gettext("Promised to pay by"))
