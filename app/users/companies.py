"""Changing what a company is and how it works."""

from __future__ import annotations

from typing import Any

from app.audit import trail
from app.users.models import Company, User

LONGEST_KEPT_DAYS = 36500


def change(company: Company, facts: dict[str, Any], *, by: User) -> bool:
    """Set these facts and note those that changed; True where any did."""
    changes = {
        name: [getattr(company, name), value] for name, value in facts.items() if getattr(company, name) != value
    }
    for name, (_was, value) in changes.items():
        setattr(company, name, value)
    if changes:
        trail.record(company, by=by, act="changed", changes=changes)
    return bool(changes)


def days_kept(typed: str | None) -> int | None:
    """Days after which the trash may be emptied; None, keep for ever, for whatever is not plainly a number of days."""
    text = (typed or "").strip()
    if not text.isascii() or not text.isdigit():
        return None
    days = int(text[:9])
    return days if 0 < days <= LONGEST_KEPT_DAYS else None
