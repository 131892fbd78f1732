"""Net, tax and gross, chosen together: by their labels, their place, and because they add up."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache

from app.extraction.evidence import Evidence, Nearby, weight
from app.extraction.labels import Label, tables
from app.extraction.reading import TaxLine
from app.extraction.values import Money, Values

_CENT = Decimal("0.01")
_SCALE = 1000
_MOST = 9
"""Candidates kept per role: enough for any page, few enough to try all combinations."""
_AGAINST_GROSS = ("other_amount", "rounding", "paid", "other_number", "other_date")
_TOGETHER = 6
"""Lines that a group of totals is high."""
_MOST_ROUNDING = 50
"""What cash is rounded by at most, in thousandths."""


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
        self.scaled = int((self.value * _SCALE).to_integral_value())


@dataclass(slots=True)
class Totals:
    """The best consistent whole. `adds_up` is None where there was nothing to add."""

    net: Sum | None = None
    tax: Sum | None = None
    gross: Sum | None = None
    paid: Sum | None = None
    payable: Sum | None = None
    adds_up: bool | None = None
    rate_holds: bool | None = None
    rival: float = 0.0
    """How near the best other gross came, from 0 to 1."""
    taxes: list[TaxLine] = field(default_factory=list)


@dataclass(slots=True)
class _Candidates:
    gross: list[Sum] = field(default_factory=list)
    net: list[Sum] = field(default_factory=list)
    tax: list[Sum] = field(default_factory=list)
    paid: list[Sum] = field(default_factory=list)
    payable: list[Sum] = field(default_factory=list)
    every: list[Money] = field(default_factory=list)
    is_rounded: bool = False
    """Whether a line rounds the total for those who pay in cash."""


def find_totals(evidence: Evidence, values: Values) -> Totals:
    """The totals of a document."""
    candidates = _collect(evidence, values)
    _add_proven(candidates)
    rows = _tax_rows(evidence, values)
    _add_tables(candidates, rows)
    best, score, rival = _best_whole(candidates)
    if best is None:
        return Totals(paid=_first(candidates.paid))
    gross, net, tax = best
    totals = Totals(net, tax, gross, _first(candidates.paid), _first(candidates.payable))
    totals.rival = max(0.0, 1 - (score - rival)) if rival is not None else 0.0
    totals.adds_up = (
        None if net is None or tax is None else abs(net.scaled + tax.scaled - gross.scaled) <= 2 * _SCALE // 100
    )
    if not totals.adds_up:
        _face_contradiction(totals, candidates)
    _complete(totals)
    totals.taxes = _tax_lines(totals, rows, values)
    totals.rate_holds = _rate_holds(totals, values)
    return totals


def _collect(evidence: Evidence, values: Values) -> _Candidates:
    """Every amount under each role that its labels give it."""
    candidates = _Candidates()
    labels = (label for found in evidence.labels_of.values() for label in found)
    # A line that names a rate is a row of a tax table: a part of the whole.
    rated = {spot.line.index for spot in values.rates}
    candidates.is_rounded = any("rounding" in label.roles for label in labels)
    last = max((money.line.index for money in values.amounts), default=0) or 1
    for money in values.amounts:
        near = evidence.near(money)
        if not (money.decimals or money.currency or _is_named_at_once(near)):
            continue
        if money.decimals in (1, 2) or money.currency:
            candidates.every.append(money)
        place = 0.15 * money.line.index / last
        place += 0.05 if money.currency else 0
        place -= 0 if money.decimals == 2 else 0.15
        place -= 0 if money.is_right else 0.3
        place -= 0.35 if money.line.index in rated and near and near[0].where == "above" else 0
        _add(candidates, money, near, place)
    for role in ("gross", "net", "tax", "paid", "payable"):
        _prefer_sums(getattr(candidates, role))
        getattr(candidates, role).sort(key=lambda one: -one.score)
        del getattr(candidates, role)[_MOST:]
    return candidates


def _add(candidates: _Candidates, money: Money, near: list[Nearby], place: float) -> None:
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
            getattr(candidates, role).append(Sum(money.value, score + place, money, _named(near, role), own, head))


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


def _add_tables(candidates: _Candidates, rows: list[tuple[Money | None, Money, Money, Decimal]]) -> None:
    """Sums over tax tables and over several labelled taxes: nobody may have printed them."""
    labelled = [one for one in candidates.tax if one.label > 0.5 and one.value]
    apart = {(one.spot.line.index, one.scaled): one for one in labelled if one.spot}
    if 2 <= len(apart) <= 5:
        total = sum((one.value for one in apart.values()), Decimal(0))
        candidates.tax.append(Sum(total, 0.35, None, "sum of the taxes"))
    for group in _groups(rows):
        base, tax = sum(row[1].value for row in group), sum(row[2].value for row in group)
        single = group[0] if len(group) == 1 else None
        candidates.net.append(Sum(base, 0.3, single and single[1], "tax table", 0.4))
        candidates.tax.append(Sum(tax, 0.3, single and single[2], "tax table", 0.4))


def _add_proven(candidates: _Candidates) -> None:
    """Amounts that no label calls the total, but that a labelled net and its tax add up to, below them."""
    known = {one.scaled for one in candidates.gross}
    by_value = {int(money.value * _SCALE): money for money in candidates.every}
    for net in [*candidates.net, *candidates.gross]:
        for tax in candidates.tax:
            money = by_value.get(net.scaled + tax.scaled)
            if (
                net.label < 0.6
                or tax.label < 0.6
                or money is None
                or tax.spot is None
                or net.scaled + tax.scaled in known
            ):
                continue
            proven = Sum(money.value, 0.75, money, "net + tax", 0.5)
            is_below = money.line.index >= tax.spot.line.index and not _is_one_row(proven, net, tax)
            if is_below and 0 < abs(tax.value) < abs(net.value) * Decimal("0.3"):
                candidates.gross.append(proven)
                candidates.net.append(Sum(net.value, 0.6, net.spot, net.why, net.label))
                known.add(net.scaled + tax.scaled)


def _tax_rows(evidence: Evidence, values: Values) -> list[tuple[Money | None, Money, Money, Decimal]]:
    """Lines in which a rate times one amount is another: (gross or None, base, tax, rate)."""
    rates, amounts = {}, {}
    for spot in values.rates:
        rates.setdefault(spot.line.index, []).append(spot.value)
    for money in values.amounts:
        amounts.setdefault(money.line.index, []).append(money)
    rows = []
    for index, found in amounts.items():
        named = rates.get(index, [])
        for position, money in enumerate(found):
            plain = [money.value] if not named and money.value in usual_rates() else []
            others = [other for other in found if other is not money] if plain else found
            for rate in plain or (named if position == 0 else []):
                row = _row(others, rate)
                if row:
                    rows.append((None, *row, rate))
                    break
            if rows and rows[-1][1].line.index == index:
                break
    return rows


def _row(found: list[Money], rate: Decimal) -> tuple[Money, Money] | None:
    """The base and the tax among the amounts of a line, for this rate."""
    with_cents = [money for money in found if money.decimals or money.currency]
    for base in with_cents:
        for tax in with_cents:
            is_smaller = rate and tax.value and abs(tax.value) < abs(base.value)
            if is_smaller and abs(base.value * rate / 100 - tax.value) <= 2 * _CENT:
                return base, tax
    return None


def _groups(rows: list) -> list[list]:
    """Rows on neighbouring lines belong to one table."""
    groups: list[list] = []
    for row in rows:
        if (
            groups
            and row[1].line.page is groups[-1][-1][1].line.page
            and row[1].line.index - groups[-1][-1][1].line.index <= 2
        ):
            groups[-1].append(row)
        else:
            groups.append([row])
    return groups


def _best_whole(candidates: _Candidates):
    """The combination of gross, net and tax with most evidence, its score, and the score of the best other gross."""
    scored: dict[int, tuple[float, tuple]] = {}
    grosses = candidates.gross or _unlabelled(candidates)
    values = [gross.scaled for gross in grosses]
    largest = max((abs(gross.scaled) for gross in grosses if gross.label > 0.4), default=0)
    beside = any(gross.label > 0.6 and gross.head is None for gross in grosses)
    for gross in grosses:
        again = 0.08 * min(values.count(gross.scaled) - 1, 3) + _is_after_rounding(gross, candidates)
        pairs = [(net, tax) for net in (*candidates.net, None) for tax in (*candidates.tax, None)]
        pairs += _unlabelled_pairs(gross, candidates)
        for net, tax in pairs:
            is_part = largest > abs(gross.scaled) and _is_one_row(gross, net, tax)
            score = 1.2 * gross.score + again + (-0.3 if is_part else _score(gross, net, tax))
            score -= 0.25 if beside and gross.head is not None else 0  # a heading says less than a label beside it
            if gross.scaled not in scored or score > scored[gross.scaled][0]:
                scored[gross.scaled] = (score, (gross, net, tax))
    if not scored:
        return None, 0.0, None
    ranked = sorted(scored.values(), key=lambda item: -item[0])
    return ranked[0][1], ranked[0][0], ranked[1][0] if len(ranked) > 1 else None


def _is_one_row(*whole: Sum | None) -> bool:
    """Whether all three stand on one line: the row of a tax table adds up too, and is not the whole."""
    return len({one.spot.line.index for one in whole if one and one.spot}) == 1 and all(
        one and one.spot for one in whole
    )


def _is_after_rounding(gross: Sum, candidates: _Candidates) -> float:
    """More for the total after rounding than for the one a few cents away, further up."""
    if not candidates.is_rounded or gross.spot is None:
        return 0.0
    for other in candidates.gross:
        is_above = other.spot is not None and other.spot.line.index < gross.spot.line.index
        if is_above and 0 < abs(other.scaled - gross.scaled) <= _MOST_ROUNDING:
            return max(0.0, 1.2 * (other.score - gross.score)) + 0.1
    return 0.0


def _score(gross: Sum, net: Sum | None, tax: Sum | None) -> float:
    """How well a net and a tax go with a gross."""
    spots = [id(one.spot) for one in (gross, net, tax) if one and one.spot is not None]
    if len(set(spots)) < len(spots):
        return -9.0  # one printed amount can't be two of them
    score = (0.7 * net.score if net else 0) + (0.7 * tax.score if tax else 0)
    if net and tax:
        if abs(tax.scaled) > 0.3 * abs(net.scaled):
            return score - 1.2  # no country taxes that much
        # A dash between "VAT" and its amount looks like a minus.
        added = abs(tax.scaled) if gross.scaled > 0 and net.scaled > 0 else tax.scaled
        gap = abs(net.scaled + added - gross.scaled)
        if gap <= _SCALE // 100:
            return score + (1.0 if tax.scaled else 0.6)
        return score + (0.6 if gap <= 2 * _SCALE // 100 else -0.9 - 0.3 * min(net.score, tax.score))
    plausible = True
    if net:
        plausible = 0.7 * abs(gross.scaled) <= abs(net.scaled) <= abs(gross.scaled)
    elif tax:
        plausible = abs(tax.scaled) < 0.3 * abs(gross.scaled)
    return score + (0.05 if plausible else -0.6) if net or tax else score


def _unlabelled_pairs(gross: Sum, candidates: _Candidates) -> list[tuple[Sum, Sum]]:
    """Amounts without a label that add up to this gross at a usual rate."""
    by_value = {int(money.value * _SCALE): money for money in candidates.every}
    pairs = []
    for scaled, money in by_value.items():
        other = by_value.get(gross.scaled - scaled)
        if other is None or not 0 < abs(other.value) < abs(money.value) or money.value * other.value < 0:
            continue
        if any(abs(money.value * rate / 100 - other.value) <= 2 * _CENT for rate in usual_rates()):
            pairs.append((Sum(money.value, 0.05, money, "adds up"), Sum(other.value, 0.05, other, "adds up")))
    return pairs[:4]


def _unlabelled(candidates: _Candidates) -> list[Sum]:
    """Where nothing is called a total: the largest amounts, with little trust."""
    largest = sorted((money for money in candidates.every if money.decimals == 2), key=lambda money: -abs(money.value))
    return [Sum(money.value, 0.1 - 0.01 * rank, money, "largest amount") for rank, money in enumerate(largest[:4])]


def _face_contradiction(totals: Totals, candidates: _Candidates) -> None:
    """Where net and tax are named beside a gross that they don't make, say so instead of leaving one out."""
    spot = totals.gross.spot
    if spot is None:
        return
    net, tax = (
        next((one for one in found if one.label > 0.8 and one.head is None and _is_beside(one, spot)), None)
        for found in (candidates.net, candidates.tax)
    )
    if net and tax and net.spot is not tax.spot and abs(tax.scaled) < 0.5 * abs(net.scaled):
        gap = abs(net.scaled + abs(tax.scaled) - totals.gross.scaled)
        totals.net, totals.tax, totals.adds_up = net, tax, gap <= 2 * _SCALE // 100


def _is_beside(one: Sum, gross: Money) -> bool:
    """Whether an amount stands in the same group of totals as the gross."""
    spot = one.spot
    return (
        spot is not None
        and spot is not gross
        and spot.line.page is gross.line.page
        and (abs(spot.line.index - gross.line.index) <= _TOGETHER)
    )


def _complete(totals: Totals) -> None:
    """Compute the one that is not printed from the two that are."""
    gross, net, tax = totals.gross, totals.net, totals.tax
    if gross and net and tax and tax.scaled < 0 < gross.scaled and net.scaled - tax.scaled == gross.scaled:
        totals.tax, totals.adds_up = replace(tax, value=-tax.value), True  # the dash was no minus
    if gross and tax and not net and tax.value < 0 < gross.value:
        tax = totals.tax = replace(tax, value=-tax.value)  # "(19.00)" beside a positive total is an aside
    if gross and net and not tax and abs(net.value) <= abs(gross.value):
        totals.tax = Sum(gross.value - net.value, 0.0, None, "gross − net")
    elif gross and tax and not net:
        totals.net = Sum(gross.value - tax.value, 0.0, None, "gross − tax")


def _tax_lines(totals: Totals, rows: list, values: Values) -> list[TaxLine]:
    """The tax per rate: the table that adds up to the tax, or the one rate that explains it."""
    if totals.tax is None or totals.net is None:
        return []
    for group in reversed(_groups(rows)):
        if abs(sum(row[2].value for row in group) - totals.tax.value) <= 2 * _CENT:
            return _by_rate(group)
    net, tax = totals.net.value, totals.tax.value
    rates = {spot.value for spot in values.rates} | usual_rates()
    fits = [rate for rate in rates if net and abs(net * rate / 100 - tax) <= 2 * _CENT]
    printed = [rate for rate in fits if any(rate == spot.value for spot in values.rates)]
    chosen = next(iter(printed or (fits if len(fits) == 1 else [])), None)
    return [TaxLine(chosen, net, tax)] if chosen is not None else []


def _by_rate(group: list) -> list[TaxLine]:
    lines: dict[Decimal, TaxLine] = {}
    for _, base, tax, rate in group:
        line = lines.setdefault(rate, TaxLine(rate, Decimal(0), Decimal(0)))
        line.base, line.tax = line.base + base.value, line.tax + tax.value
    return list(lines.values())


def _rate_holds(totals: Totals, values: Values) -> bool | None:
    """Whether tax = rate × net, where the document names one rate only; None where it can't be said."""
    if totals.taxes:
        return True
    rates = {spot.value for spot in values.rates if spot.value}
    if len(rates) != 1 or not (totals.net and totals.tax and totals.tax.spot and totals.tax.value):
        return None
    rate = rates.pop()
    on_its_line = any(spot.line is totals.tax.spot.line for spot in values.rates)
    return abs(totals.net.value * rate / 100 - totals.tax.value) <= 5 * _CENT if on_its_line else None


@cache
def usual_rates() -> frozenset[Decimal]:
    """The rates in use where the six languages are spoken."""
    return frozenset(Decimal(rate) for rate in tables()["rates"]["usual"])


def _first(found: list[Sum]) -> Sum | None:
    return found[0] if found else None


def _named(near: list[Nearby], role: str) -> str:
    """The label that speaks most for a role, in quotes."""
    best = max(near, key=lambda nearby: nearby.closeness * nearby.label.is_for(role), default=None)
    if best is None or not best.label.is_for(role):
        return ""
    return f"“{best.label.line.text[best.label.start : best.label.end]}” {best.where}"
