"""Holding stored bytes against their hash, a few at a time, so that each is looked at every month (SAFETY S97)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from time import monotonic

from sqlalchemy import func, select, update

from app.core import clock, storage
from app.extensions import db
from app.files import store
from app.files.models import File

DAYS_FOR_ALL, LEAST_AT_ONCE = 30, 200
LONGEST_SECONDS = 600


def chosen() -> list[tuple[int, str]]:
    """Id and hash of those to look at now: the damaged, which may be whole again, then those not looked at longest."""
    count = db.session.scalar(select(func.count(File.id))) or 0
    damaged = select(File.id, File.sha256).where(File.damaged_at.is_not(None)).order_by(File.id)
    order = (File.checked_at.asc().nulls_first(), File.id)
    others = select(File.id, File.sha256).where(File.damaged_at.is_(None)).order_by(*order)
    others = others.limit(max(LEAST_AT_ONCE, count // DAYS_FOR_ALL + 1))
    return [tuple(row) for query in (damaged, others) for row in db.session.execute(query)]


def examined(files: Iterable[tuple[int, str]]) -> dict[int, bool]:
    """Id → whether the bytes are what they were; those for which the time did not suffice are left out."""
    end, found = monotonic() + LONGEST_SECONDS, {}
    for file_id, sha256 in files:
        if monotonic() > end:
            break
        found[file_id] = is_whole(sha256)
    return found


def is_whole(sha256: str) -> bool:
    """Are the bytes with this hash there and unchanged? A large file is never whole in memory."""
    digest = hashlib.sha256()
    try:
        for chunk in storage.chunks_of(storage.path_of(store.root(), sha256)):
            digest.update(chunk)
    except OSError:
        return False
    return digest.hexdigest() == sha256


def note(found: dict[int, bool]) -> list[File]:
    """Remember when each was looked at; those that were whole the last time and are not now, each told once."""
    now, fresh = clock.now(), []
    for file_id, is_well in found.items():
        mine = update(File).where(File.id == file_id)
        if is_well:
            db.session.execute(mine.values(checked_at=now, damaged_at=None))
            continue
        db.session.execute(mine.values(checked_at=now))
        if db.session.execute(mine.where(File.damaged_at.is_(None)).values(damaged_at=now)).rowcount:
            fresh.append(file_id)
    query = select(File).where(File.id.in_(fresh)).order_by(File.id).execution_options(populate_existing=True)
    return list(db.session.scalars(query))
