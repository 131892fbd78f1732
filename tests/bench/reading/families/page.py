"""A whole invoice: head, lines, sums, notes and foot, one after the other, over the pages they need."""

from __future__ import annotations

from tests.bench.reading.families import marks, sums
from tests.bench.reading.families.addresses import PLAIN
from tests.bench.reading.families.facts import Facts
from tests.bench.reading.families.family import Family
from tests.bench.reading.families.heads import HEADS, Head
from tests.bench.reading.families.metas import METAS
from tests.bench.reading.families.pen import Pen, tint
from tests.bench.reading.families.tables import table
from tests.bench.reading.families.wording import Said


def draw(family: Family, facts: Facts) -> tuple[bytes, Said]:
    """The PDF, and what was said in it."""
    said, pen = Said(family, facts), Pen(family.face, family.size, family.colour)
    pen.bottom = 268 - 3.2 * _foot_lines(family)
    top(pen, said)
    pen.on_turn = lambda: turned(pen, said)
    if family.columns:
        table(pen, said)
    totals(pen, said)
    closing(pen, said)
    if family.terms_page:
        terms(pen, said)
    marks.every_page(pen, said)
    return pen.sheet.done(), said


def _foot_lines(family: Family) -> int:
    if family.footing == "columns":
        return max(column.count("|") + 1 for column in family.foot)
    return len(family.foot)


def top(pen: Pen, said: Said) -> None:
    """All above the lines."""
    head = Head(pen, said)
    pen.y = (HEADS | PLAIN)[said.family.head](head) + 5
    if said.family.meta_below and head.pairs:
        pen.y = METAS[said.family.meta](pen, head.pairs, pen.left, pen.y + 2, pen.right - pen.left)
    if said.family.callout and not said.facts.is_credit:
        callout(pen, said)
    if said.family.intro:
        texts = [said(line) for line in said.family.intro]
        pen.y = pen.lines(pen.left, pen.y + 2, texts, pen.right - pen.left) + 2


def callout(pen: Pen, said: Said) -> None:
    """A tinted box with the amount in large letters, as utilities print it."""
    texts = [said(line) for line in said.family.callout]
    height = 7 + 6 * len(texts)
    pen.sheet.box(pen.left, pen.y - 2, pen.right - pen.left, height, fill=tint(pen.colour, 0.14))
    for place, text in enumerate(texts):
        pen.write(pen.left + 5, pen.y + 5 + 6 * place, text, 12 if place == 0 else pen.size, place == 0)
    pen.y += height + 4


def turned(pen: Pen, said: Said) -> None:
    """The head of a further page."""
    pen.left = 18
    if said.family.running:
        pen.write(pen.left, 16, said(said.family.running), pen.size - 1)


def totals(pen: Pen, said: Said) -> None:
    """The sums, kept together on one page, with the table of taxes beside or above them."""
    rows = sums.rows_of(said)
    if not rows:
        return
    has_table = bool(said.family.tax_table) and bool(said.facts.taxes)
    pen.room(8 + 7 * len(rows) + (6 * len(said.facts.taxes) + 8 if has_table else 0))
    beside = pen.y
    if has_table:
        below = sums.tax_table(pen, said)
        pen.y = below + 3 if said.family.summing in {"band", "left", "dots"} or said.family.tax_first else beside
        beside = below
    sums.SUMMINGS[said.family.summing](pen, rows)
    pen.y = max(pen.y, beside) + 4


def closing(pen: Pen, said: Said) -> None:
    """Notes, and where to pay."""
    family = said.family
    notes = family.credit_notes if said.facts.is_credit else family.notes
    for note in notes:
        text = said(note)
        lines = pen.wrapped(text, pen.right - pen.left, pen.size - 1)
        pen.room(len(lines) * pen.step)
        pen.y = pen.lines(pen.left, pen.y, lines, 400, pen.size - 1) + 1
    if family.bank and not said.facts.is_credit:
        bank(pen, said)


def bank(pen: Pen, said: Said) -> None:
    texts = [said(line) for line in said.family.bank]
    height = pen.step * len(texts) + 4
    pen.room(height + 4)
    pen.y += 2
    width = max(pen.width(text) for text in texts) + 8
    pen.sheet.box(pen.left, pen.y - 2, width, height, edge=(0.6, 0.6, 0.6))
    pen.lines(pen.left + 3, pen.y + pen.step - 1, texts, 400)
    pen.y += height + 2


def terms(pen: Pen, said: Said) -> None:
    """Terms of sale, small, on a page of their own."""
    pen.on_turn = lambda: None
    pen.left = 18
    pen.turn()
    head, *others = [said(line) for line in said.family.terms_page]
    pen.write(pen.left, pen.y, head, 11, True)
    pen.y += 7
    for number, text in enumerate(others, 1):
        pen.y = pen.lines(pen.left, pen.y, [f"{number}. {text}"], pen.right - pen.left, 7.5) + 2
