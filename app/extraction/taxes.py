"""Tax tables: lines in which a rate times one amount is another, and what they say about the totals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from app.extraction.labels import tables
from app.extraction.layout import Line
from app.extraction.reading import TaxLine
from app.extraction.spots import Money, Values

NEAR = Decimal("0.02")
"""Cents by which a printed tax may miss its rate times its base."""
_AS_ONE = 2
"""Lines that may lie between two rows of one table."""


@dataclass(frozen=True, slots=True)
class TaxRow:
    """One line of a tax table."""

    base: Money
    tax: Money
    rate: Decimal


def find_tables(values: Values) -> list[list[TaxRow]]:
    """The tax tables of a document; a single line is a table too."""
    tables_: list[list[TaxRow]] = []
    for row in _rows(values):
        last = tables_[-1][-1].tax.line if tables_ else None
        line = row.tax.line
        if last is not None and line.page is last.page and line.index - last.index <= _AS_ONE:
            tables_[-1].append(row)
        else:
            tables_.append([row])
    return tables_


def is_row_of(table: list[TaxRow], line: Line) -> bool:
    """Whether a line says what is taxed at one rate among several: neither all of it, nor the same once more."""
    own = next((row for row in table if row.tax.line is line), None)
    if own is None:
        return False
    others = {(row.base.value, row.tax.value) for row in table} - {(own.base.value, own.tax.value)}
    return bool(others) and sum(tax for _, tax in others) != own.tax.value


def _rows(values: Values) -> list[TaxRow]:
    rates: dict[int, list[Decimal]] = {}
    amounts: dict[int, list[Money]] = {}
    for spot in values.rates:
        rates.setdefault(spot.line.index, []).append(spot.value)
    for money in values.amounts:
        amounts.setdefault(money.line.index, []).append(money)
    found = (_row(amounts[index], rates.get(index, [])) for index in amounts)
    return [row for row in found if row is not None]


def _row(amounts: list[Money], rates: list[Decimal]) -> TaxRow | None:
    """The base and the tax of a line; without a percent sign a usual rate may be printed plainly."""
    if rates:
        return next((row for rate in rates if (row := _proven(amounts, rate))), None)
    for money in amounts:
        if money.value in usual_rates():
            row = _proven([other for other in amounts if other is not money], money.value)
            if row is not None:
                return row
    return None


def _proven(amounts: list[Money], rate: Decimal) -> TaxRow | None:
    with_cents = [money for money in amounts if money.decimals or money.currency]
    if not rate:
        return _untaxed(with_cents)
    for base in with_cents:
        for tax in with_cents:
            is_smaller = tax.value and abs(tax.value) < abs(base.value)
            if is_smaller and is_tax_of(base.value, rate, tax.value):
                return TaxRow(base, tax, rate)
    return _with_tax_only(with_cents, rate)


def _untaxed(amounts: list[Money]) -> TaxRow | None:
    """A row of what is taxed at nothing: one amount, and zeros."""
    bases, taxes = [money for money in amounts if money.value], [money for money in amounts if not money.value]
    is_row = bases and taxes and len({money.value for money in bases}) == 1
    return TaxRow(bases[0], taxes[0], Decimal(0)) if is_row else None


def _with_tax_only(amounts: list[Money], rate: Decimal) -> TaxRow | None:
    """A row that tills print without its base: tax, and the total of that rate."""
    for whole in amounts:
        for tax in amounts:
            base = whole.value - tax.value
            if 0 < abs(tax.value) < abs(base) and is_tax_of(base, rate, tax.value):
                return TaxRow(replace(whole, value=base), tax, rate)
    return None


def is_tax_of(base: Decimal, rate: Decimal, tax: Decimal) -> bool:
    """Whether `tax` is what this rate makes of this base."""
    return abs(base * rate / 100 - tax) <= NEAR


def tax_lines(net: Decimal, tax: Decimal, found: list[list[TaxRow]], values: Values) -> list[TaxLine]:
    """The tax per rate: the table that adds up to the tax, or the one rate that explains it."""
    for table in reversed(found):
        if abs(sum(row.tax.value for row in table) - tax) <= NEAR:
            return _by_rate(table)
    printed = {spot.value for spot in values.rates}
    fits = [rate for rate in printed | usual_rates() if net and is_tax_of(net, rate, tax)]
    chosen = [rate for rate in fits if rate in printed] or (fits if len(fits) == 1 else [])
    return [TaxLine(chosen[0], net, tax)] if chosen else []


def _by_rate(table: list[TaxRow]) -> list[TaxLine]:
    lines: dict[Decimal, TaxLine] = {}
    for row in table:
        line = lines.setdefault(row.rate, TaxLine(row.rate, Decimal(0), Decimal(0)))
        line.base, line.tax = line.base + row.base.value, line.tax + row.tax.value
    return list(lines.values())


def rate_holds(net: Decimal, tax: Money, values: Values) -> bool | None:
    """Whether tax = rate × net, where the tax's own line names the document's only rate; None where not."""
    rates = {spot.value for spot in values.rates if spot.value}
    if len(rates) != 1 or not tax.value or not any(spot.line is tax.line for spot in values.rates):
        return None
    # Some round the tax of each item.
    return abs(net * rates.pop() / 100 - tax.value) <= NEAR + Decimal("0.03")


@cache
def usual_rates() -> frozenset[Decimal]:
    """The rates in use where the six languages are spoken."""
    return frozenset(Decimal(rate) for rate in tables()["rates"]["usual"])
