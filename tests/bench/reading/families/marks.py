"""What a page has besides its contents: a logo, a watermark, a margin note, a foot, its number."""

from __future__ import annotations

from tests.bench.reading.families.pen import GREY, Pen, tint
from tests.bench.reading.families.wording import Said


def logo(pen: Pen, kind: str, x: float, y: float, letter: str) -> float:
    """A mark some 14 mm high at its top left corner; gives its width with the gap after it."""
    if kind == "disc":
        pen.sheet.disc(x + 7, y + 7, 7, pen.colour)
        pen.write(x + 7, y + 9.6, letter, 20, True, "centre", (1, 1, 1))
    elif kind == "bars":
        for place, height in enumerate((6, 10, 14)):
            pen.sheet.box(x + 5 * place, y + 14 - height, 4, height, fill=tint(pen.colour, 0.4 + 0.3 * place))
    elif kind == "peak":
        pen.sheet.polygon([(x, y + 14), (x + 7, y), (x + 14, y + 14)], pen.colour)
        pen.sheet.polygon([(x + 8, y + 14), (x + 12, y + 6), (x + 16, y + 14)], tint(pen.colour, 0.5))
    elif kind == "square":
        pen.sheet.box(x, y, 14, 14, fill=pen.colour)
        pen.sheet.box(x + 4, y + 4, 6, 6, fill=(1, 1, 1))
    else:
        return 0.0
    return 19.0


def foot(pen: Pen, said: Said) -> None:
    """Legal mentions at the foot of a page, as the family sets them."""
    family = said.family
    size = 6.8
    texts = [said(line) for line in family.foot]
    if family.footing == "columns":
        _columns(pen, [text.split("|") for text in texts], size)
        return
    pen.sheet.rule(pen.left, 276 - 3 * (len(texts) > 2), pen.right)
    y = 280.0 - 3 * (len(texts) > 2)
    for text in texts:
        middle = family.footing == "centre"
        at = (pen.left + pen.right) / 2 if middle else pen.left
        small = pen.fitting(text, pen.right - pen.left, size)
        pen.write(at, y, text, small, False, "centre" if middle else "left", GREY)
        y += 3.2


def _columns(pen: Pen, columns: list[list[str]], size: float) -> None:
    """Each text is a column, its lines parted by |."""
    width = (pen.right - pen.left) / len(columns)
    height = max(len(lines) for lines in columns) * 3.1
    pen.sheet.rule(pen.left, 286 - height - 4, pen.right)
    for place, lines in enumerate(columns):
        for row, line in enumerate(lines):
            small = pen.fitting(line, width - 3, size)
            pen.write(pen.left + place * width, 286 - height + row * 3.1, line, small, colour=GREY)


def every_page(pen: Pen, said: Said) -> None:
    """Foot, page number, watermark and margin note."""
    family = said.family

    def draw(page: int, pages: int) -> None:
        if family.foot:
            foot(pen, said)
        if family.page_words:
            words = family.page_words.format(page=page, pages=pages)
            pen.write(pen.right, 292, words, 7.5, align="right", colour=GREY)
        if family.watermark and page == 1:
            pen.slanted(62, 205, family.watermark, 64, 45, (0.6, 0.6, 0.6), 0.25)
        if family.margin:
            pen.slanted(8, 220, said(family.margin), 6.5, 90, GREY, 1)

    pen.on_every_page(draw)
