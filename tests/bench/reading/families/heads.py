"""The upper part of the first page: who writes, to whom, what it is and when; each function one arrangement."""

from __future__ import annotations

from collections.abc import Callable

from tests.bench.reading.families import marks
from tests.bench.reading.families.metas import METAS
from tests.bench.reading.families.pen import GREY, WHITE, Pen, tint
from tests.bench.reading.families.wording import Said


class Head:
    """The pieces every arrangement puts somewhere."""

    def __init__(self, pen: Pen, said: Said):
        self.pen, self.said, self.family = pen, said, said.family
        family = said.family
        self.name = said("{seller}")
        self.title = said(family.credit_title if said.facts.is_credit else family.title)
        kind = "credit" if said.facts.is_credit else "invoice"
        chosen = [(label, value) for label, value, *only in family.facts if not only or only[0] == kind]
        self.pairs = [(said(label), said(value)) for label, value in chosen]

    def letterhead(self, x: float, y: float, align: str = "left", size: float = 14, colour=None, width: float = 85):
        """Logo, name and address."""
        pen = self.pen
        if align == "left":
            shift = marks.logo(pen, self.family.logo, x, y - 5, self.name[0])
            x, width = x + shift, width - shift
        small = pen.fitting(self.name, width, size, True)
        pen.write(x, y, self.name, small, True, align, colour or pen.colour)
        texts = [self.said(line) for line in self.family.letterhead]
        tone = {"colour": colour} if colour else {}
        return pen.lines(x, y + 5, texts, width, pen.size - 1, align=align, **tone)

    def address(self, x: float, y: float, width: float = 80):
        """The buyer, under its label where there is one."""
        pen = self.pen
        if self.family.buyer_label:
            pen.write(x, y, self.said(self.family.buyer_label), pen.size - 1, colour=GREY)
            y += pen.step * 1.2
        name, *others = [self.said(line) for line in self.family.buyer]
        y = pen.lines(x, y, [name], width, bold=True)
        return pen.lines(x, y, others, width)

    def facts(self, x: float, y: float, width: float):
        """Number and dates; nothing where the family sets them below."""
        if self.family.meta_below or not self.pairs:
            return y
        return METAS[self.family.meta](self.pen, self.pairs, x, y, width)

    def headline(self, x: float, y: float, size: float = 17, align: str = "left", width: float = 88, colour=None):
        small = self.pen.fitting(self.title, width, size, True)
        self.pen.write(x, y, self.title, small, True, align, colour or self.pen.colour)
        return y + small * 0.47


def classic(head: Head) -> float:
    """Letterhead left, title and facts right, buyer's window under them."""
    low = head.letterhead(18, 20)
    y = head.headline(112, 22, width=80)
    y = head.facts(112, y + 3, 80)
    return max(low, head.address(112, max(y + 5, 50)))


def window(head: Head) -> float:
    """Letterhead right, the buyer's window left with the sender above it, facts beside, title below."""
    pen = head.pen
    head.letterhead(192, 18, "right")
    pen.write(20, 48, head.said("{seller} · {street} · {town}"), 6.5, colour=GREY)
    low = head.address(20, 54)
    y = head.facts(122, 54, 70)
    return head.headline(18, max(low, y, 84) + 8, 13, width=170)


def band(head: Head) -> float:
    """A coloured band with name and title; buyer left, facts right."""
    pen = head.pen
    pen.sheet.box(0, 0, 210, 36, fill=pen.colour)
    head.letterhead(18, 14, colour=WHITE)
    head.headline(192, 22, 22, "right", 75, WHITE)
    low = head.address(18, 48)
    return max(low, head.facts(118, 48, 74))


def sidebar(head: Head) -> float:
    """A tinted column at the left holds the sender and the facts, on this page; the rest stands right of it."""
    pen = head.pen
    pen.sheet.box(0, 0, 58, 297, fill=tint(pen.colour, 0.12))
    low = head.letterhead(8, 22, size=12, width=46)
    head.facts(8, low + 14, 46)
    pen.left = 66
    y = head.headline(66, 26, 24, width=120)
    return max(head.address(66, y + 10), 64)


def centre(head: Head) -> float:
    """All of the sender in the middle, a rule, the title in the middle; buyer right, facts left."""
    pen = head.pen
    y = head.letterhead(105, 20, "centre", 16, width=150)
    pen.sheet.rule(18, y, 192)
    y = head.headline(105, y + 9, 15, "centre", 170)
    low = head.facts(18, y + 6, 80)
    return max(low, head.address(118, y + 6, 74))


def opening(head: Head) -> float:
    """A large title top left with the facts under it, the logo at the right, both parties side by side below."""
    pen = head.pen
    marks.logo(pen, head.family.logo, 174, 15, head.name[0])
    y = head.headline(18, 24, 22, width=130)
    y = head.facts(18, y + 3, 90) + 4
    pen.write(18, y, head.name, bold=True)
    low = pen.lines(18, y + pen.step, [head.said(line) for line in head.family.letterhead], 78)
    return max(low, head.address(105, y))


def boxes(head: Head) -> float:
    """Two boxes side by side, the sender's and the buyer's; the title between rules above."""
    pen = head.pen
    y = head.headline(105, 22, 18, "centre", 170)
    pen.sheet.rule(18, y - 2, 192)
    low = head.letterhead(22, y + 7, size=11, width=76)
    other = head.address(114, y + 7, 74)
    bottom = max(low, other) + 1
    for x in (18, 110):
        pen.sheet.box(x, y + 1, 82, bottom - y - 1, edge=GREY)
    return head.facts(18, bottom + 7, 174)


def letter(head: Head) -> float:
    """A letter: name in the middle, buyer right, place and day, then the subject."""
    y = head.letterhead(105, 20, "centre", 15, width=150)
    y = head.address(112, max(y + 8, 52))
    y = head.facts(18, y + 8, 170)
    return head.headline(18, y + 6, 11, width=172, colour=(0, 0, 0))


def strip(head: Head) -> float:
    """Sender left, buyer right, then a dark strip across with the title."""
    pen = head.pen
    low = max(head.letterhead(18, 20), head.address(118, 26, 74)) + 3
    pen.sheet.box(18, low, 174, 9, fill=pen.colour)
    head.headline(105, low + 6.4, 13, "centre", 165, WHITE)
    return head.facts(18, low + 16, 174)


def bill(head: Head) -> float:
    """A utility's bill: references in a column at the left, buyer right, title under the letterhead."""
    low = head.letterhead(18, 20)
    low = head.headline(18, max(low + 6, 46), 13, width=88)
    low = head.facts(18, low + 3, 84)
    return max(low, head.address(116, 52, 76))


def plain(head: Head) -> float:
    """What a spreadsheet prints: all at the left, in order."""
    y = head.letterhead(18, 20, size=12)
    y = head.headline(18, y + 8, 12, width=170, colour=(0, 0, 0))
    y = head.facts(18, y + 2, 120)
    return head.address(18, y + 5, 120)


def mirrored(head: Head) -> float:
    """Buyer left, sender and facts in a column at the right."""
    y = head.headline(18, 24, 20, width=90)
    low = head.address(18, max(y + 14, 44))
    right = head.letterhead(122, 22, size=12, width=52)
    return max(low, head.facts(122, right + 4, 70))


HEADS: dict[str, Callable[[Head], float]] = {
    one.__name__: one
    for one in (
        classic, window, band, sidebar, centre, opening, boxes, letter, strip, bill, plain, mirrored,
    )
}  # fmt: skip
