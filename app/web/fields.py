"""Form fields that WTForms lacks."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal, get_decimal_symbol
from flask_babel import get_locale
from flask_babel import gettext as _
from wtforms import StringField

from app.core import money


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
        pattern = "0." + "0" * decimals if decimals else "0"
        return format_decimal(self.data, format=pattern, locale=get_locale())

    def show(self, amount: Any) -> None:
        """Put this amount in the place of what was typed."""
        self.data, self.raw_data = amount, None
