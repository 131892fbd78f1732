"""The number, the dates and the references: ways to set labels beside, above or before their values."""

from __future__ import annotations

from collections.abc import Callable

from tests.bench.reading.families.pen import GREY, WHITE, Pen, tint

Pairs = list[tuple[str, str]]
Meta = Callable[[Pen, Pairs, float, float, float], float]
"""pen, pairs, x, y, width → where it ended."""


def pairs(pen: Pen, said: Pairs, x: float, y: float, width: float) -> float:
    """Label, then value in a column."""
    column = max(pen.width(label) for label, _value in said) + 4
    for label, value in said:
        pen.write(x, y, label, colour=GREY)
        y = pen.lines(x + column, y, [value], width - column, bold=True)
    return y


def far_pairs(pen: Pen, said: Pairs, x: float, y: float, width: float) -> float:
    """Label at the left edge, value at the right one."""
    for label, value in said:
        pen.write(x, y, label)
        pen.write(x + width, y, value, align="right")
        y += pen.step * 1.15
    return y


def right_labels(pen: Pen, said: Pairs, x: float, y: float, width: float) -> float:
    """Labels end where values begin."""
    column = max(pen.width(label, bold=True) for label, _value in said) + 1
    for label, value in said:
        pen.write(x + column, y, label, bold=True, align="right")
        pen.write(x + column + 3, y, value)
        y += pen.step
    return y


def joined(pen: Pen, said: Pairs, x: float, y: float, width: float) -> float:
    """`Label : value`, as one types it."""
    return pen.lines(x, y, [f"{label} {value}" for label, value in said], width)


def stacked(pen: Pen, said: Pairs, x: float, y: float, width: float) -> float:
    """Small label above its value, one pair under the other."""
    for label, value in said:
        pen.write(x, y, label, pen.size - 2, colour=GREY)
        pen.write(x, y + pen.step, value, bold=True)
        y += 2.3 * pen.step
    return y


def dots(pen: Pen, said: Pairs, x: float, y: float, width: float) -> float:
    """Label ........ : value"""
    column = max(pen.width(label) for label, _value in said) + 8
    for label, value in said:
        count = int((column - pen.width(label)) / pen.width("."))
        pen.write(x, y, label + "." * count)
        pen.write(x + column + 2, y, f": {value}")
        y += pen.step
    return y


def over(pen: Pen, said: Pairs, x: float, y: float, width: float) -> float:
    """A boxed row: labels in a shaded line, values under them; a second row where there are many."""
    for start in range(0, len(said), 5):
        y = _boxed_row(pen, said[start : start + 5], x, y, width) + 2
    return y + 2


def _boxed_row(pen: Pen, said: Pairs, x: float, y: float, width: float) -> float:
    needed = [max(pen.width(label, pen.size - 1), pen.width(value)) + 3 for label, value in said]
    spare = max(0.0, width - sum(needed)) / len(said)
    pen.sheet.box(x, y - 4, width, 5.6, fill=tint(pen.colour, 0.18))
    pen.sheet.box(x, y - 4, width, 12, edge=GREY)
    for place, (label, value) in enumerate(said):
        cell = needed[place] + spare
        pen.write(x + cell / 2, y, label, pen.size - 1, align="centre")
        pen.write(x + cell / 2, y + 6, value, align="centre")
        x += cell
        if place < len(said) - 1:
            pen.sheet.upright(x, y - 4, y + 8)
    return y + 11


def heads(pen: Pen, said: Pairs, x: float, y: float, width: float) -> float:
    """Labels in a row without any box, values under them."""
    cell = width / len(said)
    for place, (label, value) in enumerate(said):
        pen.write(x + place * cell, y, label, pen.size - 1.5, colour=GREY)
        pen.write(x + place * cell, y + pen.step * 1.1, value, pen.fitting(value, cell - 2, pen.size, True), bold=True)
    return y + 3 * pen.step


def grid(pen: Pen, said: Pairs, x: float, y: float, width: float) -> float:
    """A two-column table with all its lines."""
    column = max(pen.width(label, bold=True) for label, _value in said) + 4
    for label, value in said:
        pen.sheet.box(x, y - 4, column, 6, fill=tint(pen.colour, 0.9), edge=GREY)
        pen.sheet.box(x + column, y - 4, max(width - column, 10), 6, edge=GREY)
        pen.write(x + 2, y, label, bold=True, colour=WHITE)
        pen.write(x + column + 2, y, value)
        y += 6
    return y + 1


METAS: dict[str, Meta] = {
    one.__name__: one for one in (pairs, far_pairs, right_labels, joined, stacked, dots, over, heads, grid)
}
