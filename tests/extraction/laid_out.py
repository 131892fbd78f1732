"""Pages laid out in code: texts at places, as a reader of files would give them."""

from __future__ import annotations

import re
from datetime import date

from app.einvoice.invoice import Invoice
from app.extraction.choose import read_fields
from app.reader.contents import Contents, Page, Word

TODAY = date(2026, 11, 23)
LETTER, HEIGHT = 5.0, 11.0
"""Width of a character and height of a word, in points."""


def page(*texts: tuple, number: int = 1, source: str = "text", width: float = 595) -> Page:
    """A page with these texts, each at x and y in points; a fourth figure says how many times larger it is set."""
    words = []
    for x, y, text, *larger in texts:
        size = larger[0] if larger else 1.0
        for found in re.finditer(r"\S+", text):
            left, right = x + LETTER * size * found.start(), x + LETTER * size * found.end()
            box = (left / width, y / 842, right / width, (y + HEIGHT * size) / 842)
            words.append(Word(found[0], box, confidence=0.95 if source == "ocr" else 1.0))
    return Page(number, width, 842, words, source=source, glyph_height=HEIGHT / 842)


def lines(*texts: str, x: float = 50, y: float = 60, step: float = 16) -> list[tuple[float, float, str]]:
    """Texts one below the other."""
    return [(x, y + step * place, text) for place, text in enumerate(texts)]


def contents(*pages: Page, einvoices: list[Invoice] | None = None) -> Contents:
    """A document of these pages."""
    return Contents("pdf", list(pages), page_count=len(pages), einvoices=einvoices or [])


def totals(net: str, tax: str, gross: str, *, words=("Total HT", "TVA 20 %", "Total TTC"), y: float = 600):
    """The three amounts at the foot of a page."""
    said = zip(words, (net, tax, gross), strict=True)
    return [part for place, (word, amount) in enumerate(said) for part in _row(word, amount, y + 16 * place)]


def _row(word: str, amount: str, y: float) -> list[tuple[float, float, str]]:
    return [(350, y, word), (480, y, amount)]


def french_invoice(**said) -> list[tuple[float, float, str]]:
    """A plain French invoice; `said` overrides what it says."""
    facts = {
        "number": "F-2026-0042",
        "day": "02/11/2026",
        "due": "02/12/2026",
        "net": "1 000,00 €",
        "tax": "200,00 €",
        "gross": "1 200,00 €",
        "title": "FACTURE",
        "iban": "FR76 3000 6000 0112 3456 7890 189",
    } | said
    return [
        *lines("Atelier Lumen SARL", "12 rue des Lampistes", "69003 Lyon", "TVA FR40303265045"),
        (350, 60, f"{facts['title']} N° {facts['number']}"),
        (350, 76, f"Date : {facts['day']}"),
        (350, 92, f"Échéance : {facts['due']}"),
        *lines("Client :", "Menuiserie Duval SAS", "4 avenue du Bois", "44000 Nantes", x=330, y=150, step=13),
        *[
            (x, 300, text)
            for x, text in ((50, "Désignation"), (300, "Quantité"), (400, "Prix unitaire"), (500, "Total"))
        ],
        *[(x, 320, text) for x, text in ((50, "Pose"), (300, "2"), (400, "500,00"), (500, "1 000,00"))],
        *totals(facts["net"], facts["tax"], facts["gross"]),
        (50, 760, f"IBAN {facts['iban']}"),
    ]


def read(*pages, **options):
    """The reading of these pages."""
    return read_fields(contents(*pages), today=TODAY, **options)


def values(reading, *names):
    """The values of these fields."""
    return tuple(reading.value(name) for name in names)
