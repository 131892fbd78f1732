"""What OCR makes of the letters and digits of a till: still an amount, but never sure by itself."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.extraction.reading import SURE
from tests.extraction.laid_out import lines, page, read

SHOP = lines("CORNER SHOP", "12 High Street", "Tax Invoice", "14/11/2026 12:41")


@pytest.mark.parametrize(
    ("printed", "amount"),
    [("RMS. 00", "5.00"), ("RMS O0", "5.00"), ("RH16.85", "16.85"), ("1O.50", "10.50"), ("20 50", "20.50")],
)
def test_misread_digits_are_still_an_amount(printed, amount):
    """EX-2: a letter that looks like a digit, a currency that runs into it, a point lost."""
    texts = [*SHOP, (100, 300, "TOTAL"), (300, 300, printed)]
    reading = read(page(*texts, source="ocr"))
    assert reading.value("gross") == Decimal(amount)
    assert reading.fields["gross"].confidence < SURE
    assert read(page(*texts)).value("gross") != Decimal(amount)  # the file itself says no such thing


@pytest.mark.parametrize("printed", ["No.12", "B.10", "POS.01"])
def test_words_are_no_amounts(printed):
    """EX-2: letters alone are no digits."""
    reading = read(page(*SHOP, (100, 300, "TOTAL"), (300, 300, printed), source="ocr"))
    assert "gross" not in reading.fields


def test_a_digit_in_a_word_is_no_amount():
    """EX-3: "GST ID" is often read as "GST 1D": nobody pays 1.00 of tax on 4.00."""
    words = ((60, 140, "(GST 1D No:000377700352)"), (60, 300, "Parking fee"), (300, 300, "RM4.00"))
    reading = read(page(*SHOP, *words, source="ocr"))

    assert reading.value("tax") is None and reading.value("net") is None
