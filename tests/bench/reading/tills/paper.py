"""The slip on thermal paper: printed, worn, and put before a camera."""

from __future__ import annotations

import io
from random import Random

import pymupdf
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from app.demo.pictures import grainy
from app.demo.sheet import BLACK, FONTS, MM, Sheet
from tests.bench.reading.families.pen import FACES
from tests.bench.reading.tills.shop import Shop
from tests.bench.reading.tills.slip import Row

WIDTH, EDGE, STEP, CODE = 80.0, 4.0, 4.2, 14.0


def photographed(rows: list[Row], shop: Shop, chance: Random) -> bytes:
    """A JPEG of the slip, as cropped as scanners crop it."""
    with pymupdf.open(stream=printed(rows, shop, chance)) as pages:
        pixels = pages[0].get_pixmap(dpi=shop.dpi, colorspace=pymupdf.csGRAY)
    picture = WEARS[shop.wear](Image.frombytes("L", (pixels.width, pixels.height), pixels.samples), chance)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=chance.randrange(55, 85), dpi=(shop.dpi, shop.dpi))
    return out.getvalue()


def printed(rows: list[Row], shop: Shop, chance: Random) -> bytes:
    """The rows as a PDF as long as they need."""
    height = 14 + sum(STEP * (1.7 if row.is_big else 1) for row in rows) + (CODE + 8 if shop.barcode else 0)
    height += 14 if 1.3 < height / WIDTH < 1.5 else 0  # or it is taken for a slip on a scanner's bed
    sheet, y = Sheet(WIDTH, height), 8.0
    if shop.barcode == "head":
        y = barcode(sheet, y - 3, chance)
    for row in rows:
        y += STEP * (0.7 if row.is_big else 0)
        write(sheet, y, row, shop)
        y += STEP
    if shop.barcode == "foot":
        barcode(sheet, y - 3.4, chance)  # so close that it touches the last line
    return sheet.done()


def write(sheet: Sheet, y: float, row: Row, shop: Shop) -> None:
    plain, heavy = FACES[shop.face]
    usual = 2.83 * (WIDTH - 2 * EDGE) / shop.columns / 0.6
    size, font = (usual * 1.5, heavy) if row.is_big else (usual, plain)
    length = FONTS[font].text_length(row.left + row.right, size) or 1.0
    size = min(size, size * (WIDTH - 2 * EDGE - 3) * MM / length)
    if row.is_centred:
        sheet.write(WIDTH / 2, y, row.left, size, font, align="centre")
        return
    sheet.write(EDGE, y, row.left, size, font)
    sheet.write(WIDTH - EDGE, y, row.right, size, font, align="right")


def barcode(sheet: Sheet, y: float, chance: Random) -> float:
    """Bars from edge to edge; gives where the next row goes."""
    x = 10.0
    while x < WIDTH - 10:
        wide = chance.choice((0.3, 0.3, 0.6, 0.9))
        sheet.box(x, y, wide, CODE, fill=BLACK)
        x += wide + chance.choice((0.3, 0.6, 0.9))
    return y + CODE + 3.4


def clean(slip: Image.Image, chance: Random) -> Image.Image:
    return grainy(slip, chance, 6)


def faded(slip: Image.Image, chance: Random) -> Image.Image:
    """Pale print on yellowed paper, paler towards one end."""
    pale = slip.point(lambda level: 120 + level // 2)
    fading = Image.linear_gradient("L").resize(slip.size)
    slip = Image.composite(pale, slip.point(lambda level: 40 + level * 4 // 5), fading)
    return grainy(slip.filter(ImageFilter.GaussianBlur(0.6)), chance, 14)


def streaks(slip: Image.Image, chance: Random) -> Image.Image:
    """White stripes down the paper, where the head of the printer is dirty."""
    pen = ImageDraw.Draw(slip)
    for _each in range(chance.randint(2, 4)):
        x = chance.randrange(slip.width)
        pen.line([(x, 0), (x, slip.height)], 235, chance.randint(1, 2))
    return grainy(slip.filter(ImageFilter.GaussianBlur(0.5)), chance, 16)


def grey(slip: Image.Image, chance: Random) -> Image.Image:
    """Grey paper with a shadow across it."""
    shadow = Image.radial_gradient("L").resize(slip.size).point(lambda level: 225 - level // 3)
    return grainy(ImageChops.multiply(slip, shadow).filter(ImageFilter.GaussianBlur(0.5)), chance, 14)


def tilted(slip: Image.Image, chance: Random) -> Image.Image:
    """Laid down askew."""
    askew = slip.rotate(chance.uniform(-2.5, 2.5), Image.Resampling.BICUBIC, expand=True, fillcolor=240)
    return grainy(askew.filter(ImageFilter.GaussianBlur(0.6)), chance, 16)


WEARS = {one.__name__: one for one in (clean, faded, streaks, grey, tilted)}
