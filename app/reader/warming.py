"""Loads all that reading needs and uses it once, on things of our own, so that no child has to."""

from __future__ import annotations

import codecs
import io
import os
from contextlib import suppress

import openpyxl
import pikepdf
import pymupdf
from PIL import Image

from app.einvoice.parsing import NotAnInvoice, parse
from app.reader import confine, drawing, ocr, pdf, pictures

ENCODINGS = (
    *("utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "latin-1", "iso-8859-2", "iso-8859-15", "cp1250", "cp1252"),
    *("ascii", "raw_unicode_escape"),
)


def warm() -> None:
    """Whatever a library does at its first use is done here; nothing is opened that came from outside."""
    if os.geteuid() != 0:
        confine.may_leave_network()  # asked once, not by each child
    drawing.prepare()
    pictures.prepare()
    ocr.prepare()
    for encoding in ENCODINGS:
        codecs.lookup(encoding)
    _draw_a_page()
    _turn_a_picture()
    _write_and_read_a_sheet()
    _compose_and_cut()
    with suppress(NotAnInvoice):
        parse(b"<Nothing/>")


def _draw_a_page() -> None:
    document = pymupdf.open()
    document.new_page().insert_text((72, 72), "Facture")
    page = pymupdf.open(stream=document.tobytes(), filetype="pdf")[0]
    pdf.layer(page)
    drawing.png(page.get_pixmap(dpi=drawing.DPI, alpha=False, colorspace=pymupdf.csRGB))


def _turn_a_picture() -> None:
    Image.new("L", (64, 64), "white").resize((32, 32), Image.Resampling.LANCZOS).save(io.BytesIO(), "PNG")


def _write_and_read_a_sheet() -> None:
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["Facture", 1.5])
    book.save(out)
    list(openpyxl.load_workbook(out, read_only=True, data_only=True).active.iter_rows(values_only=True))


def _compose_and_cut() -> None:
    out = io.BytesIO()
    writer, story = pymupdf.DocumentWriter(out), pymupdf.Story("<p>Facture <b>1</b></p>")
    page = writer.begin_page(pymupdf.paper_rect("a4"))
    story.place(pymupdf.paper_rect("a4"))
    story.draw(page)
    writer.end_page()
    writer.close()
    pikepdf.open(out).save(io.BytesIO())
