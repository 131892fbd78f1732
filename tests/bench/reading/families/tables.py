"""The lines of an invoice, in columns that widen to what they hold, over as many pages as it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from tests.bench.reading.families.facts import Row, cents
from tests.bench.reading.families.pen import GREY, WHITE, Pen, tint
from tests.bench.reading.families.wording import Said


@dataclass(frozen=True)
class Style:
    """What is drawn around the words."""

    dark_head: bool = False
    light_head: bool = False
    uprights: bool = False
    rules: bool = False
    zebra: bool = False
    frame: bool = False
    dashes: bool = False
    least: float = 0
    """The frame is at least this high."""


STYLES = {
    "ruled": Style(dark_head=True, uprights=True, rules=True, frame=True),
    "boxed": Style(light_head=True, uprights=True, frame=True, least=70),
    "zebra": Style(dark_head=True, zebra=True),
    "lines": Style(rules=True),
    "plain": Style(),
    "light": Style(light_head=True, rules=True),
    "dashes": Style(dashes=True),
    "grid": Style(uprights=True, rules=True, frame=True),
}
LEFT = {"text", "ref", "unit", "date"}


def table(pen: Pen, said: Said) -> None:
    """All lines of the invoice, from `pen.y` on."""
    family = said.family
    columns = [tuple(column.split("|", 1)) for column in family.columns]
    cells = [
        [_cell(kind, row, place, said) for kind, _label in columns] for place, row in enumerate(said.facts.rows, 1)
    ]
    widths = _widths(pen, columns, cells)
    style, top = STYLES[family.table], pen.y
    _head(pen, columns, widths, style)
    running = Decimal(0)
    for place, (row, texts) in enumerate(zip(said.facts.rows, cells, strict=True)):
        height = _height(pen, columns, widths, texts)
        if pen.y + height + 8 > pen.bottom:
            _close(pen, widths, style, top)
            top = _carry(pen, said, running, lambda: _head(pen, columns, widths, style))
        _line(pen, columns, widths, texts, style, height, place)
        running += row.amount
    if style.least and top + style.least < pen.bottom - 55:
        pen.y = max(pen.y, top + style.least)
    _close(pen, widths, style, top)
    pen.y += 7


def _cell(kind: str, row: Row, place: int, said: Said) -> str:
    bare = said.family.bare_cells
    tax = cents(row.amount * row.rate / 100)
    return {
        "pos": lambda: str(place),
        "ref": lambda: row.reference,
        "text": lambda: said(row.text),
        "qty": lambda: f"{row.quantity:f}",
        "long_qty": lambda: said.money(row.quantity, bare=True),
        "milli_qty": lambda: said.money(row.quantity, bare=True, places=3),
        "signed_qty": lambda: f"{row.sign * row.quantity:f}",
        "unit": lambda: row.unit,
        "qty_unit": lambda: f"{row.quantity:f} {row.unit}",
        "price": lambda: said.money(row.price, bare=bare),
        "discount": lambda: f"{said.rate(row.discount)} %" if row.discount else "",
        "rate": lambda: f"{said.rate(row.rate)} %",
        "glued_rate": lambda: f"{said.rate(row.rate)}%",
        "code": lambda: str(1 + list(said.facts.taxes).index(row.rate)),
        "amount": lambda: said.money(row.amount, bare=bare),
        "tax": lambda: said.money(tax, bare=bare),
        "total": lambda: said.money(row.amount + tax, bare=bare),
        "date": lambda: said.day(said.facts.days["delivery"]),
    }[kind]()


def _widths(pen: Pen, columns: list, cells: list[list[str]]) -> list[float]:
    """As wide as what stands in them; the description takes the rest."""
    widths = []
    for place, (kind, label) in enumerate(columns):
        words = [pen.width(row[place]) for row in cells] + [pen.width(label, bold=True)]
        widths.append(0.0 if kind == "text" else max(words) + 5)
    rest = pen.right - pen.left - sum(widths)
    assert rest > 30, f"no room for the description: {columns}"
    return [width or rest for width in widths]


def _height(pen: Pen, columns: list, widths: list[float], texts: list[str]) -> float:
    count = max(len(pen.wrapped(text, width - 4)) for text, width in zip(texts, widths, strict=True))
    return count * pen.step + 2.4


def _head(pen: Pen, columns: list, widths: list[float], style: Style) -> None:
    y, wide = pen.y, pen.right - pen.left
    if style.dark_head or style.light_head:
        pen.sheet.box(pen.left, y, wide, 7, fill=pen.colour if style.dark_head else tint(pen.colour, 0.15))
    _write(pen, columns, widths, [label for _kind, label in columns], y + 4.8, True, WHITE if style.dark_head else None)
    if style.dashes:
        pen.write(pen.left, y + 8, "-" * int(wide / pen.width("-")))
        pen.y = y + 9.5
        return
    if not style.dark_head:
        pen.sheet.rule(pen.left, y + 7, pen.right)
    pen.y = y + 7.5


def _line(
    pen: Pen, columns: list, widths: list[float], texts: list[str], style: Style, height: float, place: int
) -> None:
    if style.zebra and place % 2:
        pen.sheet.box(pen.left, pen.y, pen.right - pen.left, height, fill=tint(pen.colour, 0.08))
    _write(pen, columns, widths, texts, pen.y + pen.step, False, None)
    pen.y += height
    if style.rules:
        pen.sheet.rule(pen.left, pen.y, pen.right, tint(GREY, 0.5))


def _write(pen: Pen, columns: list, widths: list[float], texts: list[str], y: float, bold: bool, colour) -> None:
    x = pen.left
    for (kind, _label), width, text in zip(columns, widths, texts, strict=True):
        how = {"bold": bold} | ({"colour": colour} if colour else {})
        if kind in LEFT:
            pen.lines(x + 2, y, [text], width - 4, **how)
        else:
            pen.write(x + width - 2, y, text, align="right", **how)
        x += width


def _close(pen: Pen, widths: list[float], style: Style, top: float) -> None:
    if style.frame:
        pen.sheet.box(pen.left, top, pen.right - pen.left, pen.y - top, edge=GREY)
    if style.uprights:
        x = pen.left
        for width in widths[:-1]:
            x += width
            pen.sheet.upright(x, top, pen.y)
    if not style.frame and not style.dashes:
        pen.sheet.rule(pen.left, pen.y, pen.right)


def _carry(pen: Pen, said: Said, running: Decimal, head: Callable[[], None]) -> float:
    """Turn the page in the middle of the table, taking the sum along where the family does."""
    below, above = said.family.carried or ("", "")
    if below:
        pen.write(pen.right - 2, pen.y + 5, f"{below} {said.money(running)}", align="right")
    pen.turn()
    top = pen.y
    head()
    if above:
        pen.write(pen.right - 2, pen.y + pen.step, f"{above} {said.money(running)}", align="right")
        pen.y += pen.step + 2.4
    return top
