"""Titles whose letters are set wide."""

from __future__ import annotations

import pytest

from app.extraction.layout import lay_out
from tests.extraction.laid_out import contents, page


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("F A C T U R E", "FACTURE"),
        ("B O N   D E V I S", "B O N\tDEVIS"),
        ("Prix A B C", "Prix A B C"),
        ("A    B    C    D    E", "A\tB\tC\tD\tE"),
    ],
)
def test_letters_set_wide_are_a_word_again(printed, read):
    """EX-2: a title is a title however it is set; short rows of letters and columns stay apart."""
    assert lay_out(contents(page((50, 60, printed)))).lines[0].text == read
