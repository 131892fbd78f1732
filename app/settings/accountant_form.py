"""The form in which a company says how its accountant gets its documents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, Field, IntegerField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, NumberRange

from app.accounting import connections, sharings
from app.accounting.kinds import Journal, Ready
from app.accounting.models import Connection, Sharing
from app.core.errors import Refused
from app.users.forms import stripped
from app.web.fields import DayField
from app.web.forms import Form
from app.web.language import LANGUAGES

NONE = "0"
"""No connection yet."""
PLAIN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "inputmode": "email"}


def address(label: Any) -> StringField:
    """A field for one address."""
    return StringField(label, filters=[stripped], render_kw=PLAIN)


class SharingForm(Form):
    """What goes, to whom, and when."""

    connection_id = RadioField(_("Connection"), default=NONE)
    sales = BooleanField(Journal.SALES.label)
    sales_address = address(_("Address for sales"))
    credit_notes = BooleanField(Journal.CREDIT_NOTES.label)
    credit_notes_address = address(_("Address for credit notes of sales"))
    purchases = BooleanField(Journal.PURCHASES.label)
    purchases_address = address(_("Address for purchases"))
    ready = RadioField(_("A document is ready when it is"), choices=[(each.value, each.label) for each in Ready])
    start_date = DayField(_("Start date"))
    delay_days = IntegerField(
        _("Delay in days"),
        [
            InputRequired(_("Enter a number of days.")),
            NumberRange(0, sharings.LONGEST_DELAY, _("Between 0 and %(most)d days.", most=sharings.LONGEST_DELAY)),
        ],
    )
    report_address = address(_("Report address"))
    language = SelectField(_("Language of the mails"), choices=list(LANGUAGES.items()))

    def __init__(self, sharing: Sharing, **kwargs: Any) -> None:
        facts = {name: getattr(sharing, name) for name in sharings.FACTS if name != "journals"}
        facts |= {"connection_id": str(sharing.connection_id or NONE), "ready": sharing.ready.value}
        super().__init__(data=facts | {each.value: each.value in sharing.journals for each in Journal}, **kwargs)
        self.sharing = sharing
        self.offered = connections.offered(sharing.connection)
        self.connection_id.choices = [(str(each.id), each.name) for each in self.offered]
        if not sharing.shared_since:
            self.connection_id.choices.append((NONE, gettext("None yet")))

    @property
    def chosen(self) -> Connection | None:
        """The connection that is ticked."""
        return next((each for each in self.offered if str(each.id) == self.connection_id.data), None)

    def journals(self) -> Iterator[tuple[Field, Field]]:
        """Of each journal its box and its address."""
        return ((self[each.value], self[f"{each.value}_address"]) for each in Journal)

    def facts(self) -> dict[str, Any]:
        """What is to be stored."""
        when = {name: self[name].data for name in ("start_date", "delay_days", "language")}
        return self._needed() | when | {"ready": Ready(self.ready.data)}

    def _needed(self) -> dict[str, Any]:
        """Whom it goes to, and how: what must be there before anything can be shared."""
        facts: dict[str, Any] = {name: self[name].data for name in sharings.ADDRESSES}
        facts |= {"journals": [each.value for each in Journal if self[each.value].data]}
        return facts | {"connection_id": self.chosen.id if self.chosen else None}

    def is_fine(self, *, is_complete: bool) -> bool:
        """Each field by itself; and all that sharing needs, where it is or shall be on (SPEC AC-2)."""
        self.validate()
        for name in sharings.ADDRESSES:
            try:
                self[name].data = sharings.address(self[name].data or "")
            except Refused as refused:
                self[name].errors = [str(refused)]
        if is_complete:
            self._say_what_lacks()
        return not self.errors

    def _say_what_lacks(self) -> None:
        for name, why in sharings.lacking(sharings.imagined(self.sharing.company, self._needed())).items():
            field = self["sales" if name == "journals" else name]
            field.errors = field.errors or [why]
