"""A sheet written on by a hand that measures: texts are wrapped, columns widened, pages turned."""

from __future__ import annotations

from collections.abc import Callable

import pymupdf

from app.demo.sheet import BLACK, FONTS, GREY, HEIGHT, MM, WHITE, Colour, Sheet

__all__ = ["BLACK", "GREY", "WHITE", "Pen", "tint"]

FACES = {"sans": ("helv", "hebo"), "serif": ("tiro", "tibo"), "mono": ("cour", "cobo")}


def tint(colour: Colour, share: float) -> Colour:
    """The colour, thinned with white."""
    red, green, blue = (1 - (1 - part) * share for part in colour)
    return (red, green, blue)


class Pen:
    """Writes in one face on page after page; `y` is where the next thing goes, in millimetres."""

    def __init__(self, face: str, size: float, colour: str):
        self.sheet = Sheet()
        self.plain, self.heavy = FACES[face]
        self.size = size
        self.colour: Colour = tuple(int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
        self.left, self.right, self.bottom, self.y = 18.0, 192.0, 262.0, 18.0
        self.on_turn: Callable[[], None] = lambda: None

    @property
    def step(self) -> float:
        """From one line to the next."""
        return self.size * 0.47

    def width(self, text: str, size: float = 0, bold: bool = False) -> float:
        return FONTS[self.heavy if bold else self.plain].text_length(text, size or self.size) / MM

    def write(
        self, x: float, y: float, text: str, size: float = 0, bold: bool = False, align: str = "left",
        colour: Colour = BLACK,
    ) -> None:  # fmt: skip
        """One line with its base line at `y`."""
        if text:
            self.sheet.write(x, y, text, size or self.size, self.heavy if bold else self.plain, colour, align)

    def wrapped(self, text: str, width: float, size: float = 0, bold: bool = False) -> list[str]:
        """The text in lines no wider than `width`."""
        lines = [""]
        for word in text.split(" "):
            longer = f"{lines[-1]} {word}".strip(" ")
            if lines[-1] and self.width(longer, size, bold) > width:
                lines.append(word)
            else:
                lines[-1] = longer
        return lines

    def lines(
        self, x: float, y: float, texts: list[str], width: float = 200, size: float = 0, bold: bool = False,
        align: str = "left", colour: Colour = BLACK,
    ) -> float:  # fmt: skip
        """Texts under each other, wrapped where they must be; gives where the next would stand."""
        for text in texts:
            for line in self.wrapped(text, width, size, bold):
                self.write(x, y, line, size, bold, align, colour)
                y += (size or self.size) * 0.47
        return y

    def fitting(self, text: str, width: float, size: float, bold: bool = False) -> float:
        """The size at which the text is no wider than that."""
        return min(size, size * width / max(self.width(text, size, bold), 1))

    def room(self, height: float) -> None:
        """Turn the page where less than this is left."""
        if self.y + height > self.bottom:
            self.turn()

    def turn(self) -> None:
        self.sheet.turn()
        self.y = 22.0
        self.on_turn()

    def slanted(self, x: float, y: float, text: str, size: float, angle: float, colour: Colour, opacity: float) -> None:
        """Text turned about its start: a watermark, a margin note."""
        page = self.sheet.page
        writer = pymupdf.TextWriter(page.rect, color=colour, opacity=opacity)
        writer.append((x * MM, y * MM), text, font=FONTS[self.heavy if size > 20 else self.plain], fontsize=size)
        writer.write_text(page, morph=(pymupdf.Point(x * MM, y * MM), pymupdf.Matrix(angle)))

    def on_every_page(self, draw: Callable[[int, int], None]) -> None:
        """`draw(page, pages)` with the pen on each page in turn."""
        count = len(self.sheet.document)
        for place in range(count):
            self.sheet.page = self.sheet.document[place]
            draw(place + 1, count)

    def is_low(self, y: float) -> bool:
        return y > HEIGHT - 30
