"""Bytes on disk under their own SHA-256: written once, durable before anybody is told, never changed."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

from app.core.faultpoint import faultpoint

CHUNK = 1 << 20
TEMPORARY_DAYS = 1
_HASH = re.compile(r"[0-9a-f]{64}")


class Damaged(Exception):
    """The stored bytes no longer have the hash they are called by, or are gone."""


def path_of(root: Path, sha256: str) -> Path:
    """Where the bytes with this hash live; a hash is the only name a file ever has."""
    if not _HASH.fullmatch(sha256):
        raise ValueError(f"not a SHA-256: {sha256!r}")
    return root / sha256[:2] / sha256


@cache
def prepare(root: Path) -> None:
    """Make the folders of all hashes, and make them durable, before anything is kept in one of them.

    Once for each process: a folder made when it is first needed is not yet durable when a second thread finds it.
    """
    for name in ["tmp", *(f"{number:02x}" for number in range(256))]:
        (root / name).mkdir(parents=True, exist_ok=True)
    _sync_folder(root)
    _sync_folder(root.parent)


class Draft:
    """Bytes that are being written and have no name yet. Left without `settle`, nothing of them stays."""

    def __init__(self, root: Path) -> None:
        prepare(root)
        self.root, self.size, self._digest = root, 0, hashlib.sha256()
        handle, name = tempfile.mkstemp(dir=root / "tmp")
        self._file, self._path = os.fdopen(handle, "wb"), Path(name)

    def __enter__(self) -> Draft:
        return self

    def __exit__(self, *_error: object) -> None:
        self.discard()

    def write(self, piece: bytes) -> None:
        """Add a piece; nobody may count on it yet."""
        self._digest.update(piece)
        self.size += len(piece)
        self._file.write(piece)

    def settle(self) -> tuple[str, int]:
        """Give the bytes the name of their hash; it and their length, once they would survive a power cut."""
        faultpoint("storage.before_fsync")
        self._file.flush()
        os.fsync(self._file.fileno())
        target = path_of(self.root, self._digest.hexdigest())
        faultpoint("storage.before_rename")
        self._path.replace(target)
        faultpoint("storage.after_rename")
        _sync_folder(target.parent)
        return target.name, self.size

    def discard(self) -> None:
        """Leave nothing behind but what was settled."""
        self._path.unlink(missing_ok=True)
        with suppress(OSError):  # what a full disk did not take is not wanted any more
            self._file.close()


def store(root: Path, chunks: bytes | Iterable[bytes]) -> tuple[str, int]:
    """Keep the bytes and return their hash and length once they would survive a power cut (SAFETY R1)."""
    with Draft(root) as draft:
        for chunk in [chunks] if isinstance(chunks, bytes) else chunks:
            draft.write(chunk)
        return draft.settle()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read(root: Path, sha256: str) -> bytes:
    """The bytes with this hash, checked; raises `Damaged` rather than serve others as good."""
    try:
        data = path_of(root, sha256).read_bytes()
    except FileNotFoundError:
        raise Damaged(f"file {sha256} is missing") from None
    if hashlib.sha256(data).hexdigest() != sha256:
        raise Damaged(f"file {sha256} was changed")
    return data


def chunks_of(path: Path) -> Iterator[bytes]:
    """The bytes of a file in pieces, so that a large one is never whole in memory."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def free_bytes(folder: Path) -> int:
    """Room left on the disk where this folder is, or will be."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def sweep_temporary(root: Path) -> int:
    """Remove what a killed process left half written more than a day ago; how many."""
    limit, removed = time.time() - TEMPORARY_DAYS * 86400, 0
    for path in (root / "tmp").glob("*"):
        with suppress(FileNotFoundError):  # its own process, or another sweep, was faster
            if path.stat().st_mtime < limit:
                path.unlink()
                removed += 1
    return removed
