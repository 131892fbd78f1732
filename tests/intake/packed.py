"""Archives as people, phones and attackers make them, made here."""

from __future__ import annotations

import io
import stat
import struct
import zipfile

Entries = dict[str, bytes] | list[tuple[str, bytes]]


def zipped(entries: Entries, *, how: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP of these files, by name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as archive:
        for name, data in entries.items() if isinstance(entries, dict) else entries:
            archive.writestr(zipfile.ZipInfo(name, (2026, 11, 2, 8, 0, 0)), data, how)
    return out.getvalue()


def encrypted(name: str, data: bytes) -> bytes:
    """A ZIP whose one entry says that it asks for a password."""
    raw = bytearray(zipped({name: data}))
    raw[6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    return bytes(raw)


def with_link(name: str, target: str) -> bytes:
    """A ZIP whose one entry is a symbolic link."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo(name)
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, target)
    return out.getvalue()


def damaged(name: str, data: bytes) -> bytes:
    """A ZIP whose one entry is not what its checksum says."""
    raw = bytearray(zipped({name: data}, how=zipfile.ZIP_STORED))
    at = raw.index(data)
    raw[at + len(data) // 2] ^= 1
    return bytes(raw)


def winmail(*files: tuple[str, bytes], body: bytes = b"") -> bytes:
    """What Outlook makes of a mail with these files: a `winmail.dat`."""
    parts = [attribute(1, 0x9006, 8, struct.pack("<I", 0x10000)), attribute(1, 0x9007, 6, struct.pack("<II", 1252, 0))]
    parts += [attribute(1, 0x800C, 2, body + b"\0")] if body else []
    for name, data in files:
        parts.append(attribute(2, 0x9002, 6, b"\0" * 14))
        parts.append(attribute(2, 0x8010, 1, name.encode("cp1252") + b"\0"))
        parts.append(attribute(2, 0x800F, 6, data))
    return struct.pack("<IH", 0x223E9F78, 1) + b"".join(parts)


def attribute(level: int, name: int, type: int, data: bytes) -> bytes:
    """One attribute of a `winmail.dat`."""
    return struct.pack("<BHHI", level, name, type, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)
