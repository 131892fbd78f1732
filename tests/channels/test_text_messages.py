"""Which telephone numbers and texts a gateway is given."""

from __future__ import annotations

import pytest

from app.channels import numbers
from app.channels.text_parts import parts_of
from app.channels.unreachable import Unreachable
from tests.channels.making import make_message


@pytest.mark.parametrize(
    ("typed", "country", "number"),
    [
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("+33 (0)6.12.34.56.78", "BE", "+33612345678"),
        ("0033 7 12 34 56 78", "FR", "+33712345678"),
        ("0470/12.34.56", "BE", "+32470123456"),
        ("079 123 45 67", "CH", "+41791234567"),
        ("+1 (202) 555-0123", "FR", "+12025550123"),
        ("+352 621 123 456", "LU", "+352621123456"),
    ],
)
def test_a_number_is_given_in_international_form(app, typed, country, number):
    """SE-4: as people write it, here and abroad."""
    with app.test_request_context():
        assert numbers.mobile(typed, country) == number


@pytest.mark.parametrize(
    "typed",
    [
        *("", "bonjour", "06 12", "621 123 456", "0612345678, 0712345678"),
        *("01 23 45 67 89", "+33 1 23 45 67 89", "+33 6 12 34 56 7", "+0612345678"),
        *("+33612345678\r\n+33712345678", "+٣٣٦١٢٣٤٥٦٧٨", "+" + "1" * 16),
    ],
)
def test_a_number_that_takes_no_text_message_is_refused(app, typed):
    """SE-4: S49: with the reason, before anything is written."""
    with app.test_request_context(), pytest.raises(Unreachable) as refused:
        numbers.mobile(typed)
    assert refused.value.reason["key"] == "bad_number" and str(refused.value)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("é" * 160, 1),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ê" * 70, 1),
        ("ê" * 71, 2),
        ("ê" * 134, 2),
        ("ê" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_a_text_is_counted_in_parts(text, parts):
    """SE-4: 160 and 153 letters of the GSM alphabet, 70 and 67 of any other."""
    assert parts_of(text) == parts


@pytest.mark.parametrize(
    ("text", "key"), [("", "no_wording"), (" \n\x00", "no_wording"), ("a" * 919, "too_many_parts")]
)
def test_a_text_that_is_empty_or_too_long_is_refused(app, text, key):
    """SE-4: at the edge and one past it."""
    assert make_message(text="a" * 918).text
    with pytest.raises(Unreachable) as refused:
        make_message(text=text)
    assert refused.value.reason["key"] == key
