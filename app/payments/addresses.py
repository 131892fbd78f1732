"""An address as banks want it, by its parts; one whose parts are not clear is left out, as it is not needed."""

from __future__ import annotations

import re
from functools import cache

from babel import Locale

from app.payments.letters import plain

_TOWN = re.compile(
    r"(?:(?P<land>[A-Z]{1,2})-)?(?P<postcode>\d{4,5}|\d{3} \d{2}|\d{2}-\d{3}|\d{4} [A-Z]{2})\s+(?P<town>[^\d,]{2,35})"
)
_STREET = re.compile(
    r"(?P<number>\d{1,5}(?:\s?(?:bis|ter|quater|[a-zA-Z]))?)\s*,?\s+(?P<street>\D.{2,})", re.IGNORECASE
)
LANDS = {"F": "FR", "D": "DE", "B": "BE", "L": "LU", "A": "AT", "I": "IT", "E": "ES", "P": "PT"}
"""How a country stands before a postcode."""


def parts(address: str, country: str) -> dict[str, str]:
    """Street, number, postcode, town and country, in the words of `sepaxml`; nothing unless town and postcode show.

    `country` is where it is unless the address says another.
    """
    lines = [line.strip() for line in address.splitlines() if line.strip()]
    named = _countries().get(plain(lines[-1], 70).casefold()) if lines else None
    if named:
        country, lines = named, lines[:-1]
    town = _TOWN.fullmatch(lines[-1]) if lines else None
    if town is None or len(country) != 2:
        return {}
    land = town["land"] or ""
    found = {"postcode": town["postcode"], "town": plain(town["town"], 35), "country": LANDS.get(land, land) or country}
    return found | _street(lines[:-1])


def _street(lines: list[str]) -> dict[str, str]:
    """The line that begins with a number, or the last."""
    numbered = next((found for line in lines if (found := _STREET.fullmatch(line))), None)
    if numbered:
        return {"building_number": plain(numbered["number"], 16), "street_name": plain(numbered["street"], 70)}
    return {"street_name": plain(lines[-1], 70)} if lines else {}


@cache
def _countries() -> dict[str, str]:
    """Name of a country in a few languages → its code."""
    names: dict[str, str] = {}
    for language in ("en", "fr", "de", "es", "it", "nl"):
        codes = Locale(language).territories.items()
        names |= {plain(name, 70).casefold(): code for code, name in codes if len(code) == 2 and code.isalpha()}
    return names
