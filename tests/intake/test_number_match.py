"""The rule by which a file finds its invoice, as a table of cases."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.documents.models import key_of
from app.intake.number_match import in_name, in_text, keys_of_name, keys_of_text

NAMES = [
    # number, file name, is it the one?
    ("F_123", "F_123.pdf", True),
    ("F_123", "F_1234.pdf", False),
    ("F_123", "F_1230.pdf", False),
    ("F_123", "F_123 (1).pdf", True),
    ("F_123", "f_123.PDF", True),
    ("F_123", "F-123.pdf", True),
    ("F_123", "F 123.pdf", True),
    ("F/123", "F_123.pdf", True),
    ("F_123", "F_123_4.pdf", True),
    ("F_123_4", "F_123.pdf", False),
    ("F-123", "F123.pdf", True),
    ("F123", "F-123.pdf", True),
    ("FA-2026/001", "fa 2026 001.pdf", True),
    ("FA-2026/001", "FA2026-001.pdf", True),
    ("FA-2026/001", "FA2026001.pdf", False),
    ("FA-2026/001", "FA-2026-0012.pdf", False),
    ("FA-2026/001", "FA-2026-01.pdf", False),
    ("FA-2026/001", "Durand_FA-2026-001_signed.pdf", True),
    ("FA-2026/001", "FA-2026--001.pdf", True),
    ("FA.2026.001", "FA-2026-001.pdf", True),
    ("2026/001", "FA-2026-001.pdf", True),
    # what stands before and after
    ("123", "123.pdf", True),
    ("123", "1234.pdf", False),
    ("123", "4123.pdf", False),
    ("123", "0123.pdf", False),
    ("0123", "123.pdf", False),
    ("0123", "0123.pdf", True),
    ("123", "F123.pdf", True),
    ("123", "123F.pdf", True),
    ("F123", "2026F123.pdf", True),
    ("F123", "F123copie.pdf", True),
    ("12B", "12B.pdf", True),
    ("12B", "12B3.pdf", False),
    ("12B", "12Bis.pdf", False),
    ("FA12", "SOFA12.pdf", False),
    ("F123", "FactureF123.pdf", True),
    ("F123", "FACTUREF123.pdf", False),
    ("F-123", "facture F-123 du 3 mai.pdf", True),
    ("F-123", "F+123.pdf", False),
    ("F#123", "F#123.pdf", True),
    ("12#34", "12#34.pdf", True),
    # short ones: by the name, yes
    ("7", "7.pdf", True),
    ("7", "17.pdf", False),
    ("7", "facture 7.pdf", True),
    # dates that look like numbers
    ("2026-11", "2026-11-25 Durand.pdf", False),
    ("2026-11", "Durand 2026-11.pdf", True),
    ("11-25", "2026-11-25.pdf", False),
    ("2026", "25.11.2026.pdf", False),
    ("2026-11-25", "2026-11-25.pdf", True),
    ("2026-11", "FA-2026-11-05.pdf", False),
    ("FA-2026-11-05", "FA-2026-11-05.pdf", True),
    ("FA-2026-11", "FA-2026-11-05.pdf", True),
    ("2026-13", "2026-13-25.pdf", True),
    ("20261125", "20261125.pdf", True),
    ("1125", "20261125.pdf", False),
    # no number at all
    ("", "F-123.pdf", False),
    ("-", "F-123.pdf", False),
    ("FACTURE", "FACTURE.pdf", False),
    ("F-123", "", False),
    ("F-123", ".pdf", False),
    # letters of other ways to write
    ("É-12", "É-12.pdf", True),
    ("É-12", "e\u0301-12.pdf", True),
    ("F-12", "F\u00a012.pdf", True),
    ("F-12", "F–12.pdf", True),
    ("F.12", "F.12", True),
    ("F-123", "reçu.F-123.final.pdf", True),
    ("A(12)", "A(12).pdf", True),
    (".*", "F-123.pdf", False),
]

TEXTS = [
    ("F-2026-001", "FACTURE\nN° F-2026-001\nDate : 02/11/2026", True),
    ("F-2026-001", "N° F-2026-0011", False),
    ("F-2026-001", "N° f 2026 001.", True),
    ("F-2026-001", "F-2026-001-B", False),
    ("F-2026-001", "AF-2026-001", False),
    ("F-2026-001", "(F-2026-001)", True),
    ("F-2026-001", "Facture:F-2026-001,", True),
    ("2026-001", "N° F-2026-001", False),
    ("2026-001", "N° 2026-001", True),
    ("F-2026-001", "F-2026\n001", False),
    # short numbers never match by text
    ("12", "Facture n° 12", False),
    ("F1", "Facture n° F1", False),
    ("F12", "Facture n° F12", True),
    # few digits alone are an amount, a street, a page
    ("123", "12 rue 123, 123,00 € 123", False),
    ("123", "Facture n° 123", True),
    ("123", "Invoice No. 123", True),
    ("123", "Invoice No.123", True),
    ("123", "Numéro : 123", True),
    ("123", "Nº 123", True),
    ("123", "# 123", True),
    ("123", "Facture n° 1234", False),
    ("123", "Facture n° 123,50", False),
    ("001", "FA 2026 001", False),
    ("2026", "Lyon, novembre 2026", False),
    ("12345", "commande 12345 du 3", True),
    ("12345", "12345,00 €", False),
    ("12345", "12345.00", False),
    ("345", "12 345,00 €", False),
    ("12345", "12 345 €", False),
    # dates
    ("25-11-2026", "le 25/11/2026", True),
    ("2026-11", "le 2026-11-25", False),
    ("11/2026", "le 25/11/2026", False),
    ("11/2026", "n° 11/2026", True),
    ("69003", "69003 Lyon", True),
    ("F-2026-001", "", False),
]


@pytest.mark.parametrize(("number", "name", "is_it"), NAMES)
def test_a_file_is_known_by_its_name(number, name, is_it):
    """IN-9: case ignored, `/ _ - space` equal, a digit right after the number breaks the match."""
    assert in_name(number, name) is is_it
    assert not is_it or key_of(number) in keys_of_name(name)


@pytest.mark.parametrize(("number", "text", "is_it"), TEXTS)
def test_a_file_is_known_by_its_text(number, text, is_it):
    """IN-9: or in its text; there as a word of its own, and never under three signs."""
    assert in_text(number, text) is is_it
    assert not is_it or key_of(number) in keys_of_text(text)


NUMBER = st.from_regex(r"[A-Za-z]{0,4}[-/_ ]?[0-9]{1,5}([-/_ ][0-9]{1,4})?", fullmatch=True)


@settings(max_examples=300)
@given(NUMBER, st.sampled_from(["", "facture ", "Durand_", "2. "]), st.sampled_from(["", " (1)", "_ok", "-signed"]))
def test_a_number_is_found_however_it_stands_in_a_name(number, before, after):
    """IN-9: whole, it is always found; with one digit more, never."""
    assert in_name(number, f"{before}{number}{after}.pdf")
    assert key_of(number) in keys_of_name(f"{before}{number}{after}.pdf")
    holds_it_before = in_name(number, f"{before}.pdf")  # "2. 27.pdf" names a 2
    assert holds_it_before or not in_name(number, f"{before}{number}7.pdf")


@settings(max_examples=200)
@given(st.text(max_size=60), st.text(max_size=60))
def test_no_name_or_number_breaks_the_rule(number, name):
    """S33: S84: whatever stands in either."""
    assert in_name(number, name) in (True, False)
    assert in_text(number, name) in (True, False)
    assert all(keys_of_name(name)) and all(keys_of_text(name))
