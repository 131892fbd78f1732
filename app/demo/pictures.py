"""Paper that went through a scanner or before a telephone."""

from __future__ import annotations

import io
import random

import pymupdf
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

PAPER = (236, 234, 228)


def scanned(pdf: bytes) -> bytes:
    """The first page as an office scanner gives it: grey, a little askew, one picture in a PDF."""
    page = rendered(pdf, 200).convert("L").rotate(0.7, Image.Resampling.BICUBIC, fillcolor=250)
    page = grainy(page, random.Random(1187), 14).filter(ImageFilter.GaussianBlur(0.4))
    picture = io.BytesIO()
    page.save(picture, "JPEG", quality=68, dpi=(200, 200))
    document = pymupdf.open()
    sheet = document.new_page(width=595, height=842)
    sheet.insert_image(sheet.rect, stream=picture.getvalue())
    return bytes(document.tobytes(deflate=True))


def photographed(pdf: bytes, seed: int) -> bytes:
    """A till's strip on a wooden table, taken from a little above, with a shadow on one side."""
    chance = random.Random(seed)
    strip = trimmed(rendered(pdf, 300))
    strip = ImageChops.multiply(strip, Image.new("RGB", strip.size, PAPER))
    width, height = int(strip.width * 1.5), int(strip.height * 1.25)
    canvas = Image.new("RGBA", (width, height))
    canvas.paste(strip, ((width - strip.width) // 2, (height - strip.height) // 2))
    canvas = canvas.rotate(chance.uniform(-3, 3), Image.Resampling.BICUBIC)
    lean = chance.uniform(0.01, 0.025)
    canvas = canvas.transform(
        canvas.size, Image.Transform.PERSPECTIVE, (1, lean, 0, 0.004, 1, 0, lean / width, 0), Image.Resampling.BICUBIC
    )
    shadow = Image.new("RGBA", canvas.size)
    shadow.paste((20, 12, 5, 120), (18, 24), canvas.getchannel("A"))
    table = wooden(canvas.size, chance).convert("RGBA")
    table.alpha_composite(shadow.filter(ImageFilter.GaussianBlur(14)))
    table.alpha_composite(canvas)
    photo = grainy(shaded(table.convert("RGB")), chance, 10).filter(ImageFilter.GaussianBlur(0.7))
    taken = io.BytesIO()
    photo.save(taken, "JPEG", quality=82)
    return taken.getvalue()


def rendered(pdf: bytes, dpi: int) -> Image.Image:
    """The first page as a picture."""
    drawn = pymupdf.open(stream=pdf, filetype="pdf")[0].get_pixmap(dpi=dpi)
    return Image.frombytes("RGB", (drawn.width, drawn.height), drawn.samples)


def trimmed(strip: Image.Image) -> Image.Image:
    """Torn off below the last line."""
    box = ImageOps.invert(strip.convert("L")).getbbox()
    return strip.crop((0, 0, strip.width, min(strip.height, (box[3] if box else strip.height) + 90)))


def wooden(size: tuple[int, int], chance: random.Random) -> Image.Image:
    """Boards with a grain."""
    table = Image.new("RGB", size, (121, 84, 52))
    pen = ImageDraw.Draw(table)
    for _stroke in range(420):
        x, shade = chance.randrange(size[0]), chance.randrange(-22, 22)
        pen.line(
            [(x, 0), (x + chance.randrange(-40, 40), size[1])],
            (121 + shade, 84 + shade, 52 + shade),
            chance.randint(1, 5),
        )
    return table.filter(ImageFilter.GaussianBlur(1.6))


def shaded(photo: Image.Image) -> Image.Image:
    """Darker towards the lower right, as under a lamp."""
    down = Image.linear_gradient("L")
    across = down.transpose(Image.Transpose.TRANSPOSE)
    light = ImageChops.add(down, across, scale=2).point(lambda value: 255 - value // 4).resize(photo.size)
    return ImageChops.multiply(photo, Image.merge("RGB", (light, light, light)))


def grainy(picture: Image.Image, chance: random.Random, strength: int) -> Image.Image:
    """The noise of a sensor, the same at each run."""
    noise = Image.frombytes("L", (256, 256), bytes(chance.randrange(256) for _pixel in range(65536)))
    tiled = Image.new("L", picture.size)
    for x in range(0, picture.width, 256):
        for y in range(0, picture.height, 256):
            tiled.paste(noise, (x, y))
    return Image.blend(picture, tiled.convert(picture.mode), strength / 255)
