"""Stored bytes that belong to nothing: to quarantine after a week, gone a month later (SAFETY S98)."""

from __future__ import annotations

import os
import shutil
import time
from datetime import timedelta
from pathlib import Path

import structlog
from flask import current_app
from sqlalchemy import ColumnElement, delete, exists, or_, select

from app.core import clock, storage
from app.core.database import hold
from app.extensions import db
from app.files import listing, store
from app.files.models import File
from app.tasks.jobs import short_transaction

log = structlog.get_logger()
YOUNG = timedelta(days=7)
KEPT = timedelta(days=30)
FEW = 20
"""From here on more than half of all that is stored is too much to be true."""


class TooMany(Exception):
    """Most of what is stored seems to belong to nothing; more likely the database is not the right one."""


def quarantine() -> Path:
    """Where bytes lie that belong to nothing, until they are gone for good."""
    return current_app.config["SETTINGS"].data_dir / "quarantine"


def pages_root() -> Path:
    """The folder of all drawn pages."""
    return current_app.config["SETTINGS"].data_dir / "pages"


def is_needed() -> ColumnElement[bool]:
    """Does any row of any table point to this `File`? A document in the trash does too."""
    tables = db.metadata.tables.values()
    keys = [key for table in tables for key in table.foreign_keys if key.column is File.__table__.c.id]
    return or_(*(exists().where(key.parent == File.id) for key in keys))


def sweep() -> int:
    """Put what belongs to nothing and is older than a week into quarantine; how many files.

    Each is moved in a transaction of its own: what is done is done, and the next one is looked at afresh.
    """
    there = {path.name: path for path in listing.stored(store.root())}
    needed, known = _needed()
    alone = [sha256 for sha256 in (*there, *(known - set(there))) if sha256 not in needed]
    old = [sha256 for sha256 in alone if sha256 not in there or _is_old(there[sha256])]
    if len(old) > FEW and len(old) * 2 > len(there):
        told = f"{len(old)} of {len(there)} stored files belong to nothing"
        raise TooMany(f"{told}. Nothing was moved: is this the right database?")
    moved = sum(_set_aside(sha256) for sha256 in old)
    _set_pages_aside(needed)
    return moved


def _needed() -> tuple[set[str], set[str]]:
    """Hashes some row needs, and all that have a row."""
    with short_transaction():
        known = dict(db.session.execute(select(File.sha256, is_needed())).all())
    return {sha256 for sha256, needed in known.items() if needed}, set(known)


def _is_old(path: Path) -> bool:
    try:
        return path.stat().st_mtime < time.time() - YOUNG.total_seconds()
    except FileNotFoundError:
        return False


def _set_aside(sha256: str) -> bool:
    """Move the bytes and forget their row, unless somebody needs them by now; looked at again under the hold."""
    path = storage.path_of(store.root(), sha256)
    with short_transaction():
        hold(db.session(), store.name_of(sha256))
        unneeded = (File.sha256 == sha256, File.created_at < clock.now() - YOUNG, ~is_needed())
        db.session.execute(delete(File).where(*unneeded).execution_options(synchronize_session=False))
        if db.session.scalar(select(File.id).filter_by(sha256=sha256)) or not _is_old(path):
            return False
        return _move(path, quarantine() / sha256)


def _move(path: Path, aside: Path) -> bool:
    """Somebody may have stored the same bytes at this very moment: what was moved tells by its age."""
    aside.parent.mkdir(parents=True, exist_ok=True)
    path.replace(aside)
    if not _is_old(aside):
        bring_back(aside, path)
        return False
    os.utime(aside)  # from now on its age is its time in quarantine
    log.info("orphan.set_aside", sha256=aside.name)
    return True


def bring_back(aside: Path, path: Path) -> None:
    """Out of quarantine, unless the bytes have been stored anew."""
    if path.exists():
        aside.unlink()
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.replace(path)


def _set_pages_aside(needed: set[str]) -> None:
    """Drawn pages can be drawn again, so they need no hold."""
    for folder in listing.half_drawn(pages_root()):
        if folder.stat().st_mtime < time.time() - storage.TEMPORARY_DAYS * 86400:
            shutil.rmtree(folder, ignore_errors=True)
    for folder in [each for each in listing.drawn(pages_root()) if each.name not in needed and _is_old(each)]:
        aside = quarantine() / "pages" / folder.name
        aside.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(aside, ignore_errors=True)
        folder.replace(aside)
        os.utime(aside)


def empty_quarantine() -> int:
    """Remove what has lain there for a month; what has a row again goes back. How many are gone."""
    gone = 0
    for aside in list(listing.stored(quarantine())):
        with short_transaction():
            hold(db.session(), store.name_of(aside.name))
            if store.by_hash(aside.name):
                bring_back(aside, storage.path_of(store.root(), aside.name))
            elif aside.stat().st_mtime < time.time() - KEPT.total_seconds():
                aside.unlink()
                log.info("orphan.gone", sha256=aside.name)
                gone += 1
    for folder in list(listing.drawn(quarantine())):
        if folder.stat().st_mtime < time.time() - KEPT.total_seconds():
            shutil.rmtree(folder, ignore_errors=True)
    return gone
