"""What a difference between what was paid and what was owed may be (SPEC BK-2)."""

from __future__ import annotations

from app.bank.evidence import Reasons
from app.bank.models import Difference

ROUNDING = 5
"""So many cents are a rounding."""
FEE = 5000
"""No bank takes more for one transfer."""
DISCOUNTS = (10, 15, 20, 25, 30, 40, 50)
"""Per mille that are agreed on for early payment."""


def gap(minor: int, wanted: int) -> tuple[float, Reasons, Difference | None]:
    """What a difference between paid and wanted may be."""
    left = wanted - minor
    if abs(left) <= ROUNDING and minor > 10 * ROUNDING:
        return 26.0, [["rounding", left]], Difference.ROUNDING
    if left > 0 and (rate := _discount(wanted, left)):
        return 22.0, [["discount", rate]], Difference.DISCOUNT
    if 0 < left <= FEE and left * 10 < wanted:
        return 14.0, [["fee", left]], Difference.FEE
    if left > 0:
        return (6.0 if _is_tenth(minor, wanted) else -2.0), [["part"]], None
    return (8.0, [["more", -left]], None) if -left <= FEE and -left * 4 < wanted else (-12.0, [["more", -left]], None)


def _is_tenth(minor: int, wanted: int) -> bool:
    """Is it a round share, as a deposit is?"""
    tenths = round(10 * minor / wanted)
    return abs(minor - wanted * tenths // 10) <= 1


def _discount(wanted: int, gap: int) -> int:
    """Which usual discount this gap is, per mille; 0: none."""
    return next((rate for rate in DISCOUNTS if abs(gap * 1000 - wanted * rate) <= 1000), 0)
