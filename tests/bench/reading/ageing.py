"""Digital papers made into what an office scanner or a screen picture would give."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pymupdf
from PIL import Image, ImageFilter

DPI, TILT, NOISE, QUALITY = 200, 1.5, 0.08, 55
PICTURE_DPI = 150


def scanned(source: Path, target: Path) -> Path:
    """The pages at 200 dpi, tilted by 1.5 degrees, noisy, as JPEG of quality 55 in a PDF."""
    with pymupdf.open(source) as pages, pymupdf.open() as scan:
        for page in pages:
            picture = aged(_drawn(page, DPI))
            sheet = scan.new_page(width=page.rect.width, height=page.rect.height)
            sheet.insert_image(sheet.rect, stream=_jpeg(picture))
        scan.save(target)
    return target


def aged(picture: Image.Image) -> Image.Image:
    """Tilted, a little soft, noisy; always the same way."""
    tilted = picture.rotate(TILT, Image.Resampling.BICUBIC, fillcolor=255).filter(ImageFilter.GaussianBlur(0.5))
    noise = Image.frombytes("L", picture.size, random.Random(7).randbytes(picture.width * picture.height))
    return Image.blend(tilted, noise, NOISE)


def pictured(source: Path, target: Path) -> Path:
    """The first page as a clean picture."""
    with pymupdf.open(source) as pages:
        _drawn(pages[0], PICTURE_DPI).save(target, dpi=(PICTURE_DPI, PICTURE_DPI))
    return target


def _drawn(page: pymupdf.Page, dpi: int) -> Image.Image:
    pixels = page.get_pixmap(dpi=dpi, colorspace=pymupdf.csGRAY)
    return Image.frombytes("L", (pixels.width, pixels.height), pixels.samples)


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
