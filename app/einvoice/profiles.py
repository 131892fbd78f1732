"""The profiles of Factur-X that are written here, and which of them the known facts of an invoice allow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum

from app.einvoice.invoice import Invoice, Line, TaxRate


class Profile(StrEnum):
    """From the one that says least to the one that says all of the European standard."""

    MINIMUM = "minimum"
    """Who, when, how much."""
    BASIC_WL = "basicwl"
    """And the tax of each rate, when and how to pay."""
    EN_16931 = "en16931"
    """And every line."""


def fitting(invoice: Invoice) -> list[Profile]:
    """Those that say nothing which is not known, the one that says most first."""
    allowed = [profile for profile, allows in _ALLOWS.items() if allows(invoice)]
    return [*allowed, Profile.MINIMUM]


def _has_taxes(invoice: Invoice) -> bool:
    """Is the tax of each rate known, and where the buyer is?"""
    return bool(invoice.taxes and invoice.buyer.country) and all(map(_is_known, invoice.taxes))


def _is_known(row: TaxRate) -> bool:
    """Nobody wrote down why there is no tax: exempt, reverse charge and outside of scope all say 0 %."""
    return None not in (row.rate, row.base, row.tax) and bool(row.rate or row.category)


def _has_lines(invoice: Invoice) -> bool:
    """Are all lines known: what they are for, and that they come to the amounts of each rate?"""
    nets: dict[Decimal | None, Decimal] = defaultdict(Decimal)
    for line in invoice.lines:
        nets[line.tax_rate] += line.net or 0
    bases = {row.rate: row.base for row in invoice.taxes}
    return bool(invoice.lines) and all(map(_is_whole, invoice.lines)) and nets == bases


def _is_whole(line: Line) -> bool:
    return bool(line.description) and None not in (line.net, line.tax_rate)


_ALLOWS: dict[Profile, Callable[[Invoice], bool]] = {
    Profile.EN_16931: lambda invoice: _has_taxes(invoice) and _has_lines(invoice),
    Profile.BASIC_WL: _has_taxes,
}
