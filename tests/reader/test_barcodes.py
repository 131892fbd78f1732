"""Barcodes are wiped out before Tesseract sees them; what touches them is read, and nothing else is taken for one."""

from __future__ import annotations

import io
from random import Random

import pymupdf
from PIL import Image

from app.demo.sheet import BLACK, Sheet
from app.reader import barcodes, straighten
from app.reader.cage import read
from tests.bench.reading.tills import paper
from tests.reader.test_reading import PATIENT, text_of


def slip(*, code: bool = True) -> Image.Image:
    """A till's slip whose last line touches the bars."""
    sheet = Sheet(80, 90)
    sheet.write(40, 12, "LIBRAIRIE", 30, "hebo", align="centre")
    sheet.lines(6, 30, ["Total TTC 12,90", "Carte bancaire 12,90"], 11, 6, font="cour")
    if code:
        paper.barcode(sheet, 50, Random(1))
    sheet.write(6, 66.0, "1183 02.03.26 15:59", 11, "cour")
    for place in (10, 30, 50, 70):
        sheet.upright(place, 72, 88, BLACK)
    with pymupdf.open(stream=sheet.done()) as pages:
        pixels = pages[0].get_pixmap(dpi=250, colorspace=pymupdf.csGRAY)
    return Image.frombytes("L", (pixels.width, pixels.height), pixels.samples)


def test_a_barcode_is_found_and_nothing_else_is():
    """EX-2: bars, but neither the strokes of a headline nor the rules of a table."""
    [(left, top, right, bottom)] = barcodes.find(slip())
    high = slip().height
    assert 0.54 < top / high < 0.57 and 0.69 < bottom / high < 0.73
    assert left < 120 and right > 660
    assert not list(barcodes.find(slip(code=False)))
    assert barcodes.without(slip()).crop((left, top, right, bottom)).getextrema() == (255, 255)


def test_bars_do_not_turn_a_slip_on_its_side():
    """IN-10: they run from top to bottom, but the print does not."""
    assert straighten.lies_on_its_side(slip().crop((0, 300, 788, 720)))
    assert not straighten.lies_on_its_side(barcodes.without(slip()).crop((0, 300, 788, 720)))


def test_the_line_that_touches_a_barcode_is_read(on_disk):
    """EX-2: tills print the day right below it."""
    out = io.BytesIO()
    slip().save(out, "JPEG", quality=70, dpi=(250, 250))
    [page] = read(on_disk(out.getvalue(), "slip.jpg"), limits=PATIENT).pages
    assert "15:59" in text_of(page)
