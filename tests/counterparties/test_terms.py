"""Payment terms, as a table."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.counterparties.models import Terms
from app.counterparties.terms import due_date, end_of_month

NET, PLUS, END = Terms.NET, Terms.END_OF_MONTH_PLUS, Terms.NET_END_OF_MONTH
CASES = [
    (NET, 0, "2026-01-31", "2026-01-31"),
    (NET, 30, "2026-01-31", "2026-03-02"),
    (NET, 30, "2028-01-31", "2028-03-01"),
    (NET, 29, "2028-01-31", "2028-02-29"),
    (NET, 30, "2026-10-01", "2026-10-31"),
    (NET, 45, "2026-12-31", "2027-02-14"),
    (NET, 365, "2027-02-28", "2028-02-28"),
    (NET, 365, "2028-02-29", "2029-02-28"),
    (PLUS, 0, "2026-02-10", "2026-02-28"),
    (PLUS, 0, "2028-02-10", "2028-02-29"),
    (PLUS, 30, "2026-01-31", "2026-03-02"),
    (PLUS, 30, "2026-01-01", "2026-03-02"),
    (PLUS, 45, "2026-10-10", "2026-12-15"),
    (PLUS, 45, "2026-10-31", "2026-12-15"),
    (PLUS, 45, "2026-01-15", "2026-03-17"),
    (PLUS, 45, "2028-01-15", "2028-03-16"),
    (PLUS, 45, "2026-11-30", "2027-01-14"),
    (PLUS, 15, "2026-12-03", "2027-01-15"),
    (END, 0, "2026-02-10", "2026-02-28"),
    (END, 45, "2026-10-10", "2026-11-30"),
    (END, 45, "2026-10-17", "2026-12-31"),
    (END, 45, "2026-01-15", "2026-03-31"),
    (END, 45, "2026-01-14", "2026-02-28"),
    (END, 45, "2028-01-15", "2028-02-29"),
    (END, 30, "2026-01-31", "2026-03-31"),
    (END, 30, "2028-01-30", "2028-02-29"),
    (END, 60, "2026-12-31", "2027-03-31"),
]


@pytest.mark.parametrize(("terms", "days", "issued", "due"), CASES)
def test_an_invoice_falls_due_by_its_terms(terms, days, issued, due):
    """LC-6: S107: net N, end of month + N, N end of month; leap years and the ends of months."""
    assert due_date(terms, days, date.fromisoformat(issued)) == date.fromisoformat(due)


@given(st.sampled_from(Terms), st.integers(0, 365), st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_no_terms_fall_due_before_the_issue_or_far_beyond_their_days(terms, days, issued):
    """LC-6: S107: on any day of any year."""
    due = due_date(terms, days, issued)
    assert issued + timedelta(days=days) <= due <= issued + timedelta(days=days + 30)
    assert terms is not Terms.NET_END_OF_MONTH or due == end_of_month(due)


def test_the_end_of_all_calendars_is_no_fault():
    """LC-6: S107: a misread year is a date like any other."""
    assert due_date(NET, 30, date(9999, 12, 15)) is None
