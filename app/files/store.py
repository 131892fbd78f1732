"""Keeping bytes, finding them again, and where their drawn pages lie."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from flask import current_app
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.core import storage
from app.core.database import hold, insert_unless_there
from app.extensions import db
from app.files.models import File


def root() -> Path:
    """The folder of all stored bytes."""
    return current_app.config["SETTINGS"].data_dir / "files"


def keep(chunks: bytes | Iterable[bytes], type: str = "application/octet-stream") -> File:
    """Store bytes durably and return their row; bytes already known get the row they have."""
    return row_of(*storage.store(root(), chunks), type)


def is_disk_low() -> bool:
    """Is there so little room that mails are told to come later?"""
    return storage.free_bytes(root()) < current_app.config["SETTINGS"].least_free_disk


def has_room(size: int) -> bool:
    """Is there room for a mail or a file of this size, and for what is made of it?"""
    least = current_app.config["SETTINGS"].least_free_disk
    return storage.free_bytes(root()) >= max(least, 4 * size)


def row_of(sha256: str, size: int, type: str) -> File:
    """The row of bytes that are stored already, made where there is none.

    Held until the transaction ends, so that nobody sweeps it away before something points to it.
    """
    hold(db.session(), name_of(sha256))
    known = by_hash(sha256)
    if known:
        return known
    try:
        with db.session.begin_nested():
            db.session.add(file := File(sha256=sha256, size=size, type=type))
        return file
    except IntegrityError:  # somebody else kept the same bytes a moment ago
        return db.session.scalars(select(File).filter_by(sha256=sha256)).one()


def ids_of(stored: dict[str, int], type: str) -> dict[str, int]:
    """The rows of bytes that are stored already, hash → id, from hash → length; all at once, made where there are none.

    In one order, so that two who keep the same bytes never wait for each other.
    """
    for sha256 in sorted(stored):
        hold(db.session(), name_of(sha256))
    rows = [{"sha256": sha256, "size": size, "type": type} for sha256, size in sorted(stored.items())]
    db.session.execute(insert_unless_there(db.session(), File), rows)
    known = db.session.execute(select(File.sha256, File.id).where(File.sha256.in_(stored)))
    return {row.sha256: row.id for row in known}


def name_of(sha256: str) -> str:
    """What is held by who gives these bytes a row or takes it away."""
    return f"bytes:{sha256}"


def by_hash(sha256: str) -> File | None:
    """The row of these bytes, if they are kept."""
    return db.session.scalar(select(File).filter_by(sha256=sha256))


def read(file: File) -> bytes:
    """The bytes, checked against their hash; raises `storage.Damaged`."""
    return storage.read(root(), file.sha256)


def path(file: File) -> Path:
    """Where the bytes lie, for the reader's cage."""
    return storage.path_of(root(), file.sha256)


def pages_folder(file: File) -> Path:
    """Where the drawn pages of this file lie: `page-1.png` and so on. Can be drawn again at any time."""
    return current_app.config["SETTINGS"].data_dir / "pages" / file.sha256[:2] / file.sha256
