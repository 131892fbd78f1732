"""How templates write money, days and moments, in the reader's language and time zone."""

from __future__ import annotations

from datetime import date, datetime

from flask import Flask
from flask_babel import format_date, format_datetime, get_locale

from app.core import money


def init_app(app: Flask) -> None:
    """Register the filters."""
    app.add_template_filter(amount, "money")
    app.add_template_filter(day)
    app.add_template_filter(moment)


def amount(minor: int | None, currency: str) -> str:
    """1234 (EUR) → "12,34 €"; nothing for an unknown amount."""
    return "" if minor is None else money.format_amount(minor, currency, str(get_locale()))


def day(value: date | None) -> str:
    """A calendar day, short."""
    return format_date(value, "short") if value else ""


def moment(value: datetime | None) -> str:
    """A moment, in the reader's time zone."""
    return format_datetime(value, "short") if value else ""
