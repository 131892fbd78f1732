"""A ZIP taken apart in memory: names are only text, and caps are counted while it inflates (SAFETY S27)."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

MOST_ENTRIES = 50
MOST_UNPACKED = 200_000_000
RATIO = 100
UNASKED = 1_000_000
"""Bytes an entry may inflate to whatever its ratio: an empty page shrinks to nearly nothing."""
MOST_LISTED = 1000
"""Beyond, not even the list of what is inside is read: each line of it takes memory."""
_LISTED = b"PK\x01\x02"
_CHUNK = 1 << 16
_READ = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_APPLE = b"\x00\x05\x16\x07"
_MARKS = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


class Unopenable(Exception):
    """Why nothing of an archive can be read, as key and arguments."""

    def __init__(self, key: str, **arguments: Any) -> None:
        super().__init__(key)
        self.reason = {"key": key} | arguments


@dataclass
class Room:
    """What all archives of one message may still inflate to."""

    left: int = MOST_UNPACKED


@dataclass
class Entry:
    """One file of an archive: its bytes, or the reason why there are none."""

    name: str
    data: bytes = field(default=b"", repr=False)
    declared: str = ""
    trouble: dict[str, Any] = field(default_factory=dict)
    is_body: bool = False


def entries(data: bytes, room: Room) -> tuple[list[Entry], int]:
    """The first files of a ZIP, and how many more there are; raises `Unopenable`."""
    if data.count(_LISTED) > MOST_LISTED:
        raise Unopenable("too_many_entries", limit=MOST_LISTED)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        listed = [each for each in archive.infolist() if not each.is_dir()]
    except Exception as error:  # the standard library stumbles over bytes in too many ways to name
        raise Unopenable("archive_broken") from error
    opened = [_opened(archive, each, room) for each in islice(listed, MOST_ENTRIES)]
    return opened, max(0, len(listed) - MOST_ENTRIES)


def _opened(archive: zipfile.ZipFile, listed: zipfile.ZipInfo, room: Room) -> Entry:
    name = name_of(listed)
    if trouble := _trouble(listed):
        return Entry(name, trouble=trouble)
    try:
        data = b"".join(_inflated(archive, listed, room))
    except Unopenable as error:
        return Entry(name, trouble=error.reason)
    except Exception:  # a bad checksum, a cut stream, a header that is not the listed one
        return Entry(name, trouble={"key": "entry_broken"})
    leftover = data.startswith(_APPLE) or any(mark in name for mark in _MARKS)
    return Entry(name, data, trouble={"key": "leftover"} if leftover else {})


def _trouble(listed: zipfile.ZipInfo) -> dict[str, Any]:
    """Why this entry is not even begun; empty where it is."""
    if listed.flag_bits & 0x41:  # encrypted, or strongly so
        return {"key": "encrypted"}
    if stat.S_IFMT(listed.external_attr >> 16) not in (0, stat.S_IFREG):
        return {"key": "link"}
    return {} if listed.compress_type in _READ else {"key": "packed_unusually"}


def _inflated(archive: zipfile.ZipFile, listed: zipfile.ZipInfo, room: Room) -> Iterator[bytes]:
    """The bytes piece by piece; what the header says of their length is never believed."""
    most = max(UNASKED, RATIO * listed.compress_size)
    size = 0
    with archive.open(listed) as file:
        while piece := file.read(_CHUNK):
            size += len(piece)
            room.left -= len(piece)
            if size > most or room.left < 0:
                raise Unopenable("inflates", limit=MOST_UNPACKED // 1_000_000)
            yield piece


def name_of(listed: zipfile.ZipInfo) -> str:
    """The name with its folders, as text: UTF-8 where it is that, whether or not the archive says so."""
    if listed.flag_bits & 0x800:
        return listed.orig_filename
    try:
        return listed.orig_filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return listed.orig_filename
