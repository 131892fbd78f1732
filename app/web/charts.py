"""Where the lines and bars of a chart lie: in per cent across, so that a chart fits any width, in pixels down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from math import ceil, floor

HEIGHT, TOP, FOOT = 220, 16, 24
"""Of a whole chart, above its highest line, and below its lowest, for the words."""
LEFT = 6
"""Per cent that are left for the words of the scale."""
STEPS = (1, 2, 5, 10)


@dataclass(frozen=True)
class Tick:
    """A line across, and the value it stands for."""

    y: float
    value: int


@dataclass(frozen=True)
class Dot:
    """One value of a series."""

    x: float
    y: float
    value: int


@dataclass(frozen=True)
class Trace:
    """One series: its dots, and the strokes between them as (x1, y1, x2, y2)."""

    dots: list[Dot]
    strokes: list[tuple[float, float, float, float]]


@dataclass(frozen=True)
class Plot:
    """A chart of one or more series of equal length."""

    height: int
    foot: float
    """Where the words below stand."""
    zero: float
    ticks: list[Tick]
    traces: list[Trace]
    width: float
    """Of one place across, in per cent."""
    xs: list[float]


def plot(*series: Sequence[int], height: int = HEIGHT, unit: int = 1) -> Plot:
    """Where each value lies; zero is always in sight, and lines stand at whole numbers of `unit`."""
    values = [value for each in series for value in each] or [0]
    step = _step(min([0, *values]), max([0, *values]), unit)
    low, high = floor(min([0, *values]) / step) * step, max(ceil(max([0, *values]) / step), 1) * step
    room = height - TOP - FOOT
    width = (100 - LEFT) / max(len(series[0]), 1)
    across = lambda place: round(LEFT + (place + 0.5) * width, 2)  # noqa: E731
    down = lambda value: round(TOP + float(Decimal(high - value) / Decimal(high - low)) * room, 1)  # noqa: E731
    traces = []
    for each in series:
        dots = [Dot(across(place), down(value), value) for place, value in enumerate(each)]
        traces.append(Trace(dots, [(one.x, one.y, two.x, two.y) for one, two in pairwise(dots)]))
    ticks = [Tick(down(value), value) for value in range(low, high + 1, step)]
    xs = [across(place) for place in range(len(series[0]))]
    return Plot(height, height - 6, down(0), ticks, traces, round(width, 2), xs)


def _step(low: int, high: int, unit: int) -> int:
    """A round number that makes about four lines."""
    wanted = max((high - low) / 4, unit)
    scale = unit
    while scale * 10 <= wanted:
        scale *= 10
    return next(scale * each for each in STEPS if scale * each >= wanted)


def shares(values: Sequence[int]) -> list[tuple[float, float]]:
    """Where each part of a whole begins and how wide it is; nothing where there is nothing."""
    total, begins, found = sum(values), 0.0, []
    for value in values:
        width = round(float(Decimal(value) * 100 / Decimal(total)), 2) if total else 0.0
        found.append((round(begins, 2), width))
        begins += width
    return found


def width_of(value: int | Decimal, most: int | Decimal) -> float:
    """How wide a bar is beside the widest, in per cent."""
    return round(float(Decimal(max(value, 0)) * 100 / Decimal(most)), 2) if most and most > 0 else 0.0
