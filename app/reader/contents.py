"""What a file holds once it was opened: pages, words and where they stand."""

from __future__ import annotations

from dataclasses import dataclass, field

Box = tuple[float, float, float, float]
"""x0, y0, x1, y1 as fractions of the page, from its top left corner."""


@dataclass(frozen=True, slots=True)
class Word:
    """One printed word; `confidence` is 1 where the file itself says it, OCR's own (0 to 1) otherwise."""

    text: str
    box: Box
    block: int = 0
    line: int = 0
    confidence: float = 1.0


@dataclass(slots=True)
class Page:
    """One page, upright. `width` and `height` in points; `image` is the file name of its drawn PNG."""

    number: int
    width: float
    height: float
    words: list[Word] = field(default_factory=list)
    source: str = "text"
    """`text` (the file's own layer), `ocr`, or `none` (nothing legible)."""
    image: str | None = None
    dpi: int = 0
    glyph_height: float = 0.0
    """Median height of the words, as a fraction of the page."""


@dataclass(slots=True)
class Embedded:
    """A file inside the file (a Factur-X invoice, an annex), as bytes nobody opened yet."""

    name: str
    data: bytes
    mime: str = ""


@dataclass(slots=True)
class Contents:
    """All that the reader could tell about one file."""

    type: str
    """`pdf`, `image` or `xml`, judged from the bytes."""
    pages: list[Page] = field(default_factory=list)
    embedded: list[Embedded] = field(default_factory=list)
    page_count: int = 0
    """Pages in the file; `pages` may hold fewer where the limit was reached."""
    flags: list[str] = field(default_factory=list)
    """What a person should know: `pages_left_out`, `resolution_lowered`, `has_script`, `hidden_text`."""
