"""The pages as people see them in the browser: PNGs that we drew (SAFETY R13)."""

from __future__ import annotations

import statistics
import struct
import zlib

import pymupdf
from PIL import Image

from app.reader.contents import Page
from app.reader.job import Job
from app.reader.legible import Legible

DPI = 110
MAX_SIZE = (1400, 5000)
"""Pixels; a till receipt may be long."""


def prepare() -> None:
    """Load Pillow's usual formats while files may still be opened."""
    Image.preinit()


def page_of(found: Legible, number: int, dpi: float, job: Job) -> Page:
    """The page that an upright picture and its words make, drawn where asked for."""
    width, height = found.picture.size
    page = Page(
        number=number,
        width=round(width * 72 / dpi, 1),
        height=round(height * 72 / dpi, 1),
        words=found.words,
        source="ocr" if found.words else "none",
        look=found.look,
        passes=found.passes,
    )
    page.glyph_height = glyph_height(page)
    if job.draw:
        page.dpi, page.image = draw(found.picture, number, dpi, job)
    return page


def draw(picture: Image.Image, number: int, dpi: float, job: Job) -> tuple[int, str]:
    """Save the picture as the page to show: resolution and file name."""
    scale = min(1.0, DPI / dpi, MAX_SIZE[0] / picture.width, MAX_SIZE[1] / picture.height)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    name = f"page-{number}.png"
    picture.resize(size, Image.Resampling.LANCZOS).save(job.work / name, "PNG", compress_level=5)
    return max(1, round(dpi * scale)), name


def png(drawn: pymupdf.Pixmap) -> bytes:
    """An RGB drawing as PNG, packed for speed: the library's own packing takes longer than all else of a page.

    A printed page is mostly white, so rows without a filter, packed lightly, are hardly larger.
    """
    width, height, row = drawn.width, drawn.height, drawn.width * 3
    rows = bytearray((row + 1) * height)  # each begins with the number of its filter, 0 for none
    for place in range(height):
        start = place * (row + 1) + 1
        rows[start : start + row] = drawn.samples_mv[place * drawn.stride : place * drawn.stride + row]
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(data, zlib.crc32(name)))


def glyph_height(page: Page) -> float:
    """The median height of the page's words."""
    heights = [word.box[3] - word.box[1] for word in page.words]
    return round(statistics.median(heights), 5) if heights else 0.0
