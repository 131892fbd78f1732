"""How a bench prints what it found."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

ROW = "{:<44} {:>10} {:>10} {:>8}"


def head(unit: str = "s") -> None:
    """The names of the columns."""
    print(ROW.format("", f"median {unit}", f"worst {unit}", "ratio"))


def row(name: str, seconds: Sequence[float], base: float, digits: int = 3) -> float:
    """One line: the median, the worst, and how often the median holds `base`; returns the median."""
    median = statistics.median(seconds)
    worst = f"{max(seconds):.{digits}f}" if len(seconds) > 1 else ""
    print(ROW.format(name, f"{median:.{digits}f}", worst, f"{median / base:.0f}"))
    return median


def target(what: str, is_met: bool) -> None:
    """Whether what was aimed at was reached."""
    print(f"target: {what}:", "met" if is_met else "MISSED", flush=True)
