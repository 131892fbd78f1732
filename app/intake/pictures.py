"""Telling a logo or a signature picture from a photographed invoice, without opening the picture."""

from __future__ import annotations

import struct

TINY_BYTES = 3 * 1024
SMALL_BYTES = 25 * 1024
SHORTEST_SIDE = 120
"""Pixels: less is an icon, a line or a tracking pixel."""
SMALL_AREA = 320 * 320
BODY_AREA = 600 * 600
"""A picture shown inside the text is a photo of something only when it is larger than this."""
BANNER = 3.0
"""Width to height; pages and till receipts are higher than wide, or nearly square."""
SEARCHED = 256 * 1024
"""Where a JPEG's frame header is looked for; large previews stand before it."""


def is_decoration(data: bytes, *, shown_in_text: bool) -> bool:
    """Is this picture a logo, an icon or part of a signature, by its size, shape and use in the HTML body?"""
    if len(data) < TINY_BYTES:
        return True
    size = size_of(data)
    if size is None:
        return shown_in_text and len(data) < SMALL_BYTES
    width, height = size
    if min(width, height) < SHORTEST_SIDE or width * height < SMALL_AREA:
        return True
    if width > BANNER * height and height < 2 * SHORTEST_SIDE:
        return True
    return shown_in_text and (width * height < BODY_AREA or width > BANNER * height)


def size_of(data: bytes) -> tuple[int, int] | None:
    """Width and height as the header says; None where it cannot be told (TIFF, HEIC, damaged)."""
    try:
        for magic, read in ((b"\x89PNG", _png), (b"\xff\xd8", _jpeg), (b"GIF8", _gif), (b"RIFF", _webp)):
            if data.startswith(magic):
                return read(data)
    except (struct.error, IndexError):
        return None
    return None


def _png(data: bytes) -> tuple[int, int] | None:
    return struct.unpack(">II", data[16:24]) if data[12:16] == b"IHDR" else None  # type: ignore[return-value]


def _gif(data: bytes) -> tuple[int, int]:
    return struct.unpack("<HH", data[6:10])  # type: ignore[return-value]


def _webp(data: bytes) -> tuple[int, int] | None:
    chunk = data[12:16]
    if chunk == b"VP8 ":
        width, height = struct.unpack("<HH", data[26:30])
        return width & 0x3FFF, height & 0x3FFF
    if chunk == b"VP8L":
        bits = struct.unpack("<I", data[21:25])[0]
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if chunk == b"VP8X":
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    return None


def _jpeg(data: bytes) -> tuple[int, int] | None:
    """Jump from segment to segment until the one that says how large the frame is."""
    at = 2
    while at < min(len(data), SEARCHED):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        elif marker == 0x01 or 0xD0 <= marker <= 0xD8:
            at += 2
        else:
            length = struct.unpack(">H", data[at + 2 : at + 4])[0]
            if length < 2:
                return None
            at += 2 + length
    return None
