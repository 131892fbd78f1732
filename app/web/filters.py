"""How templates write money, days and moments, in the reader's language and time zone."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel.numbers import format_compact_decimal
from babel.units import format_unit
from flask import Flask
from flask_babel import format_date, format_datetime, format_timedelta, get_locale

from app.core import clock, money

REMEMBERED = 8192
"""Days and amounts that were written lately: a list shows the same ones again and again, and writing one takes long."""
_MADE: dict[tuple[Any, ...], str] = {}


def init_app(app: Flask) -> None:
    """Register the filters."""
    app.add_template_filter(amount, "money")
    app.add_template_filter(days_in_words)
    app.add_template_filter(day)
    app.add_template_filter(moment)
    app.add_template_filter(ago)
    app.add_template_filter(size)
    app.add_template_filter(iban)
    app.add_template_global(remembered)
    app.add_template_global(app.static_url_path, "STATIC")
    app.add_template_global(f"{app.static_url_path}/icons.svg", "ICONS")  # a page has a hundred of them


def remembered(language: str, macro: Any, *values: Any) -> str:
    """What a macro makes of these values alone, in this language; a list shows the same ones on every line and page."""
    key = (language, macro.name, values)
    if key not in _MADE:
        if len(_MADE) >= REMEMBERED:
            _MADE.clear()
        _MADE[key] = macro(*values)
    return _MADE[key]


def amount(minor: int | None, currency: str) -> str:
    """1234 (EUR) → "12,34 €"; nothing for an unknown amount."""
    return "" if minor is None else _amount(minor, currency, str(get_locale()))


@lru_cache(maxsize=REMEMBERED)
def _amount(minor: int, currency: str, locale: str) -> str:
    return money.format_amount(minor, currency, locale)


def short_amount(minor: int, currency: str) -> str:
    """Round thousands and millions, for the scale of a chart: 1250000 (EUR) → "12.5K"."""
    return format_compact_decimal(money.from_minor(minor, currency), locale=get_locale(), fraction_digits=1)


def days_in_words(days: Decimal) -> str:
    """A number of days, as the reader writes it: 12.5 → "12.5 days"."""
    return format_unit(days, "duration-day", "long", locale=get_locale())


def day(value: date | None) -> str:
    """A calendar day, short; in English with the month in letters, as 11/2 means two days."""
    return _day(value, _pattern(), str(get_locale())) if value else ""


@lru_cache(maxsize=REMEMBERED)
def _day(value: date, pattern: str, _locale: str) -> str:
    return format_date(value, pattern)


def moment(value: datetime | None) -> str:
    """A moment, in the reader's time zone."""
    between = " " if _is_french() else ", "
    return format_datetime(value, f"{_pattern()}{between}HH:mm") if value else ""


def ago(value: datetime | None) -> str:
    """How long ago a moment was, in minutes and longer."""
    long_ago = min(value - clock.now(), timedelta(0)) if value else None
    return "" if long_ago is None else format_timedelta(long_ago, granularity="minute", add_direction=True)


def iban(number: str) -> str:
    """An account number in groups of four, as it is printed."""
    number = "".join(number.split())
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def size(count: int) -> str:
    """A number of bytes, as the reader writes it."""
    for limit, unit in ((10**9, "gigabyte"), (10**6, "megabyte"), (1000, "kilobyte")):
        if count >= limit:
            return format_unit(round(count / limit, 1), f"digital-{unit}", "short", locale=get_locale())
    return format_unit(count, "digital-byte", "long", locale=get_locale())


def _pattern() -> str:
    return "dd/MM/y" if _is_french() else "d MMM y"


def _is_french() -> bool:
    locale = get_locale()
    return locale is None or locale.language == "fr"
