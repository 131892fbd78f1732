"""How much one file may cost. Each is tested at the edge and one past it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The caps of SAFETY for reading one file; seconds are wall time."""

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
    memory_bytes: int = 1 << 30
    """Address space, of the child and of each Tesseract it starts."""
    answer_bytes: int = 64_000_000
    page_seconds: float = 30
    file_seconds: float = 180
