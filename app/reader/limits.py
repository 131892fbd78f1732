"""How much one file may cost. Each is tested at the edge and one past it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The caps of SAFETY for opening one file; seconds are wall time."""

    file_bytes: int = 50_000_000
    pages: int = 200
    page_pixels: int = 40_000_000
    """Of a drawn PDF page: beyond, the resolution is lowered."""
    image_pixels: int = 60_000_000
    frames: int = 50
    text_bytes: int = 2_000_000
    embedded_bytes: int = 20_000_000
    """Of all files carried inside one file; beyond, only their names are told."""
    drawn_bytes: int = 20_000_000
    """Of one drawn page."""
    made_bytes: int = 60_000_000
    """Of a file that was cut, joined, composed or straightened."""
    made_pages: int = 1_000
    rows: int = 20_000
    """Of one sheet."""
    columns: int = 100
    cells_bytes: int = 10_000_000
    """Of the text in all cells of a file."""
    unpacked_bytes: int = 200_000_000
    unpacked_ratio: int = 100
    """Of an archive, once it is larger than a megabyte."""
    memory_bytes: int = 1 << 30
    """Address space, of the child and of each Tesseract it starts."""
    answer_bytes: int = 64_000_000
    page_seconds: float = 30
    file_seconds: float = 180
