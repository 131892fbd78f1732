"""What time it is: moments are aware and in UTC, a day is a day somewhere."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

MAY_DIFFER = timedelta(minutes=5)
"""So much the clocks of several machines may differ; what is from later was written by a clock since set back."""


class HasTimeZone(Protocol):
    """Anything with a time zone's name, such as a company."""

    time_zone: str


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def today(place: HasTimeZone | None = None) -> date:
    """The calendar day now, where `place` is (UTC without one)."""
    return now().astimezone(ZoneInfo(place.time_zone) if place else UTC).date()
