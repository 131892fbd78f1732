"""What a file holds once it was opened: pages, words and where they stand."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.einvoice.invoice import Invoice

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
    """Resolution of `image`."""
    glyph_height: float = 0.0
    """Median height of the words, as a fraction of the page."""
    look: str = ""
    """What an OCR'd page looks like: `page`, `picture` (clean, made by a program) or `receipt`."""
    passes: list[list[Word]] = field(default_factory=list)
    """What further OCR passes over the same page read, where more than one was made: second opinions."""


@dataclass(slots=True)
class Embedded:
    """A file inside the file (a Factur-X invoice, an annex), as bytes nobody opened yet.

    Where it was too large to be carried over, `data` is empty and only the name is told.
    """

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
    """What a person should know: see `app.reader.reasons.FLAGS`."""
    einvoices: list[Invoice] = field(default_factory=list)
    """The e-invoices found in the file (the file itself, or embedded XML); two different ones deserve a look."""
    xml_error: str = ""
    """Why an embedded XML could not be read (`xml_doctype`, `xml_broken`…), where one could not."""


@dataclass(slots=True)
class Sheet:
    """The cells of one sheet of a spreadsheet, as text, row by row; a CSV file is one sheet without a name."""

    name: str
    rows: list[list[str]] = field(default_factory=list)


class Unreadable(Exception):
    """The file could not be read; `code` is a key of `app.reader.reasons.REASONS`, `detail` is for the log.

    `contents` holds what was read before it went wrong, pages drawn included.
    """

    def __init__(self, code: str, detail: str = "", contents: Contents | None = None):
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail
        self.contents = contents
