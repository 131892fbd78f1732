"""Dates as six languages print them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.extraction.dates import find_dates, is_month_first

PRINTED = [
    ("02/11/2026", date(2026, 11, 2)),
    ("2.11.26", date(2026, 11, 2)),
    ("02-11-2026", date(2026, 11, 2)),
    ("02 / 11 / 2026", date(2026, 11, 2)),
    ("2026-11-02", date(2026, 11, 2)),
    ("2026/11/02", date(2026, 11, 2)),
    ("20261102", date(2026, 11, 2)),
    ("2026-25-11", date(2026, 11, 25)),
    ("2 novembre 2026", date(2026, 11, 2)),
    ("1er août 2026", date(2026, 8, 1)),
    ("12 déc. 26", date(2026, 12, 12)),
    ("2 November 2026", date(2026, 11, 2)),
    ("November 2nd, 2026", date(2026, 11, 2)),
    ("Nov 2 , 2026", date(2026, 11, 2)),
    ("02-Nov-2026", date(2026, 11, 2)),
    ("2nd of November", None),
    ("2 maart 2026", date(2026, 3, 2)),
    ("2. März 2026", date(2026, 3, 2)),
    ("2. Jänner 2026", date(2026, 1, 2)),
    ("2 de noviembre de 2026", date(2026, 11, 2)),
    ("2 novembre 2026", date(2026, 11, 2)),
    ("2 gennaio 2026", date(2026, 1, 2)),
    ("2026 Nov 02", date(2026, 11, 2)),
]

NO_DATE = [
    "31/02/2026",
    "INV/2023/03/0008",
    "FA05/2018/089636",
    "RE-20140519/499",
    "01.234.567.8-2014-1",
    "192.168.10.24",
    "1.234,56",
    "12:30:45",
    "July 1 - July 31",
    "99 mai",
]


@pytest.mark.parametrize(("text", "day"), PRINTED)
def test_a_date_is_read_in_each_language(text, day):
    """EX-5: numeric dates and month names of fr, en, nl, de, es, it."""
    assert [dated.readings[0] for dated in find_dates(f"Date : {text} fin")] == ([day] if day else [])


@pytest.mark.parametrize("text", NO_DATE)
def test_numbers_that_only_look_like_a_date_are_left_alone(text):
    """EX-5: an invoice number is never eaten by the date parser."""
    assert find_dates(text) == []


def test_the_year_of_a_range_belongs_to_its_end():
    """EX-5: "July 1 - July 31, 2014" holds one whole date."""
    assert [dated.readings[0] for dated in find_dates("from July 1 - July 31, 2014")] == [date(2014, 7, 31)]


def test_ocr_may_read_a_point_as_a_comma():
    """EX-5: "29.04, 20" on a scan is a date; in a file's own text it is not."""
    assert [dated.readings[0] for dated in find_dates("29.04, 20", is_ocr=True)] == [date(2020, 4, 29)]
    assert find_dates("29.04, 20") == []


@pytest.mark.parametrize(
    ("texts", "month_first"),
    [
        (["03/04/2026"], False),
        (["03/04/2026", "12/25/2026"], True),
        (["03/04/2026", "25/12/2026"], False),
        (["2026-12-25", "03/04/2026"], False),
    ],
)
def test_the_order_of_day_and_month_is_decided_once_for_the_document(texts, month_first):
    """EX-5: day first unless the document says otherwise."""
    assert is_month_first([dated for text in texts for dated in find_dates(text)]) is month_first


def test_a_hint_decides_where_no_date_does():
    """EX-5: an American document whose dates are all ambiguous."""
    assert is_month_first(find_dates("03/04/2026"), likely=True)


@given(
    st.dates(date(1980, 1, 1), date(2099, 12, 31)), st.sampled_from(["%d/%m/%Y", "%d.%m.%Y", "%Y-%m-%d", "%d %B %Y"])
)
def test_every_day_is_read_back(day, pattern):
    """EX-5: whatever the day and the form, one of its readings is the day."""
    (dated,) = find_dates(day.strftime(pattern))
    assert day in dated.readings


def test_a_date_does_not_reach_into_the_next_column():
    """EX-5: the house number beside it is no year."""
    assert [dated.readings for dated in find_dates("4 Sept 26\t14 Mill Lane")] == [(date(2026, 9, 4),)]
    assert not find_dates("Sept 26\t14 Mill Lane")
