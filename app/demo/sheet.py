"""A page to draw on: text, lines and boxes in millimetres, and figures as the French write them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pymupdf
from babel.dates import format_date
from babel.numbers import format_decimal

MM = 72 / 25.4
WIDTH, HEIGHT = 210.0, 297.0
BLACK, GREY, WHITE = (0.1, 0.1, 0.12), (0.45, 0.45, 0.48), (1.0, 1.0, 1.0)
FONTS = {name: pymupdf.Font(name) for name in ("helv", "hebo", "tiro", "tibo", "tiit", "cour", "cobo")}
"""Embedded when used, so that the page is the same everywhere and may become PDF/A."""

Colour = tuple[float, float, float]


class Sheet:
    """One PDF being drawn; `page` is the page the pen is on."""

    def __init__(self, width: float = WIDTH, height: float = HEIGHT):
        self.document = pymupdf.open()
        self.size = (width * MM, height * MM)
        self.turn()

    def turn(self) -> None:
        """Go on with a new page."""
        self.page = self.document.new_page(width=self.size[0], height=self.size[1])

    def write(
        self,
        x: float,
        y: float,
        text: str,
        size: float = 9,
        font: str = "helv",
        colour: Colour = BLACK,
        align: str = "left",
    ) -> None:
        """One line of text with its base line at `y`; `x` is its left, its right or its middle."""
        length = FONTS[font].text_length(text, size)
        start = x * MM - {"left": 0.0, "right": length, "centre": length / 2}[align]
        writer = pymupdf.TextWriter(self.page.rect, color=colour)
        writer.append((start, y * MM), text, font=FONTS[font], fontsize=size)
        writer.write_text(self.page)

    def lines(self, x: float, y: float, texts: list[str], size: float = 9, step: float = 4.4, **how: str) -> float:
        """Several lines under each other; gives the place of the next."""
        for text in texts:
            self.write(x, y, text, size, **how)  # type: ignore[arg-type]
            y += step
        return y

    def box(
        self, x: float, y: float, w: float, h: float, fill: Colour | None = None, edge: Colour | None = None
    ) -> None:
        """A rectangle."""
        area = pymupdf.Rect(x * MM, y * MM, (x + w) * MM, (y + h) * MM)
        self.page.draw_rect(area, color=edge, fill=fill, width=0.6 if edge else 0)

    def rule(self, x: float, y: float, to: float, colour: Colour = GREY, width: float = 0.5) -> None:
        """A horizontal line."""
        self.page.draw_line((x * MM, y * MM), (to * MM, y * MM), color=colour, width=width)

    def upright(self, x: float, y: float, to: float, colour: Colour = GREY) -> None:
        """A vertical line."""
        self.page.draw_line((x * MM, y * MM), (x * MM, to * MM), color=colour, width=0.5)

    def disc(self, x: float, y: float, radius: float, fill: Colour) -> None:
        """A filled circle."""
        self.page.draw_circle((x * MM, y * MM), radius * MM, color=None, fill=fill)

    def polygon(self, points: list[tuple[float, float]], fill: Colour) -> None:
        """A filled shape."""
        self.page.draw_polyline([(x * MM, y * MM) for x, y in points], color=None, fill=fill, closePath=True)

    def done(self) -> bytes:
        """The PDF."""
        self.document.subset_fonts()
        return bytes(self.document.tobytes(garbage=3, deflate=True))


def euros(amount: Decimal, sign: str = " €") -> str:
    """1 234,56 €, with plain spaces, as most printing programs write them."""
    return plain(format_decimal(amount, format="#,##0.00", locale="fr")) + sign


def figure(amount: Decimal) -> str:
    """A quantity or a unit price, with as many decimals as it has and at least none."""
    return plain(format_decimal(amount.normalize(), format="#,##0.####", locale="fr"))


def day(moment: date, form: str = "dd/MM/yyyy", locale: str = "fr") -> str:
    """A date as printed."""
    return plain(format_date(moment, form, locale=locale))


def plain(text: str) -> str:
    """Narrow and unbreakable spaces become ordinary ones."""
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def grouped(text: str, size: int = 4) -> str:
    """FR76 3000 …"""
    return " ".join(text[i : i + size] for i in range(0, len(text), size))
