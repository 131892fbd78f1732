"""What one invoice is about, drawn by chance: parties, dates, lines and sums that add up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

from tests.bench.reading.families.parties import Party

CENT = Decimal("0.01")
HUNDRED = Decimal(100)


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class Row:
    """One line of the table; `amount` is after the discount, with or without tax as the supplier prices."""

    reference: str
    text: str
    quantity: Decimal
    unit: str
    price: Decimal
    rate: Decimal
    discount: Decimal
    sign: int = 1

    @property
    def amount(self) -> Decimal:
        return self.sign * cents(self.quantity * self.price * (HUNDRED - self.discount) / HUNDRED)


@dataclass
class Facts:
    """An invoice before it is written down."""

    seller: Party
    buyer: Party
    number: str
    corrected: str
    is_credit: bool
    currency: str
    days: dict[str, date]
    numbers: dict[str, str]
    rows: list[Row]
    has_gross_prices: bool = False
    shipping: Decimal = Decimal(0)
    discount_rate: Decimal = Decimal(0)
    deposit_share: Decimal = Decimal(0)
    withheld_rate: Decimal = Decimal(0)
    sums: dict[str, Decimal] = field(default_factory=dict)
    taxes: dict[Decimal, tuple[Decimal, Decimal]] = field(default_factory=dict)
    """Rate → net and tax."""

    def __post_init__(self):
        self.taxes = {rate: self._taxed(rate) for rate in sorted({row.rate for row in self.rows}, reverse=True)}
        net = sum((base for base, _tax in self.taxes.values()), Decimal(0))
        tax = sum((tax for _base, tax in self.taxes.values()), Decimal(0))
        subtotal = sum((row.amount for row in self.rows), Decimal(0))
        deposit = cents((net + tax) * self.deposit_share)
        withheld = cents(net * self.withheld_rate / HUNDRED)
        self.sums = {
            "subtotal": subtotal,
            "discount": -cents(subtotal * self.discount_rate / HUNDRED),
            "shipping": self._shipping,
            "net": net,
            "tax": tax,
            "gross": net + tax,
            "deposit": -deposit,
            "paid": deposit,
            "withheld": -withheld,
            "payable": net + tax - deposit - withheld,
            "zero": Decimal(0),
        }

    @property
    def _shipping(self) -> Decimal:
        return -self.shipping if self.is_credit else self.shipping

    def _taxed(self, rate: Decimal) -> tuple[Decimal, Decimal]:
        total = sum((row.amount for row in self.rows if row.rate == rate), Decimal(0))
        if self.has_gross_prices:
            net = cents(total / (1 + rate / HUNDRED))
            return net, total - net
        total -= cents(total * self.discount_rate / HUNDRED)
        if rate == self.rows[0].rate:
            total += self._shipping
        return total, cents(total * rate / HUNDRED)

    def values(self) -> dict[str, Any]:
        """All that a template may name."""
        return (
            self.seller.values("") | self.buyer.values("buyer_") | self.days | self.numbers | self.sums
            | {"number": self.number, "corrected": self.corrected, "currency": self.currency}
            | {"quantity": str(sum(int(row.quantity) for row in self.rows)), "lines": str(len(self.rows))}
            | {"first_rate": f"{self.rows[0].rate:f}", "year": str(self.days["issue"].year)}
        )  # fmt: skip


def days(issue: date, due: date, chance: Random) -> dict[str, date]:
    """The many dates of an invoice; only two of them are asked for."""
    month = issue.replace(day=1) - timedelta(days=1)
    delivery = issue - timedelta(days=chance.randrange(1, 9))
    ordered = delivery - timedelta(days=chance.randrange(3, 30))
    return {
        "issue": issue, "due": due, "delivery": delivery, "ordered": ordered,
        "quoted": ordered - timedelta(days=chance.randrange(4, 20)), "printed": issue + timedelta(days=1),
        "from": month.replace(day=1), "to": month, "next": issue + timedelta(days=30),
        "signed": issue - timedelta(days=chance.randrange(200, 900)),
        "corrected_day": issue - timedelta(days=chance.randrange(10, 50)),
        "discount_day": issue + timedelta(days=10), "previous": month.replace(day=4),
    }  # fmt: skip


def last_of_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def due(issue: date, terms: Sequence[str], chance: Random) -> date:
    """`30`: that many days later; `45eom`: to the end of that month."""
    term = chance.choice(terms)
    day = issue + timedelta(days=int(term.removesuffix("eom")))
    return last_of_month(day) if term.endswith("eom") else day
