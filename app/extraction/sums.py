"""Amounts that may be one of the totals, with what speaks for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from app.extraction.evidence import Evidence, Nearby, named, weight
from app.extraction.labels import Label
from app.extraction.spots import Money, Values
from app.extraction.taxes import TaxRow

SCALE = 1000
"""Sums are compared as whole thousandths: a thousand combinations are tried on every page."""
_MOST = 9
"""Candidates kept per role: enough for any page, few enough to try all combinations."""
_AGAINST_GROSS = ("other_amount", "rounding", "paid", "other_number", "other_date")


@dataclass(slots=True)
class Sum:
    """An amount that may be one of the totals. Without a spot it was computed."""

    value: Decimal
    score: float
    spot: Money | None = None
    why: str = ""
    label: float = 0.0
    head: Label | None = None
    """The label above it, where that is what speaks for it."""
    scaled: int = 0

    def __post_init__(self) -> None:
        self.scaled = int((self.value * SCALE).to_integral_value())


@dataclass(slots=True)
class Candidates:
    """The amounts that may be gross, net, tax…, the best first; one amount may stand under several."""

    gross: list[Sum] = field(default_factory=list)
    net: list[Sum] = field(default_factory=list)
    tax: list[Sum] = field(default_factory=list)
    paid: list[Sum] = field(default_factory=list)
    payable: list[Sum] = field(default_factory=list)
    extra: set[int] = field(default_factory=set)
    """What else is charged or taken off between net and gross: carriage, a discount; without sign, as `scaled`."""
    rows: set[int] = field(default_factory=set)
    """The lines of tax tables: a total there is that of one rate."""
    every: list[Money] = field(default_factory=list)
    """All amounts with cents or a currency, labelled or not."""
    is_rounded: bool = False
    """Whether a line rounds the total for those who pay in cash."""
    rounding: set[int] = field(default_factory=set)
    """By how much it says so, as `scaled`."""


def collect(evidence: Evidence, values: Values) -> Candidates:
    """Every amount under each role that its labels give it."""
    candidates = Candidates()
    labels = (label for found in evidence.labels_of.values() for label in found)
    candidates.is_rounded = any("rounding" in label.roles for label in labels)
    rated = {spot.line.index for spot in values.rates}
    last = max((money.line.index for money in values.amounts), default=0) or 1
    for money in values.amounts:
        near = evidence.near(money)
        if not (money.decimals or money.currency or _is_named_at_once(near)):
            continue
        if money.decimals in (1, 2) or money.currency:
            candidates.every.append(money)
        look = _look(money) + 0.15 * money.line.index / last
        # A line that names a rate is a row of a tax table: a part of the whole.
        look -= 0.35 if money.line.index in rated and near and near[0].where == "above" else 0
        _add(candidates, money, near, look)
        if money.value and _is_extra(near):
            candidates.extra.add(abs(int(money.value * SCALE)))
    for role in ("gross", "net", "tax", "paid", "payable"):
        _prefer_sums(getattr(candidates, role))
        getattr(candidates, role).sort(key=lambda one: -one.score)
        del getattr(candidates, role)[_MOST:]
    return candidates


def put_first(candidates: Candidates, taught: dict[str, Sum]) -> None:
    """Let these go before all others of their role; that they add up is asked all the same."""
    for role, first in taught.items():
        found = getattr(candidates, role)
        found[:] = [first, *(one for one in found if one.spot is not first.spot)]


def _look(money: Money) -> float:
    """How much a text looks like an amount, by itself."""
    look = 0.05 if money.currency else 0.0
    look -= 0 if money.decimals == 2 else 0.15
    return look - (0 if money.is_right else 0.3)


def _add(candidates: Candidates, money: Money, near: list[Nearby], look: float) -> None:
    """Put an amount under each role that its labels speak for more than against."""
    gross, payable, net, tax = (weight(near, role) for role in ("gross", "payable", "net", "tax"))
    paid, against = weight(near, "paid"), weight(near, *_AGAINST_GROSS)
    total = max(gross, 0.9 * payable)
    for role, own, other in (
        ("gross", total, max(against, net * 0.9, tax * 0.9)),
        ("net", net, max(against, tax, gross * 0.9)),
        ("tax", tax, max(against * 0.8, net * 0.9, gross * 0.8)),
        ("paid", paid, max(gross * 0.9, net, tax)),
        ("payable", payable, max(against, net, tax)),
    ):
        score = own - 0.6 * other if other > own else own - 0.25 * other
        if own > 0.15 and score > 0.05:
            best = max(near, key=lambda nearby: nearby.closeness * nearby.label.is_for(role))
            head = best.label if best.where == "above" else None
            getattr(candidates, role).append(Sum(money.value, score + look, money, named(near, role), own, head))


def _is_extra(near: list[Nearby]) -> bool:
    """Whether a label beside an amount says that it is charged or taken off apart."""
    beside = [nearby for nearby in near if nearby.where == "left"]
    return weight(beside, "other_amount") > max(0.7, weight(beside, "gross", "net", "tax", "payable"))


def _prefer_sums(found: list[Sum]) -> None:
    """Below one heading, the amount that adds up those above it is the total; they are only parts."""
    columns: dict[int, list[Sum]] = {}
    for one in found:
        if one.head is not None:
            columns.setdefault(id(one.head), []).append(one)
    for column in columns.values():
        *parts, total = sorted(column, key=lambda one: one.spot.line.index)
        if len(parts) > 1 and sum(part.scaled for part in parts) == total.scaled:
            total.score, total.label = (max(getattr(one, name) for one in column) for name in ("score", "label"))
            for part in parts:
                part.score *= 0.5


def _is_named_at_once(near: list[Nearby]) -> bool:
    """Whether a label of an amount stands right before: only then is a plain "120" an amount."""
    return any(
        nearby.where == "left"
        and nearby.closeness > 0.8
        and max(nearby.label.is_for(role) for role in ("gross", "payable", "net", "tax", "paid")) == 1
        for nearby in near
    )


def add_proven(candidates: Candidates) -> None:
    """Amounts that no label calls the total, but that a labelled net and its tax add up to, below them."""
    known = {one.scaled for one in candidates.gross}
    by_value = {int(money.value * SCALE): money for money in candidates.every}
    taxes = [tax for tax in candidates.tax if tax.label >= 0.6 and tax.spot is not None]
    for net in [net for net in (*candidates.net, *candidates.gross) if net.label >= 0.6]:
        for tax in taxes:
            money = by_value.get(net.scaled + tax.scaled)
            if money is None or net.scaled + tax.scaled in known:
                continue
            proven = Sum(money.value, 0.75, money, "net + tax", 0.5)
            is_below = money.line.index >= tax.spot.line.index and not is_one_row(proven, net, tax)
            if is_below and 0 < abs(tax.value) < abs(net.value) * Decimal("0.3"):
                candidates.gross.append(proven)
                candidates.net.append(Sum(net.value, 0.6, net.spot, net.why, net.label))
                known.add(proven.scaled)


def leave_out_bases(candidates: Candidates, tables: list[list[TaxRow]]) -> None:
    """What a rate was proven to be taken of is no tax, though "7 % VAT on" stands before it."""
    bases = {int(row.base.value * SCALE) for table in tables for row in table}
    bases -= {int(row.tax.value * SCALE) for table in tables for row in table}
    candidates.tax = [one for one in candidates.tax if one.scaled not in bases]


def add_tables(candidates: Candidates, tables: list[list[TaxRow]]) -> None:
    """Sums over tax tables and over several labelled taxes: nobody may have printed them."""
    labelled = [one for one in candidates.tax if one.label > 0.5 and one.value and one.spot]
    apart = {(one.spot.line.index, one.scaled): one for one in labelled}
    beside = [[one for (at, _), one in apart.items() if at == index] for index in {index for index, _ in apart}]
    for together in beside if len(beside) == 1 else (list(apart.values()), *beside):
        if 2 <= len(together) <= 5:
            candidates.tax.append(Sum(sum(one.value for one in together), 0.35, None, "sum of the taxes"))
    candidates.rows = {row.tax.line.index for table in tables for row in table}
    for table in tables:
        single = table[0] if len(table) == 1 else None
        base, tax = sum(row.base.value for row in table), sum(row.tax.value for row in table)
        candidates.net.append(Sum(base, 0.3, single and single.base, "tax table", 0.4))
        candidates.tax.append(Sum(tax, 0.3, single and single.tax, "tax table", 0.4))


def is_one_row(*whole: Sum | None) -> bool:
    """Whether all stand on one line: the row of a tax table adds up too, and is not the whole."""
    lines = {one.spot.line.index if one and one.spot else None for one in whole}
    return len(lines) == 1 and None not in lines


def is_said_in_row(gross: Sum, net: Sum | None, tax: Sum | None, said: Mapping[int, set[Decimal]]) -> bool:
    """Whether the line of the gross has these amounts as well, though other lines may say them again.

    `said` has the amounts of each line.
    """
    if gross.spot is None or net is None or tax is None:
        return False
    return {net.value, tax.value} <= said[gross.spot.line.index]
