"""What a line "Rounding" does between the sum and the total to pay of those who pay in cash."""

from __future__ import annotations

from app.extraction.evidence import Evidence, weight
from app.extraction.sums import Candidates, Sum

_MOST = 50
"""What cash is rounded by at most, in thousandths."""
_SAID = 0.6


def add_rounded(candidates: Candidates, evidence: Evidence) -> None:
    """Note by how much is rounded; and where "Rounding" names the rounded total itself, that one may be the total."""
    for money in candidates.every:
        if weight(evidence.near(money), "rounding") < _SAID:
            continue
        named = Sum(money.value, 0.0, money, "after rounding")
        if abs(named.scaled) <= _MOST:
            candidates.rounding.add(named.scaled)
        elif before := max(_before(named, candidates), key=lambda one: one.score, default=None):
            named.score, named.label = before.score, before.label
            candidates.gross.append(named)


def after_rounding(gross: Sum, candidates: Candidates) -> float:
    """More for the total after rounding than for the one a few cents away, further up."""
    if not candidates.is_rounded or gross.spot is None:
        return 0.0
    before = _before(gross, candidates)
    return max((max(0.0, 1.2 * (other.score - gross.score)) + 0.1 for other in before), default=0.0)


def is_rounded_by(gap: int, candidates: Candidates) -> bool:
    """Whether a total misses what net and tax make by just what was rounded; a minus is easily lost."""
    return bool(gap) and not candidates.rounding.isdisjoint({gap, -gap})


def _before(gross: Sum, candidates: Candidates) -> list[Sum]:
    """The totals further up that are a few cents away."""
    at = gross.spot.line.index
    return [
        other
        for other in candidates.gross
        if other.spot is not None and other.spot.line.index < at and 0 < abs(other.scaled - gross.scaled) <= _MOST
    ]
