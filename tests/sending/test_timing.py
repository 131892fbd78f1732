"""When an invoice is due to be sent: tables of moments, days, zones and clocks that are set."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from app.dunning import hours
from app.sending.timing import due_at
from app.users.models import Company

NOBODY = "XX"
"""A country no list of holidays knows."""


def company(**facts) -> Company:
    """As companies are, without a row."""
    usual = {"time_zone": "Europe/Paris", "country": "FR", "send_time": time(8, 30), "keeps_holidays": False}
    return Company(**usual | facts)


def local(text: str, where: Company) -> str:
    """A moment in UTC as the company's clock shows it."""
    return moment(text).astimezone(hours.ZoneInfo(where.time_zone)).strftime("%a %Y-%m-%d %H:%M")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def due(arrival: str, issued: str | None, delay: int, where: Company) -> str:
    found = due_at(moment(arrival), date.fromisoformat(issued) if issued else None, delay, where)
    return local(found.replace(tzinfo=None).isoformat(), where)


@pytest.mark.parametrize(
    ("arrival", "issued", "due_then"),
    [
        ("2026-11-26T09:15", "2026-11-20", "Thu 2026-11-26 10:15"),  # at once
        ("2026-11-28T21:00", "2026-11-20", "Sat 2026-11-28 22:00"),  # any day, any hour
        ("2026-11-26T03:00", "2026-11-26", "Thu 2026-11-26 04:00"),  # issued today: not held until the hour
        ("2026-11-26T09:15", "2026-11-27", "Fri 2026-11-27 08:30"),
        ("2026-11-26T09:15", "2026-11-29", "Sun 2026-11-29 08:30"),  # on the issue date, be it a Sunday
        ("2026-11-26T23:30", "2026-11-27", "Fri 2026-11-27 00:30"),  # in Paris it is that day already
        ("2026-11-26T09:15", None, "Thu 2026-11-26 10:15"),
    ],
)
def test_without_delay_it_leaves_on_arrival_or_on_its_issue_date(arrival, issued, due_then):
    """SE-5: at once on arrival, any day, or on the issue date if that is later."""
    assert due(arrival, issued, 0, company()) == due_then


@pytest.mark.parametrize(
    ("arrival", "issued", "delay", "due_then"),
    [
        ("2026-11-24T09:00", "2026-11-20", 1, "Wed 2026-11-25 08:30"),
        ("2026-11-24T09:00", "2026-11-25", 1, "Thu 2026-11-26 08:30"),
        ("2026-11-24T09:00", "2026-11-20", 4, "Mon 2026-11-30 08:30"),  # Saturday
        ("2026-11-27T09:00", "2026-11-20", 2, "Mon 2026-11-30 08:30"),  # Sunday
        ("2026-11-24T23:30", "2026-11-20", 1, "Thu 2026-11-26 08:30"),  # validated on the 25th, in Paris
        ("2026-01-31T09:00", "2026-01-31", 30, "Mon 2026-03-02 08:30"),  # month ends
        ("2028-02-28T09:00", "2028-02-28", 1, "Tue 2028-02-29 08:30"),  # S107: a leap day
        ("2027-02-28T09:00", "2027-02-28", 1, "Mon 2027-03-01 08:30"),
        ("2026-12-31T09:00", "2026-12-31", 1, "Fri 2027-01-01 08:30"),  # holidays are not kept
    ],
)
def test_after_a_delay_it_leaves_at_the_companys_hour_on_a_working_day(arrival, issued, delay, due_then):
    """SE-5: S107: so many days after the later of the two, Monday to Friday."""
    assert due(arrival, issued, delay, company()) == due_then


@pytest.mark.parametrize(
    ("country", "arrival", "delay", "due_then"),
    [
        ("FR", "2026-12-31T09:00", 1, "Mon 2027-01-04 08:30"),  # New Year's Day is a Friday
        ("FR", "2026-12-24T09:00", 1, "Mon 2026-12-28 08:30"),
        ("FR", "2026-04-03T09:00", 3, "Tue 2026-04-07 08:30"),  # Easter Monday
        ("DE", "2026-07-13T09:00", 1, "Tue 2026-07-14 08:30"),  # no holiday there
        ("FR", "2026-07-13T09:00", 1, "Wed 2026-07-15 08:30"),
        (NOBODY, "2026-12-24T09:00", 1, "Fri 2026-12-25 08:30"),
    ],
)
def test_it_waits_for_the_end_of_a_public_holiday(country, arrival, delay, due_then):
    """SE-5: public holidays of the company's country, where it keeps them."""
    assert due(arrival, "2026-01-01", delay, company(country=country, keeps_holidays=True)) == due_then


@pytest.mark.parametrize(
    ("zone", "hour", "day", "in_utc"),
    [
        ("Europe/Paris", time(8, 30), "2026-03-27", "2026-03-27T07:30"),  # winter, the Friday before
        ("Europe/Paris", time(8, 30), "2026-03-30", "2026-03-30T06:30"),  # summer, the Monday after
        ("Europe/Paris", time(8, 30), "2026-10-26", "2026-10-26T07:30"),
        ("Europe/Paris", time(2, 30), "2026-03-29", "2026-03-29T01:30"),  # 2:30 is left out: it is 3:30
        ("Europe/Paris", time(2, 30), "2026-10-25", "2026-10-25T00:30"),  # 2:30 comes twice: the first
        ("Africa/Cairo", time(0, 30), "2026-04-24", "2026-04-23T22:30"),  # left out on a Friday: it is 1:30
        ("America/New_York", time(1, 30), "2026-11-01", "2026-11-01T05:30"),
        ("Pacific/Auckland", time(8, 30), "2026-11-27", "2026-11-26T19:30"),
        ("Asia/Kathmandu", time(8, 30), "2026-11-27", "2026-11-27T02:45"),
        ("America/Los_Angeles", time(23, 59), "9999-12-31", "9999-01-01T07:59"),  # nothing overflows
    ],
)
def test_its_hour_is_that_of_its_zone_whatever_is_done_to_the_clocks(zone, hour, day, in_utc):
    """SE-5: S107: daylight saving: hours that do not exist, and hours that exist twice."""
    assert hours.at_send_time(date.fromisoformat(day), company(time_zone=zone, send_time=hour)) == moment(in_utc)


@pytest.mark.parametrize(
    ("now", "leaves"),
    [
        ("2026-11-26T10:00", "Thu 2026-11-26 11:00"),  # missed in the morning: at once
        ("2026-11-26T05:00", "Thu 2026-11-26 08:30"),  # at night: in the morning
        ("2026-11-28T10:00", "Mon 2026-11-30 08:30"),  # on a Saturday: on Monday
    ],
)
def test_what_was_missed_leaves_as_soon_as_messages_may_leave(now, leaves):
    """SE-5: a missed run is caught up, and still not at night nor on a weekend."""
    assert local(hours.opening(moment(now), company()).replace(tzinfo=None).isoformat(), company()) == leaves


@pytest.mark.parametrize("issued", ["9999-12-31", "9998-12-31", "0001-01-01"])
def test_the_last_days_of_the_calendar_break_nothing(issued):
    """S107: whatever day was read from a page."""
    where = company(time_zone="America/Los_Angeles")
    assert due_at(moment("2026-11-26T10:00"), date.fromisoformat(issued), 400, where) >= moment("2026-11-26T10:00")
