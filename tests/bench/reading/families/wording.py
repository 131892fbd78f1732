"""How a supplier writes what it says, and which of it was said: only that is asked of a reader."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from babel.dates import format_date

from tests.bench.reading.families.facts import Facts


@dataclass(frozen=True)
class Notation:
    """How an amount is printed, learned from 1234.56 as the supplier prints it, such as `€ 1.234,56`."""

    before: str
    thousands: str
    point: str
    after: str
    minus: str = "before"

    def write(self, amount: Decimal, *, bare: bool = False, places: int = 2) -> str:
        """The amount; `bare` leaves out the currency."""
        figures = f"{abs(amount):,.{places}f}".replace(",", "T").replace(".", self.point).replace("T", self.thousands)
        if amount < 0:
            figures = {"after": f"{figures}-", "round": f"({figures})"}.get(self.minus, f"-{figures}")
        return figures if bare else f"{self.before}{figures}{self.after}"


def notation(example: str, minus: str = "before") -> Notation:
    """What `example` shows."""
    found = re.fullmatch(r"(\D*)1(\D?)234(\D)56(\D*)", example)
    assert found, example
    return Notation(*found.groups(), minus)


def ordinal(day: int) -> str:
    return f"{day}{'th' if 10 < day < 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th')}"


def groups(text: str, size: int) -> str:
    return " ".join(text[place : place + size] for place in range(0, len(text), size))


class Said(dict):
    """The texts that a supplier's templates may name; remembers those that were used."""

    def __init__(self, family: Any, facts: Facts):
        self.family, self.facts, self.used = family, facts, set()
        self.notation = notation(family.amount, family.minus)
        super().__init__({name: self._write(name, value) for name, value in facts.values().items()})

    def __getitem__(self, name: str) -> str:
        self.used.add(name)
        return super().__getitem__(name)

    def __call__(self, template: str) -> str:
        """The template filled in."""
        return template.format_map(self)

    def _write(self, name: str, value: Any) -> str:
        if isinstance(value, Decimal):
            return self.money(value)
        if isinstance(value, date):
            return self.day(value)
        return self.FORMS.get(name, lambda _family, text: text)(self.family, value)

    def money(self, amount: Decimal, *, bare: bool = False, places: int = 2) -> str:
        return self.notation.write(amount, bare=bare, places=places)

    def day(self, day: date) -> str:
        text = format_date(day, self.family.date.replace("ORD", "'ORD'"), locale=self.family.locale)
        text = text.replace("ORD", ordinal(day.day)).replace("\u202f", " ")
        return text.upper() if self.family.upper_dates else text

    def rate(self, rate: Decimal) -> str:
        """20, 20,00 or 5,5, as the family writes its rates."""
        text = f"{rate:.2f}" if self.family.long_rates else f"{rate.normalize():f}"
        return text.replace(".", self.notation.point)

    FORMS: dict[str, Callable[[Any, str], str]] = {
        "iban": lambda family, text: groups(text, 4) if family.spaced_iban else text,
        "vat": lambda family, text: f"{text[:2]} {groups(text[2:], 3)}" if family.spaced_vat else text,
        "siren": lambda _family, text: groups(text, 3),
        "siret": lambda _family, text: f"{groups(text[:9], 3)} {text[9:]}",
    }
