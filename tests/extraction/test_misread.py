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


@pytest.mark.parametrize(
    ("printed", "end", "account"),
    [
        ("BAN NLOS RABO 0600 0667", " 97", "NL05RABO0600066797"),
        ("Bank: NLO7 RABO 0962 8359", " 94 (BIC RABONL2U)", "NL07RABO0962835994"),
        ("IBAN NL08 RAB0 O4927710", "66", "NL08RABO0492771066"),
    ],
)
def test_an_account_is_put_right_where_its_check_digits_prove_it(printed, end, account):
    """EX-4: letters where its country has digits, digits where it has letters."""
    texts = [*SHOP, (100, 300, "TOTAL"), (300, 300, "12.00")]
    assert read(page(*texts, (60, 400, f"{printed}{end}"), source="ocr")).value("iban") == account
    assert read(page(*texts, (60, 400, f"{printed}{end}"))).value("iban") != account
    wrong = end.replace("9", "8").replace("66", "65")
    found = read(page(*texts, (60, 400, f"{printed}{wrong}"), source="ocr")).fields.get("iban")
    assert found is None or found.failed_check


@pytest.mark.parametrize(
    ("printed", "number"),
    [
        ("P.IVA 1T39189090630", "IT39189090630"),
        ("CIF E5B90333907", "ESB90333907"),
        ("btw-nummer 8EO458291346", "BE0458291346"),
        ("VAT no. GB8881S4772", "GB888154772"),
    ],
)
def test_a_vat_number_is_put_right_where_its_check_digits_prove_it(printed, number):
    """EX-4: only after its label, for its check digits are few."""
    shop = [(60, 60, "Corner Shop Limited"), (60, 76, "12 High Street"), (60, 110, "Invoice 2026-114 of 14/11/2026")]
    texts = [*shop, (100, 300, "TOTAL"), (300, 300, "12.00")]
    assert read(page(*texts, (60, 780, printed), source="ocr")).value("seller_vat") == number
    assert read(page(*texts, (60, 780, printed.split()[-1]), source="ocr")).value("seller_vat") is None
    wrong = f"{printed[:-1]}{(int(printed[-1]) + 1) % 10}"
    found = read(page(*texts, (60, 780, wrong), source="ocr")).fields.get("seller_vat")
    assert found is None or found.failed_check
