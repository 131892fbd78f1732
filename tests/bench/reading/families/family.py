"""A family: how one invented supplier words its invoices and lays them out. They stand in the .toml files beside."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

from tests.bench.reading.families import parties
from tests.bench.reading.families.facts import Facts, Row, days, due
from tests.bench.reading.families.identifiers import drawn

HERE = Path(__file__).parent
LOCALES = {"en": "en_GB", "US": "en_US"}


@dataclass(frozen=True)
class Family:
    """What stands in a .toml file, with what is usual where it says nothing."""

    name: str
    seller: str
    """name|legal form|street|postcode town"""
    goods: list[str]
    """text|unit|price, or text|unit|price|rate"""
    language: str
    country: str = "FR"
    buyers: str = ""
    """The buyers' country, where it is another, or a kind of them ("FR-people")."""
    currency: str = "EUR"
    is_invoice: bool = True

    # What is sold
    rates: list[str] = field(default_factory=lambda: ["20"])
    mixed: bool = False
    """Several rates on one invoice."""
    lines: tuple[int, int] = (1, 7)
    quantities: tuple[int, int] = (1, 12)
    gross_prices: bool = False
    row_discounts: list[str] = field(default_factory=lambda: ["0"])
    discount: str = "0"
    shipping: str = "0"
    deposit: str = "0"
    withheld: str = "0"
    credits: float = 0.15
    """Share of credit notes."""
    terms: list[str] = field(default_factory=lambda: ["30"])
    late_days: bool = False
    """Issued after the 12th, so that month first and day first can be told apart."""

    # How it is written
    number: str = "{y}-{n:04}"
    numbers: dict[str, str] = field(default_factory=dict)
    """Further numbers by the name that templates use, # a digit."""
    date: str = "dd/MM/yyyy"
    upper_dates: bool = False
    amount: str = "1 234,56 €"
    minus: str = "before"
    bare_cells: bool = True
    """Amounts in the table without the currency."""
    positive_credits: bool = False
    long_rates: bool = False
    spaced_iban: bool = True
    spaced_vat: bool = False

    # What is printed, as templates
    title: str = "FACTURE"
    credit_title: str = "AVOIR"
    facts: list[list[str]] = field(default_factory=list)
    """Label and value; a third word `invoice` or `credit` keeps it for those."""
    letterhead: list[str] = field(default_factory=lambda: ["{street}", "{town}", "{phone}", "{email}"])
    buyer: list[str] = field(default_factory=lambda: ["{buyer}", "{buyer_street}", "{buyer_town}"])
    buyer_label: str = ""
    intro: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    """kind|label"""
    sums: list[list[str]] = field(default_factory=list)
    """Label and amount; `taxes` gives a line for each rate."""
    tax_table: list[str] = field(default_factory=list)
    tax_first: bool = False
    notes: list[str] = field(default_factory=list)
    credit_notes: list[str] = field(default_factory=list)
    bank: list[str] = field(default_factory=list)
    foot: list[str] = field(default_factory=list)
    terms_page: list[str] = field(default_factory=list)
    callout: list[str] = field(default_factory=list)
    carried: list[str] = field(default_factory=list)
    """At the foot of a page and at the head of the next: `À reporter`, `Report`."""
    running: str = ""
    page_words: str = ""
    watermark: str = ""
    margin: str = ""

    # How it looks
    head: str = "classic"
    meta: str = "pairs"
    meta_below: bool = False
    table: str = "ruled"
    summing: str = "right"
    footing: str = "centre"
    logo: str = "none"
    face: str = "sans"
    size: float = 9
    colour: str = "#334455"

    @property
    def locale(self) -> str:
        return LOCALES.get(self.country, LOCALES.get(self.language, self.language))


def families() -> Iterator[Family]:
    """All families, in a fixed order."""
    for path in sorted((HERE / "known").glob("*.toml")):
        listed = tomllib.loads(path.read_text("utf-8"))
        for one in listed["family"]:
            yield Family(**{"language": path.stem[:2]} | listed.get("usual", {}) | one)


def facts(family: Family, chance: Random, turn: int) -> Facts:
    """One invoice of the family; every so often a credit note."""
    issue = date(2024, 1, 2) + timedelta(days=chance.randrange(1020))
    if family.late_days:
        issue = issue.replace(day=chance.randrange(13, 29))
    is_credit = chance.random() < family.credits and turn > 0
    seller = parties.party(family.seller, family.country, chance)
    count = chance.randrange(4, 9000)
    return Facts(
        seller=seller,
        buyer=parties.buyer(family.buyers or family.country, chance),
        number=numbered(family.number, issue, count),
        corrected=numbered(family.number, issue - timedelta(days=40), count - chance.randrange(1, 4)),
        is_credit=is_credit,
        currency=family.currency,
        days=days(issue, due(issue, family.terms, chance), chance),
        numbers={name: drawn(form, chance) for name, form in family.numbers.items()},
        rows=rows(family, chance, -1 if is_credit and not family.positive_credits else 1),
        has_gross_prices=family.gross_prices,
        shipping=Decimal(family.shipping),
        discount_rate=Decimal(family.discount),
        deposit_share=Decimal(0 if is_credit else family.deposit),
        withheld_rate=Decimal(family.withheld),
    )


def numbered(form: str, issue: date, count: int) -> str:
    """The number by its form: y, yy, m, d of the day, n counts, long is a count of eight digits."""
    day = {"y": issue.year, "yy": issue.year % 100, "m": issue.month, "d": issue.day}
    return form.format(n=count, long=count * 7919 + 10**7, **day)


def rows(family: Family, chance: Random, sign: int) -> list[Row]:
    """Lines of what the family sells, all at one rate unless it mixes them."""
    one_rate = chance.choice(family.rates)
    return [_row(family, chance, sign, one_rate) for _each in range(chance.randint(*family.lines))]


def _row(family: Family, chance: Random, sign: int, one_rate: str) -> Row:
    text, unit, price, *rate = chance.choice(family.goods).split("|")
    own = rate[0] if rate else chance.choice(family.rates)
    return Row(
        reference=drawn(f"{chance.choice('ABCDKLMT')}{chance.choice('ABEGR')}####", chance),
        text=text,
        quantity=Decimal(chance.randint(*family.quantities)),
        unit=unit,
        price=Decimal(price) + Decimal(chance.randrange(0, 100)) / 100,
        rate=Decimal(own if family.mixed else one_rate),
        discount=Decimal(chance.choice(family.row_discounts)),
        sign=sign,
    )
