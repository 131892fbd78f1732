"""When an invoice is due to be sent (SPEC SE-5)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.dunning import hours
from app.users.models import Company


def due_at(arrival: datetime, issue_date: date | None, delay_days: int, company: Company) -> datetime:
    """Without delay on arrival, whatever the day, or on the issue date where that is later; else so many days after.

    `arrival` is when it was validated and, where that was asked, approved. After a delay it leaves at the company's
    hour on a working day.
    """
    arrival_date = arrival.astimezone(ZoneInfo(company.time_zone)).date()
    later = min(max(arrival_date, issue_date or arrival_date), hours.LATEST)
    if delay_days >= 1:
        day = later + timedelta(days=min(delay_days, (hours.LATEST - later).days))
        return hours.at_send_time(hours.open_day(day, company), company)
    return arrival if later == arrival_date else hours.at_send_time(later, company)
