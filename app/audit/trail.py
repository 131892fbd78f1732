"""Writing the trail, chaining it, and telling whether somebody touched it."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any

from sqlalchemy import select, update

from app.audit.models import AuditEntry
from app.core.faultpoint import faultpoint
from app.extensions import db

FIRST = "0" * 64


def record(thing: Any, *, by: Any, act: str, why: str = "", changes: dict[str, Any] | None = None) -> AuditEntry:
    """Note that `by` (None: the program) did `act` to `thing`; flushed, committed with the change itself."""
    if thing.id is None:
        db.session.flush()
    company_id = thing.id if thing.__tablename__ == "company" else getattr(thing, "company_id", None)
    changes = dict(changes or {})
    if any(name.endswith("_minor") for name in changes) and hasattr(thing, "currency"):
        changes.setdefault("currency", [thing.currency, thing.currency])  # else nobody knows what the amounts are
    entry = AuditEntry(
        company_id=company_id,
        user_id=by.id if by else None,
        user_name=by.name if by else "",
        object_type=thing.__tablename__,
        object_id=thing.id,
        act=act,
        why=str(why),
        changes={name: _plain(pair) for name, pair in changes.items()},
    )
    db.session.add(entry)
    return entry


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def chain(limit: int = 1000) -> int:
    """Give hashes to the entries that have none, in order; how many. Called by the sweep, never by the writer."""
    position, last = head()
    waiting = _unchained(limit)
    for entry in waiting:
        position, last, previous = position + 1, _hash(entry, last), last
        db.session.execute(
            update(AuditEntry)
            .where(AuditEntry.id == entry.id, AuditEntry.hash.is_(None))
            .values(position=position, previous_hash=previous, hash=last)
            .execution_options(synchronize_session=False)
        )
        faultpoint("trail.sealed_one")
    return len(waiting)


def is_chained() -> bool:
    """Has every entry its place in the chain?"""
    return db.session.scalar(select(AuditEntry.id).where(AuditEntry.hash.is_(None)).limit(1)) is None


def head() -> tuple[int, str]:
    """Place and hash of the last entry of the chain: whoever keeps them can tell later that its tail was cut."""
    query = select(AuditEntry.position, AuditEntry.hash).where(AuditEntry.position.is_not(None))
    last = db.session.execute(query.order_by(AuditEntry.position.desc()).limit(1)).first()
    return (last.position or 0, last.hash or FIRST) if last else (0, FIRST)


def has(entries: int, seal: str) -> bool:
    """Does the chain still hold this end of it, as it was mailed? Where it does not, its tail was cut or replaced."""
    return db.session.scalar(select(AuditEntry.hash).where(AuditEntry.position == entries)) == seal


def _unchained(limit: int) -> list[AuditEntry]:
    query = select(AuditEntry).where(AuditEntry.hash.is_(None)).order_by(AuditEntry.id).limit(limit)
    return list(db.session.scalars(query))


def _hash(entry: AuditEntry, previous: str) -> str:
    facts = [
        entry.id,
        entry.at.isoformat(),
        entry.company_id,
        entry.user_id,
        entry.user_name,
        entry.object_type,
        entry.object_id,
        entry.act,
        entry.why,
        entry.changes,
    ]
    text = json.dumps([previous, *facts], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def first_bad_entry() -> int | None:
    """Id of the first entry that was changed, moved or stands after a gap; None where the chain holds."""
    last = FIRST
    query = select(AuditEntry).where(AuditEntry.hash.is_not(None)).order_by(AuditEntry.position)
    for place, entry in enumerate(db.session.scalars(query.execution_options(yield_per=500)), start=1):
        if entry.position != place or entry.previous_hash != last or entry.hash != _hash(entry, last):
            return entry.id
        last = entry.hash
    return None
