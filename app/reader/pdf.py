"""PDF: the text layer where it is usable, OCR where it is not, and the files it carries."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pymupdf
from PIL import Image

from app.reader import drawing, ocr
from app.reader.carried import carried
from app.reader.contents import Page, Unreadable, Word
from app.reader.job import Job
from app.reader.legible import Legible, legible
from app.reader.textlayer import is_blank, is_usable, layer

OCR_DPI = 300
_SCRIPTS = ("/JavaScript", "/JS", "/Launch", "/SubmitForm", "/ImportData")
_MAX_OBJECTS = 3000


def read(data: bytes, job: Job) -> Iterator[tuple[str, Any]]:
    """The files inside, then the pages one by one."""
    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)
    document = _opened(data, job)
    count = document.page_count
    yield "begin", {"type": "pdf", "page_count": count}
    yield from (("flag", flag) for flag in _flags(document, job))
    yield from carried(document, job)
    yield from _Pages(document, job).all()


def _opened(data: bytes, job: Job) -> pymupdf.Document:
    try:
        document = pymupdf.open(stream=data, filetype="pdf")
    except Exception as error:  # the library raises many kinds
        raise Unreadable("broken", type(error).__name__) from error
    if not document.is_pdf:
        raise Unreadable("not_supported", "not a PDF once opened")
    if document.needs_pass and not document.authenticate(job.password or ""):
        raise Unreadable("wrong_password" if job.password else "encrypted")
    if document.page_count == 0:
        raise Unreadable("broken" if document.is_repaired else "no_pages")
    return document


def _flags(document: pymupdf.Document, job: Job) -> Iterator[str]:
    if document.page_count > job.limits.pages:
        yield "pages_left_out"
    if document.is_repaired:
        yield "repaired"
    if _has_script(document):
        yield "has_script"


def _has_script(document: pymupdf.Document) -> bool:
    """True where the file could start something; nothing of it is ever run here."""
    for xref in range(1, min(document.xref_length(), _MAX_OBJECTS)):
        try:
            written = document.xref_object(xref, compressed=True)
        except RuntimeError:
            continue  # a number that stands for no object
        if any(word in written for word in _SCRIPTS):
            return True
    return False


class _Pages:
    """The pages on their way out, with what has to be remembered between them."""

    def __init__(self, document: pymupdf.Document, job: Job):
        self.document = document
        self.job = job
        self.text_left = job.limits.text_bytes
        self.flags: set[str] = set()
        self.failure: Unreadable | None = None
        self.legible_count = 0
        self.languages_checked = False

    def all(self) -> Iterator[tuple[str, Any]]:
        """Each page; then the flags; where no page could be read because OCR failed, that failure."""
        count = min(self.document.page_count, self.job.limits.pages)
        for number in range(1, count + 1):
            yield "at", [number, count]
            self.job.begin_page()
            page = self.page(number)
            self.legible_count += bool(page.words)
            yield "page", page
        if self.failure and not self.legible_count:
            raise self.failure
        if self.failure:
            self.flags.add("ocr_failed")
        if "repaired" in self.flags or (self.document.is_repaired and not self.legible_count):
            raise Unreadable("broken", "nothing legible")
        yield from (("flag", flag) for flag in sorted(self.flags))

    def page(self, number: int) -> Page:
        """One page from its text layer, or by OCR."""
        try:
            drawn = self.document[number - 1]
            words, hidden = layer(drawn)
            if hidden:
                self.flags.add("hidden_text")
            if self.job.text_only or (not self.job.force_ocr and is_usable(drawn, words)) or is_blank(drawn):
                return self.as_text(drawn, number, words)
            return self.by_ocr(drawn, number)
        except (pymupdf.mupdf.FzErrorBase, RuntimeError, ValueError) as error:
            if "malloc" in str(error):
                raise MemoryError from error
            self.failure = self.failure or Unreadable("broken", type(error).__name__)
            return Page(number, 0.0, 0.0, source="none")

    def as_text(self, drawn: pymupdf.Page, number: int, words: list[Word]) -> Page:
        """The page with the words of its text layer."""
        page = Page(number, round(drawn.rect.width, 1), round(drawn.rect.height, 1), self.kept(words))
        page.source = "text" if page.words else "none"
        page.glyph_height = drawing.glyph_height(page)
        if self.job.draw:
            page.dpi = self.fitting(drawn, drawing.DPI, drawing.MAX_SIZE[0] * drawing.MAX_SIZE[1])
            page.image = f"page-{number}.png"
            pixmap = drawn.get_pixmap(dpi=page.dpi, alpha=False, colorspace=pymupdf.csRGB)
            (self.job.work / page.image).write_bytes(drawing.png(pixmap))
        return page

    def by_ocr(self, drawn: pymupdf.Page, number: int) -> Page:
        """The page drawn and read by Tesseract; without words where that fails."""
        dpi = self.fitting(drawn, OCR_DPI, self.job.limits.page_pixels)
        pixmap = drawn.get_pixmap(dpi=dpi, alpha=False, colorspace=pymupdf.csRGB)
        picture = Image.frombytes("RGB", (pixmap.width, pixmap.height), pixmap.samples)
        try:
            if not self.languages_checked:
                ocr.check_languages(self.job)
                self.languages_checked = True
            found = legible(picture, self.job, dpi)
        except ocr.OutOfTime:
            self.failure, found = self.failure or Unreadable("too_slow", "ocr"), Legible(picture)
        except Unreadable as error:
            self.failure, found = self.failure or error, Legible(picture)
        found.words = self.kept(found.words)
        return drawing.page_of(found, number, dpi, self.job)

    def fitting(self, drawn: pymupdf.Page, dpi: int, pixels: int) -> int:
        """`dpi`, lowered until the page has no more than `pixels`."""
        inches = drawn.rect.width / 72 * drawn.rect.height / 72
        most = math.floor(math.sqrt(pixels / max(inches, 0.01)))
        if most < dpi:
            self.flags.add("resolution_lowered")
        return max(1, min(dpi, most))

    def kept(self, words: list[Word]) -> list[Word]:
        """The words as far as the limit of text allows."""
        for place, word in enumerate(words):
            self.text_left -= len(word.text.encode()) + 1
            if self.text_left < 0:
                self.flags.add("text_left_out")
                return words[:place]
        return words
