"""Net, tax and gross, chosen together: by their labels, their place, and because they add up."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from decimal import Decimal

from app.extraction.evidence import Evidence
from app.extraction.mending import mend
from app.extraction.reading import TaxLine
from app.extraction.rounding import add_rounded, after_rounding, is_rounded_by
from app.extraction.spots import Money, Values
from app.extraction.sums import (
    SCALE,
    Candidates,
    Sum,
    add_proven,
    add_tables,
    collect,
    is_said_in_row,
    leave_out_bases,
    put_first,
)
from app.extraction.taxes import find_tables, is_row_of, is_tax_of, rate_holds, tax_lines, usual_rates

_TWO_CENTS = 2 * SCALE // 100
"""By how much totals may miss each other: some round each of them."""
_MOST_TAX = Decimal("0.3")
_TOGETHER = 6
"""Lines that a group of totals is high."""


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
    mended: str = ""
    """`net`, `tax` or `gross`, where a misread digit of it was put right; `gross` where net and it had lost one."""
    is_part: bool = False
    """Whether the gross stands in one of several rows of a tax table: it is that of one rate."""

    @property
    def is_proven(self) -> bool:
        """Whether three printed amounts make a sum: OCR would have had to misread them to fit."""
        parts = [one.spot for one in (self.net, self.tax, self.gross) if one is not None and one.spot is not None]
        is_slip = any(spot.line.page.look == "receipt" for spot in parts)  # what is paid at a till may be rounded
        if len(parts) < 3 or is_slip or self.mended or not self.tax.value:
            return False
        return self.gross.value == self.net.value + self.tax.value

    @property
    def is_likely(self) -> bool:
        """Whether some country could tax the net so: OCR may lose the same thousands of net and gross."""
        return self.net is None or self.tax is None or abs(self.tax.value) <= _MOST_TAX * abs(self.net.value)


def find_totals(evidence: Evidence, values: Values, taught: dict[str, Sum] | None = None) -> Totals:
    """The totals of a document; `taught` has amounts that go before all others."""
    candidates = collect(evidence, values)
    tables = find_tables(values)
    leave_out_bases(candidates, tables)
    add_proven(candidates)
    add_tables(candidates, tables)
    add_rounded(candidates, evidence)
    if taught:
        put_first(candidates, taught)
    best, score, rival = _best_whole(candidates)
    if best is None:
        return Totals(paid=_first(candidates.paid))
    gross, net, tax = best
    totals = Totals(net, tax, gross, _first(candidates.paid), _first(candidates.payable))
    totals.is_part = gross.spot is not None and any(is_row_of(table, gross.spot.line) for table in tables)
    totals.rival = max(0.0, 1 - (score - rival)) if rival is not None else 0.0
    if net is not None and tax is not None:
        totals.adds_up = _is_whole(gross, net, tax, candidates) or _has_extra(gross, net, tax, candidates)
    if not totals.adds_up:
        _face_contradiction(totals, candidates)
    mend(totals, values)
    _complete(totals)
    if totals.net and totals.tax:
        totals.taxes = tax_lines(totals.net.value, totals.tax.value, tables, values)
        if not totals.taxes and totals.tax.spot:
            totals.rate_holds = rate_holds(totals.net.value, totals.tax.spot, values)
    return totals


def _gap(gross: Sum, net: Sum, tax: Sum) -> int:
    """By how much net and tax miss the gross; a dash between "VAT" and its amount looks like a minus."""
    added = abs(tax.scaled) if gross.scaled > 0 and net.scaled > 0 else tax.scaled
    return abs(net.scaled + added - gross.scaled)


def _best_whole(candidates: Candidates):
    """The combination of gross, net and tax with most evidence, its score, and the score of the best other gross."""
    scored: dict[int, tuple[float, tuple]] = {}
    grosses = candidates.gross or _untaxed(candidates) or _unlabelled(candidates)
    values = [gross.scaled for gross in grosses]
    called = [gross for gross in grosses if gross.label > 0.4 and _is_amount(gross)]
    largest = max((abs(gross.scaled) for gross in called), default=0)
    said: dict[int, set[Decimal]] = defaultdict(set)
    for money in candidates.every:
        said[money.line.index].add(money.value)
    beside = any(gross.label > 0.6 and gross.head is None for gross in grosses)
    for gross in grosses:
        again = 0.08 * min(values.count(gross.scaled) - 1, 3) + after_rounding(gross, candidates)
        pairs = [(net, tax) for net in (*candidates.net, None) for tax in (*candidates.tax, None)]
        pairs += _unlabelled_pairs(gross, candidates)
        for net, tax in pairs:
            is_part = largest > abs(gross.scaled) and (
                is_said_in_row(gross, net, tax, said) or _is_in_row(gross, candidates)
            )
            score = 1.2 * gross.score + again + (-0.3 if is_part else _score(gross, net, tax, candidates))
            score -= 0.25 if beside and gross.head is not None else 0  # a heading says less than a label beside it
            if gross.scaled not in scored or score > scored[gross.scaled][0]:
                scored[gross.scaled] = (score, (gross, net, tax))
    if not scored:
        return None, 0.0, None
    ranked = sorted(scored.values(), key=lambda item: -item[0])
    return ranked[0][1], ranked[0][0], ranked[1][0] if len(ranked) > 1 else None


def _is_amount(one: Sum) -> bool:
    """Whether it is printed as one: a plain "4488" may be anything."""
    return one.spot is None or bool(one.spot.decimals or one.spot.currency)


def _is_in_row(gross: Sum, candidates: Candidates) -> bool:
    """Whether it stands in a row of a tax table."""
    return gross.spot is not None and gross.spot.line.index in candidates.rows


def _score(gross: Sum, net: Sum | None, tax: Sum | None, candidates: Candidates) -> float:
    """How well a net and a tax go with a gross."""
    spots = [id(one.spot) for one in (gross, net, tax) if one and one.spot is not None]
    if len(set(spots)) < len(spots):
        return -9.0  # one printed amount can't be two of them
    score = (0.7 * net.score if net else 0) + (0.7 * tax.score if tax else 0)
    if net and tax:
        if abs(tax.scaled) > _MOST_TAX * abs(net.scaled):
            return score - 1.2  # no country taxes that much
        gap = _gap(gross, net, tax)
        if gap <= _TWO_CENTS // 2 or is_rounded_by(gap, candidates):
            return score + (1.0 if tax.scaled else 0.6)
        if gap > _TWO_CENTS and _has_extra(gross, net, tax, candidates):
            return score + 0.8
        return score + (0.6 if gap <= _TWO_CENTS else -0.9 - 0.3 * min(net.score, tax.score))
    plausible = True
    if net:
        plausible = 0.7 * abs(gross.scaled) <= abs(net.scaled) <= abs(gross.scaled)
    elif tax:
        plausible = abs(tax.scaled) < 0.3 * abs(gross.scaled)
    return score + (0.05 if plausible else -0.6) if net or tax else score


def _is_whole(gross: Sum, net: Sum, tax: Sum, candidates: Candidates) -> bool:
    """Whether net and tax make the gross, but for what each total, or cash, is rounded by."""
    gap = _gap(gross, net, tax)
    return gap <= _TWO_CENTS or is_rounded_by(gap, candidates)


def _has_extra(gross: Sum, net: Sum, tax: Sum, candidates: Candidates) -> bool:
    """Whether carriage or a discount, named apart and taxed with the rest, is all that net and tax miss."""
    if _gap(gross, net, tax) not in candidates.extra or not tax.scaled or min(net.label, tax.label) < 0.35:
        return False
    return any(is_tax_of(gross.value - tax.value, rate, tax.value) for rate in usual_rates())


def _unlabelled_pairs(gross: Sum, candidates: Candidates) -> list[tuple[Sum, Sum]]:
    """Amounts without a label that add up to this gross at a usual rate."""
    by_value = {int(money.value * SCALE): money for money in candidates.every}
    pairs = []
    for scaled, money in by_value.items():
        other = by_value.get(gross.scaled - scaled)
        if other is None or not 0 < abs(other.value) < abs(money.value) or money.value * other.value < 0:
            continue
        if any(is_tax_of(money.value, rate, other.value) for rate in usual_rates()):
            pairs.append((Sum(money.value, 0.05, money, "adds up"), Sum(other.value, 0.05, other, "adds up")))
    return pairs[:4]


def _untaxed(candidates: Candidates) -> list[Sum]:
    """Where no tax is named and nothing is called the total: what is called the net is all there is to pay."""
    return [] if any(tax.value for tax in candidates.tax) else [net for net in candidates.net if net.label > 0.6]


def _unlabelled(candidates: Candidates) -> list[Sum]:
    """Where nothing is called a total: the largest amounts, with little trust."""
    amounts = (money for money in candidates.every if money.decimals == 2 and money.value)
    largest = sorted(amounts, key=lambda money: -abs(money.value))
    return [Sum(money.value, 0.1 - 0.01 * rank, money, "largest amount") for rank, money in enumerate(largest[:4])]


def _face_contradiction(totals: Totals, candidates: Candidates) -> None:
    """Where net and tax are named beside a gross that they don't make, say so instead of leaving one out."""
    spot = totals.gross.spot
    if spot is None:
        return
    net, tax = (
        next((one for one in found if _is_named_beside(one, spot)), None) for found in (candidates.net, candidates.tax)
    )
    if net and tax and net.spot is not tax.spot and abs(tax.scaled) < 0.5 * abs(net.scaled) < abs(totals.gross.scaled):
        totals.net, totals.tax, totals.adds_up = net, tax, _gap(totals.gross, net, tax) <= _TWO_CENTS


def _is_named_beside(one: Sum, gross: Money) -> bool:
    """Whether an amount with a label of its own stands in the same group of totals as the gross."""
    spot = one.spot
    if one.label <= 0.8 or one.head is not None:
        return False
    if spot is None or spot is gross or spot.line.page is not gross.line.page:
        return False
    return abs(spot.line.index - gross.line.index) <= _TOGETHER


def _complete(totals: Totals) -> None:
    """Compute the one that is not printed from the two that are."""
    gross, net, tax = totals.gross, totals.net, totals.tax
    if gross and tax and tax.value < 0 < gross.value and (totals.adds_up or not net):
        tax = totals.tax = replace(tax, value=-tax.value)  # a dash, or brackets around an aside, was no minus
    if gross and net and not tax and abs(net.value) <= abs(gross.value):
        totals.tax = Sum(gross.value - net.value, 0.0, None, "gross − net")
    elif gross and tax and not net:
        totals.net = Sum(gross.value - tax.value, 0.0, None, "gross − tax")


def _first(found: list[Sum]) -> Sum | None:
    return found[0] if found else None
