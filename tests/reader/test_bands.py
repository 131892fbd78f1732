"""Print on bands is read; what is dark for another reason stays as it is."""

from __future__ import annotations

import io

import pymupdf
import pytest
from PIL import Image, ImageStat

from app.demo.sheet import BLACK, Sheet
from app.extraction.labels import fold
from app.reader import bands
from app.reader.cage import read
from tests.reader.test_reading import PATIENT, text_of

NAVY, WHITE = (0.13, 0.18, 0.35), (1, 1, 1)


def bill(*, dpi: int = 200, fill=NAVY, tilt: float = 0.0) -> Image.Image:
    """An invoice whose head and whose total stand on dark bands, and a heading on a grey one."""
    sheet = Sheet()
    sheet.box(0, 0, 210, 26, fill=fill)
    sheet.write(20, 16, "FACTURE F-2026-0042", 20, "hebo", colour=WHITE)
    sheet.lines(20, 50, ["Total HT 1 000,00", "TVA 20 % 200,00"], 11, 7)
    sheet.box(20, 66, 170, 8, fill=fill)
    sheet.write(24, 71.5, "Net à payer", 11, "hebo", colour=WHITE)
    sheet.write(160, 71.5, "1 200,00 EUR", 11, "hebo", colour=WHITE)
    sheet.box(20, 100, 100, 10, fill=(0.6, 0.6, 0.6))
    sheet.write(24, 106.5, "Conditions de règlement", 11, "hebo", colour=BLACK)
    sheet.lines(20, 125, ["Paiement à trente jours par virement.", "Livraison faite, montage compris."] * 8, 10, 6)
    with pymupdf.open(stream=sheet.done()) as pages:
        pixels = pages[0].get_pixmap(dpi=dpi, colorspace=pymupdf.csGRAY)
    picture = Image.frombytes("L", (pixels.width, pixels.height), pixels.samples)
    return _scanned(picture, tilt) if tilt else picture


def _scanned(picture: Image.Image, tilt: float) -> Image.Image:
    askew = picture.rotate(tilt, Image.Resampling.BICUBIC, fillcolor=255)
    return Image.blend(askew, Image.effect_noise(askew.size, 60), 0.08)


def test_bands_of_light_print_become_dark_print_on_paper():
    """IN-10: to their edges, and nothing around them changes."""
    before = bill()
    after = bands.lifted(before)
    millimetre = 200 / 25.4
    part = lambda picture, *box: picture.crop(tuple(round(edge * millimetre) for edge in box))  # noqa: E731
    for box in ((1, 1, 209, 25), (21, 67, 189, 73)):
        assert ImageStat.Stat(part(before, *box)).median[0] < 80
        assert ImageStat.Stat(part(after, *box)).median[0] == 255
        assert part(after, *box).getextrema()[0] < 30
    assert part(after, 21, 101, 119, 109).getextrema() == (0, 255)
    for box in ((0, 27, 210, 65), (0, 75, 210, 99), (0, 111, 210, 297)):
        assert part(after, *box).tobytes() == part(before, *box).tobytes()


@pytest.mark.parametrize(
    ("fill", "tilt", "form"), [(NAVY, 0.0, "PNG"), (NAVY, 1.3, "JPEG"), ((0.45, 0.5, 0.55), 0.0, "JPEG")]
)
def test_what_stands_on_a_band_is_read(on_disk, fill, tilt, form):
    """EX-2: as a picture, as a scan that lies askew, and where the band is a mere grey."""
    out = io.BytesIO()
    bill(fill=fill, tilt=tilt).save(out, form, dpi=(200, 200))
    [page] = read(on_disk(out.getvalue(), "bill"), limits=PATIENT).pages
    text = fold(text_of(page))
    for said in ("F-2026-0042", "Net à payer", "1 200,00 EUR", "Conditions de règlement", "TVA 20 %"):
        assert fold(said) in text


def test_large_print_in_the_middle_cuts_no_band():
    """IN-10: nor do the rules between its rows; it is lifted from its first row to its last."""
    sheet = Sheet()
    for place, label in enumerate(("Montant net HT", "Total des taxes", "Montant TTC dû")):
        y = 60 + 6 * place
        sheet.box(20, y, 42, 6, fill=(0.6, 0.6, 0.6), edge=BLACK)
        sheet.write(41, y + 4.6, label, 13, "hebo", colour=WHITE, align="centre")
        sheet.write(75, y + 4.6, "72 611,50", 13, "hebo")
    sheet.lines(20, 125, ["Paiement à trente jours par virement."] * 8, 10, 6)
    with pymupdf.open(stream=sheet.done()) as pages:
        pixels = pages[0].get_pixmap(dpi=200, colorspace=pymupdf.csGRAY)
    after = bands.lifted(Image.frombytes("L", (pixels.width, pixels.height), pixels.samples))
    for place in range(3):
        row = after.crop(tuple(round(edge / 25.4 * 200) for edge in (21, 61 + 6 * place, 61, 65 + 6 * place)))
        assert ImageStat.Stat(row).median[0] > 250 and row.getextrema()[0] < 60


def test_a_picture_without_bands_is_not_copied():
    """IN-10: one of nothing, and one of a few pixels."""
    for picture in (Image.new("L", (900, 1200), 255), Image.new("L", (900, 1200), 0), Image.new("L", (30, 5), 90)):
        assert bands.lifted(picture) is picture


@pytest.mark.parametrize("dpi", [150, 200, 300, 600])
def test_large_and_bold_print_is_no_band(dpi):
    """IN-10: the stroke of a letter is as dark and as even as one."""
    sheet = Sheet()
    for place, size in enumerate((11, 14, 24, 36, 48)):
        sheet.write(15, 30 + 25 * place, "FACTURE", size, "hebo")
        sheet.write(15, 165 + 25 * place, "ÉTÉ TOTAL TTC", size, "hebo")
    with pymupdf.open(stream=sheet.done()) as pages:
        pixels = pages[0].get_pixmap(dpi=dpi, colorspace=pymupdf.csGRAY)
    picture = Image.frombytes("L", (pixels.width, pixels.height), pixels.samples)
    assert bands.lifted(picture) is picture


def test_a_pattern_of_bands_costs_no_more_than_a_hundred():
    """SAFETY S24: hundreds of them, each with print on it."""
    tile = Image.new("L", (500, 125), 255)
    tile.paste(60, (20, 20, 420, 80))
    tile.paste(255, (150, 45, 300, 55))
    picture = Image.new("L", (4000, 4000), 255)
    for place in range(8 * 32):
        picture.paste(tile, (500 * (place % 8), 125 * (place // 8)))
    after = bands.lifted(picture)
    lifted = [after.getpixel((500 * (place % 8) + 40, 125 * (place // 8) + 40)) == 255 for place in range(8 * 32)]
    assert sum(lifted) == 100


def test_a_column_of_labels_on_a_band_is_read(on_disk):
    """EX-2: the band is higher than wide, and rules part it from the values beside it."""
    facts = {"Te betalen voor": "13 november 2025", "Datum factuur": "14 oktober 2025", "Uw referentie": "UR-8624"}
    sheet = Sheet()
    sheet.write(20, 30, "Zuidpolder Machines", 16, "hebo")
    sheet.lines(20, 40, ["Havendijk 5", "4671 Dinteloord"], 10, 6)
    sheet.box(124, 50, 23, 28, fill=NAVY, edge=BLACK)
    for place, (label, value) in enumerate(facts.items()):
        y = 50 + 7 * place
        sheet.write(125.5, y + 4.8, label, 8, "tibo", colour=WHITE)
        sheet.write(149, y + 4.8, value, 8, "tiro")
        sheet.box(147, y, 48, 7, edge=BLACK)
    sheet.lines(20, 125, ["Betaling binnen dertig dagen.", "Levering inbegrepen, montage apart."] * 6, 10, 6)
    with pymupdf.open(stream=sheet.done()) as pages:
        pixels = pages[0].get_pixmap(dpi=200, colorspace=pymupdf.csGRAY)
    level, out = Image.frombytes("L", (pixels.width, pixels.height), pixels.samples), io.BytesIO()
    assert [tuple(round(edge / 200 * 25.4) for edge in box) for box in bands.find(level)] == [(124, 50, 147, 78)]
    _scanned(level, 1.5).save(out, "JPEG", dpi=(200, 200))
    [page] = read(on_disk(out.getvalue(), "facts.jpg"), limits=PATIENT).pages
    for said in (*facts, *facts.values()):
        assert said in text_of(page)
