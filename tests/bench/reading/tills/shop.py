"""A shop: what its till prints. They stand in `shops.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Shop:
    """How one till words its slips, with what is usual where it says nothing."""

    key: str
    name: str
    language: str
    goods: list[str]
    """text|price|rate"""
    words: dict[str, str]
    """`total`, and as the till has them `subtotal`, `net`, `tax`, `gross`, `rounding`, `to_pay`, `cash`, `change`,
    `card`, `gross_column`."""
    head: list[str] = field(default_factory=list)
    foot: list[str] = field(default_factory=list)
    facts: list[str] = field(default_factory=lambda: ["{day} {time}"])
    """Lines with the day, the time and the slip's number."""
    facts_last: bool = False
    currency: str = "EUR"
    sign: str = "EUR"
    sign_at: str = "total"
    """`total`: beside the total; `all`: before every amount; `head`: above the column."""
    mark: str = ","
    date: str = "dd.MM.yyyy"
    locale: str = ""
    letters: bool = False
    """A letter for its tax rate behind each price."""
    adds_tax: bool = False
    """Prices are without tax."""
    taxes: str = "table"
    """`table`, `lines` or nothing."""
    rounds: str = ""
    """To this much, for those who pay in cash."""
    pays: str = "cash"
    barcode: str = ""
    """`head` or `foot`."""
    columns: int = 36
    big_total: bool = True
    face: str = "mono"
    wear: str = "faded"
    """`faded`, `streaks`, `grey`, `tilted` or `clean`."""
    dpi: int = 250


def shops() -> Iterator[Shop]:
    """All shops, in a fixed order."""
    for one in tomllib.loads((Path(__file__).parent / "shops.toml").read_text("utf-8"))["shop"]:
        yield Shop(**one)
