"""Bytes on disk under their own SHA-256: written once, durable before anybody is told, never changed."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import time
from collections.abc import Iterable, Iterator
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
    return root / sha256[:2] / sha256[2:4] / sha256


def store(root: Path, chunks: bytes | Iterable[bytes]) -> tuple[str, int]:
    """Keep the bytes and return their hash and length once they would survive a power cut (SAFETY R1)."""
    temporary = root / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    handle, name = tempfile.mkstemp(dir=temporary)
    try:
        with os.fdopen(handle, "wb") as file:
            for chunk in [chunks] if isinstance(chunks, bytes) else chunks:
                digest.update(chunk)
                size += len(chunk)
                file.write(chunk)
            faultpoint("storage.before_fsync")
            file.flush()
            os.fsync(file.fileno())
        _settle(Path(name), path_of(root, digest.hexdigest()))
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return digest.hexdigest(), size


def _settle(temporary: Path, target: Path) -> None:
    faultpoint("storage.before_rename")
    for folder in (target.parent.parent, target.parent):
        if not folder.exists():
            folder.mkdir(exist_ok=True)
            _sync_folder(folder.parent)
    temporary.replace(target)
    faultpoint("storage.after_rename")
    _sync_folder(target.parent)


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


def sweep_temporary(root: Path) -> int:
    """Remove what a killed process left half written more than a day ago; how many."""
    limit, removed = time.time() - TEMPORARY_DAYS * 86400, 0
    for path in (root / "tmp").glob("*"):
        if path.stat().st_mtime < limit:
            path.unlink(missing_ok=True)
            removed += 1
    return removed
