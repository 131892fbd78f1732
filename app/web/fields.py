"""Form fields that WTForms lacks."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal, get_decimal_symbol
from flask_babel import get_locale
from flask_babel import gettext as _
from wtforms import DateField, StringField

from app.core import money
from app.web.filters import iban

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
"""Beyond them a date is a slip of the hand."""


def trimmed(text: str | None) -> str:
    """What was typed, without blanks around it and doubled ones within."""
    return " ".join((text or "").split())


def compact(text: str | None) -> str:
    """A number without the blanks, dots and dashes people group it by, in capitals."""
    return "".join(each for each in text or "" if each.isalnum()).upper()


class MoneyField(StringField):
    """An amount, read and written as the person's language does it; `data` is a `Decimal` or None.

    What cannot be read stays in the field as typed. `currency` says how many decimals are shown.
    """

    currency = "EUR"

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        text = valuelist[0].strip()
        self.data = self._parsed(text) if text else None
        if text and self.data is None:
            raise ValueError(_("“%(text)s” is not an amount.", text=text[:40]))

    def _parsed(self, text: str) -> Decimal | None:
        """With the person's own decimal mark first: 1,234 is a thousand for one and one point two for another."""
        return money.parse_amount(text, decimal_mark=get_decimal_symbol(get_locale())) or money.parse_amount(text)

    def _value(self) -> str:
        if self.raw_data:
            return self.raw_data[0]
        if self.data is None:
            return ""
        decimals = money.decimals(self.currency)
        pattern = "#,##0." + "0" * decimals if decimals else "#,##0"
        return format_decimal(self.data, format=pattern, locale=get_locale())

    def show(self, amount: Any) -> None:
        """Put this amount in the place of what was typed."""
        self.data, self.raw_data = amount, None


class DayField(DateField):
    """A calendar day of our times; a year that is mistyped stays as typed, with the reason."""

    data: date | None

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        bounds = {"min": FIRST_DAY.isoformat(), "max": LAST_DAY.isoformat()}
        super().__init__(label, validators, **({"render_kw": bounds} | kwargs))

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist and not valuelist[0].strip():  # an empty day is none; a field that was not sent stays as it is
            self.data = None
            return
        super().process_formdata(valuelist)
        if self.data and not FIRST_DAY <= self.data <= LAST_DAY:
            self.data = None
            first, last = FIRST_DAY.year, LAST_DAY.year
            raise ValueError(_("Write a year from %(first)d to %(last)d.", first=first, last=last))


class IbanField(StringField):
    """An account number: shown in groups of four, taken with or without blanks."""

    data: str | None

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist:
            self.data = "".join(valuelist[0].split()).upper()

    def _value(self) -> str:
        return iban(self.data or "")
