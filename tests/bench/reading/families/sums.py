"""What it amounts to: net, taxes, total, what was paid already; and the table of taxes."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from tests.bench.reading.families.pen import GREY, WHITE, Pen, tint
from tests.bench.reading.families.wording import Said

Rows = list[tuple[str, str]]


def rows_of(said: Said) -> Rows:
    """The labels and amounts that this invoice prints, a line for each tax rate where the family has one."""
    found: Rows = []
    for label, name in said.family.sums:
        if name == "taxes":
            found += [_tax_row(said, label, rate, base, tax) for rate, (base, tax) in said.facts.taxes.items()]
        elif said.facts.sums.get(name) != 0 or name in {"zero", "tax", "payable", "subtotal", "net", "gross"}:
            found.append((said(label), said[name]))
    if "taxes" in {name for _label, name in said.family.sums} and len(said.facts.taxes) == 1:
        said.used.add("tax")
    return found


def _tax_row(said: Said, label: str, rate: Decimal, base: Decimal, tax: Decimal) -> tuple[str, str]:
    return label.format(rate=said.rate(rate), base=said.money(base)), said.money(tax)


def tax_table(pen: Pen, said: Said) -> float:
    """Rate, base and tax in columns, at the left; gives where it ended."""
    heads = said.family.tax_table
    lines = [
        [f"{said.rate(rate)} %", *(said.money(one, bare=True) for one in (base, tax, base + tax))][: len(heads)]
        for rate, (base, tax) in said.facts.taxes.items()
    ]
    widths = [max(pen.width(line[i], pen.size - 0.5) for line in [heads, *lines]) + 4 for i in range(len(heads))]
    y = pen.y
    for place, line in enumerate([heads, *lines]):
        x = pen.left
        for width, text in zip(widths, line, strict=True):
            pen.sheet.box(x, y - 4, width, 5.8, fill=tint(pen.colour, 0.12) if place == 0 else None, edge=GREY)
            pen.write(x + width - 2, y, text, pen.size - 0.5, align="right")
            x += width
        y += 5.8
    return y + 2


def right(pen: Pen, rows: Rows) -> None:
    """Labels and amounts at the right, the last in bold."""
    label_at = min(118.0, pen.right - _needed(pen, rows))
    for place, (label, amount) in enumerate(rows):
        last = place == len(rows) - 1
        pen.write(label_at, pen.y, label, bold=last)
        pen.write(pen.right, pen.y, amount, bold=last, align="right")
        pen.y += pen.step * 1.25


def shaded(pen: Pen, rows: Rows) -> None:
    """The same, the last on a coloured ground."""
    label_at = min(115.0, pen.right - _needed(pen, rows) - 4)
    for place, (label, amount) in enumerate(rows):
        last = place == len(rows) - 1
        if last:
            pen.sheet.box(label_at - 3, pen.y - 4.8, pen.right - label_at + 3, 7.6, fill=pen.colour)
        how = {"bold": last} | ({"colour": WHITE} if last else {})
        pen.write(label_at, pen.y, label, **how)
        pen.write(pen.right - 2, pen.y, amount, align="right", **how)
        pen.y += 6.4
    pen.y += 2


def boxed(pen: Pen, rows: Rows) -> None:
    """A grid of labels and amounts."""
    width = max(78.0, _needed(pen, rows) + 8)
    x = pen.right - width
    for label, amount in rows:
        pen.sheet.box(x, pen.y - 4.4, width, 6.4, edge=GREY)
        pen.sheet.upright(pen.right - 32, pen.y - 4.4, pen.y + 2)
        pen.write(x + 2, pen.y, label)
        pen.write(pen.right - 2, pen.y, amount, align="right")
        pen.y += 6.4
    pen.y += 3


def band(pen: Pen, rows: Rows) -> None:
    """Across the page: labels in a row, amounts under them."""
    needed = [max(pen.width(label, pen.size - 1, True), pen.width(amount, bold=True)) + 4 for label, amount in rows]
    spare = (pen.right - pen.left - sum(needed)) / len(rows)
    small = pen.size - 1 if spare >= 0 else pen.size - 2
    x = pen.left
    pen.sheet.box(pen.left, pen.y - 4, pen.right - pen.left, 14, edge=GREY)
    pen.sheet.box(pen.left, pen.y - 4, pen.right - pen.left, 6, fill=tint(pen.colour, 0.14), edge=GREY)
    for place, (label, amount) in enumerate(rows):
        cell, last = needed[place] + spare, place == len(rows) - 1
        pen.write(x + cell / 2, pen.y, label, small, last, "centre")
        pen.write(x + cell / 2, pen.y + 7, amount, small + 1, last, "centre")
        x += cell
        if not last:
            pen.sheet.upright(x, pen.y - 4, pen.y + 10)
    pen.y += 16


def dots(pen: Pen, rows: Rows) -> None:
    """Label ........ amount"""
    start = min(100.0, pen.right - _needed(pen, rows) - 12)
    for label, amount in rows:
        space = pen.right - start - pen.width(label) - pen.width(amount) - 2
        pen.write(start, pen.y, f"{label} " + "." * max(3, int(space / pen.width(".")) - 1))
        pen.write(pen.right, pen.y, amount, align="right")
        pen.y += pen.step * 1.2


def ruled(pen: Pen, rows: Rows) -> None:
    """Lines over the last amount and two under it, as in letters."""
    label_at = min(120.0, pen.right - _needed(pen, rows))
    for place, (label, amount) in enumerate(rows):
        last = place == len(rows) - 1
        if last:
            pen.sheet.rule(label_at, pen.y - 4, pen.right)
        pen.write(label_at, pen.y + (0.6 if last else 0), label, bold=last)
        pen.write(pen.right, pen.y + (0.6 if last else 0), amount, bold=last, align="right")
        pen.y += 6
    for offset in (3.6, 2.9):
        pen.sheet.rule(label_at, pen.y - offset, pen.right)
    pen.y += 1


def left(pen: Pen, rows: Rows) -> None:
    """Label and amount side by side at the left."""
    column = pen.left + max(pen.width(label, bold=True) for label, _amount in rows) + 6
    end = column + max(pen.width(amount, bold=True) for _label, amount in rows)
    for place, (label, amount) in enumerate(rows):
        last = place == len(rows) - 1
        pen.write(pen.left, pen.y, label, bold=last)
        pen.write(end, pen.y, amount, bold=last, align="right")
        pen.y += 5.4


def near(pen: Pen, rows: Rows) -> None:
    """Labels end where amounts begin."""
    column = pen.right - max(pen.width(amount, bold=True) for _label, amount in rows) - 5
    for place, (label, amount) in enumerate(rows):
        last = place == len(rows) - 1
        pen.write(column, pen.y, label, bold=last, align="right")
        pen.write(pen.right, pen.y, amount, bold=last, align="right")
        pen.y += 5.6


def _needed(pen: Pen, rows: Rows) -> float:
    """Room for the widest label and the widest amount."""
    return max(pen.width(label, bold=True) for label, _ in rows) + max(pen.width(one, bold=True) for _, one in rows) + 5


SUMMINGS: dict[str, Callable[[Pen, Rows], None]] = {
    one.__name__: one for one in (right, shaded, boxed, band, dots, ruled, left, near)
}
