"""Whether an archive may be unpacked: counted while it is, whatever it says of itself."""

from __future__ import annotations

import zipfile

from app.reader.contents import Unreadable
from app.reader.limits import Limits

MAX_ENTRIES = 1_000
_SMALL = 1_000_000
"""So much may come out of however little."""
_PIECE = 1 << 16
_DOCTYPE = b"<!doctype"


def check_unpacking(archive: zipfile.ZipFile, size: int, limits: Limits) -> None:
    """Raise where the archive of `size` bytes holds far more than that, or XML with entities of its own."""
    most = min(limits.unpacked_bytes, max(_SMALL, size * limits.unpacked_ratio))
    if len(archive.infolist()) > MAX_ENTRIES:
        raise Unreadable("sheet_unsafe", "entries")
    for entry in archive.infolist():
        if entry.flag_bits & 1:
            raise Unreadable("sheet_not_supported", "encrypted")
        most -= _unpacked(archive, entry, most)


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> int:
    """How much one entry unpacks to."""
    total, end = 0, b""
    with archive.open(entry) as stream:
        while piece := stream.read(_PIECE):
            total += len(piece)
            if total > most:
                raise Unreadable("sheet_unsafe", "unpacked")
            plain = end + piece.replace(b"\0", b"").lower()  # UTF-16 too
            if _DOCTYPE in plain:
                raise Unreadable("sheet_unsafe", "doctype")
            end = plain[-len(_DOCTYPE) :]
    return total
