"""What one may choose from: currencies, countries, time zones and the languages of the OCR, named for the reader."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global
from flask_babel import get_locale

OCR_LANGUAGES = {
    "bul": "bg",
    "cat": "ca",
    "ces": "cs",
    "dan": "da",
    "deu": "de",
    "ell": "el",
    "eng": "en",
    "est": "et",
    "fin": "fi",
    "fra": "fr",
    "gle": "ga",
    "hrv": "hr",
    "hun": "hu",
    "ita": "it",
    "lav": "lv",
    "lit": "lt",
    "ltz": "lb",
    "mlt": "mt",
    "nld": "nl",
    "nor": "no",
    "pol": "pl",
    "por": "pt",
    "ron": "ro",
    "slk": "sk",
    "slv": "sl",
    "spa": "es",
    "swe": "sv",
    "tur": "tr",
    "ukr": "uk",
}
"""What Tesseract calls a language, and what everybody else does."""
NO_COUNTRIES = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}
OFTEN = ("EUR", "USD", "GBP", "CHF")
Choices = list[tuple[str, str]]


def _locale() -> Locale:
    return get_locale() or Locale("en")


def currencies() -> Choices:
    """ISO 4217 codes in use today, the frequent ones first."""
    locale, living = _locale(), _living_currencies()
    rest = sorted(living - set(OFTEN))
    return [(code, f"{code} – {locale.currencies.get(code, code)}") for code in (*OFTEN, *rest)]


@lru_cache(maxsize=1)
def _living_currencies() -> frozenset[str]:
    used = get_global("territory_currencies").values()
    return frozenset(code for each in used for code, _start, end, is_tender in each if end is None and is_tender)


def countries() -> Choices:
    """Countries by their name."""
    names = _locale().territories
    known = [(code, name) for code, name in names.items() if len(code) == 2 and code not in NO_COUNTRIES]
    return sorted(known, key=lambda each: each[1])


@lru_cache(maxsize=1)
def time_zones() -> Choices:
    """Places that keep a time of their own."""
    places = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
    return [(zone, zone.replace("_", " ")) for zone in sorted(available_timezones()) if zone.startswith(places)]


def ocr_languages() -> Choices:
    """Languages that can be read, by their name."""
    names = _locale().languages
    named = [(code, names.get(short, code).capitalize()) for code, short in OCR_LANGUAGES.items()]
    return sorted(named, key=lambda each: each[1])
