"""The account to pay to."""

from __future__ import annotations

import pytest

from app.extraction.reading import DOUBTFUL, SURE
from tests.extraction.laid_out import french_invoice, page, read


@pytest.mark.parametrize(
    "foot",
    [
        "Registered No. 02244000 Bank: Farside IBAN GB33 BUKB 2020 1555 5555 55 SWIFT BUKBGB22XXX",
        "BANK: GB33 BUKB 2020 1555 5555 55 BUKBGB22XXX",
        "IBAN GB33BUKB20201555555555 BIC BUKBGB22XXX Sort code 20-20-15",
    ],
)
def test_an_iban_is_found_in_a_crowded_footer(foot):
    """EX-1: other codes follow it at once."""
    rest = [part for part in french_invoice() if not part[2].startswith("IBAN")]
    found = read(page(*rest, (50, 760, foot))).fields["iban"]
    assert found.value == "GB33BUKB20201555555555" and found.confidence >= SURE


def test_an_iban_with_wrong_digits_is_known_by_its_bic():
    """EX-4: shown to be mended, never sure."""
    rest = [part for part in french_invoice() if not part[2].startswith("IBAN")]
    found = read(page(*rest, (50, 760, "DE75123456780000001234, BIC WELADED1MST"))).fields["iban"]
    assert found.failed_check == "check_digits" and found.confidence < DOUBTFUL
