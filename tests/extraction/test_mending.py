"""A misread digit in one of three totals, put right by the two others and the rate."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.extraction.reading import SURE
from tests.extraction.laid_out import page, read, totals

TILL = [(50, 60, "Café du Port"), (50, 76, "12 quai Sud 13002 Marseille"), (50, 108, "Ticket n° 4711 07/11/2026 12:41")]
RATE = ("Total HT", "TVA 10 %", "Total TTC")


def ticket(net: str, tax: str, gross: str, *, source: str = "ocr", words=RATE):
    """What is read of a ticket with these totals."""
    return read(page(*TILL, *totals(net, tax, gross, words=words), source=source))


@pytest.mark.parametrize(
    ("net", "tax", "gross"),
    [("21,97", "2,13", "23,40"), ("21,27", "2,73", "23,40"), ("21,27", "2,13", "28,40")],
)
def test_the_one_that_does_not_fit_is_put_right_and_none_is_sure(net, tax, gross):
    """EX-4: gross − tax is what the rate makes of it; a person is still asked to look."""
    reading = ticket(net, tax, gross)
    assert [reading.value(name) for name in ("net", "tax", "gross")] == [
        Decimal("21.27"),
        Decimal("2.13"),
        Decimal("23.40"),
    ]
    assert all(reading.fields[name].confidence < SURE for name in ("net", "tax", "gross"))


def test_two_misread_totals_are_left_as_they_are():
    """EX-4: nobody knows which of them is right."""
    assert not any(found.is_mended for found in ticket("21,97", "2,73", "23,40").fields.values())


def test_where_either_of_two_may_be_wrong_nothing_is_put_right():
    """EX-4: 20 + 2 = 22 at 10 %, and 20 + 4 = 24 at 20 %: both rates are printed."""
    both = ("Total HT", "TVA 10 % 20 %", "Total TTC")
    assert ticket("20,00", "2,00", "24,00", words=both).value("tax") == Decimal("2.00")


def test_without_a_rate_nothing_is_put_right():
    """EX-4: any of the three may be the wrong one."""
    assert ticket("21,97", "2,13", "23,40", words=("Total HT", "TVA", "Total TTC")).fields["gross"].is_mended is False


def test_what_the_file_itself_says_is_never_changed():
    """EX-4: digits that nobody had to read are printed wrong, and the sum is said to fail."""
    reading = ticket("21,97", "2,13", "23,40", source="text")
    assert reading.value("net") == Decimal("21.97") and reading.fields["net"].failed_check == "sum"


def test_passes_that_agree_on_what_was_put_right_make_it_no_surer():
    """EX-3: they may have misread the same blot."""
    said = [*TILL, *totals("21,97", "2,13", "23,40", words=RATE)]
    scan = page(*said, source="ocr")
    scan.passes = [page(*said, source="ocr").words] * 2
    assert read(scan).fields["gross"].confidence < SURE


def test_a_thousand_lost_in_net_and_gross_is_given_back():
    """EX-4: OCR passes over a lone digit before a space; what is left adds up, but nobody taxes so much."""
    reading = ticket("279,04", "655,81", "934,85", words=("Total net HT", "Montant TVA", "À payer"))
    assert [str(reading.value(name)) for name in ("net", "tax", "gross")] == ["3279.04", "655.81", "3934.85"]
    assert all(reading.fields[name].is_mended for name in ("net", "tax", "gross"))


@pytest.mark.parametrize("source", ["ocr", "text"])
def test_a_tax_no_country_takes_is_never_sure(source):
    """EX-4: where no thousand explains it either, or the file itself says so."""
    reading = ticket("279,04", "611,11", "890,15", source=source, words=("Total net HT", "Montant TVA", "À payer"))
    assert [str(reading.value(name)) for name in ("net", "tax", "gross")] == ["279.04", "611.11", "890.15"]
    assert not any(reading.fields[name].is_sure for name in ("net", "tax", "gross"))


def test_taxes_of_an_import_are_left_alone():
    """EX-4: what is printed with two digits has lost no third before a space."""
    reading = ticket("15,00", "203,00", "218,00", words=("Total net HT", "Montant TVA", "À payer"))
    assert reading.value("gross") == Decimal(218) and not any(found.is_mended for found in reading.fields.values())


def test_a_sum_that_a_usual_rate_explains_is_left_alone():
    """EX-4: 23.46 is 20 % of it, though 2.1 % of a thousand more as well."""
    reading = ticket("117,32", "23,46", "140,78", words=("Total net HT", "Montant TVA", "À payer"))
    assert reading.value("gross") == Decimal("140.78") and not reading.fields["gross"].is_mended
