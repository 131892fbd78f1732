"""Several OCR passes over one page vote on what it says."""

from datetime import date
from decimal import Decimal

from app.extraction.choose import read_fields
from tests.extraction.laid_out import contents, french_invoice, page

TODAY = date(2026, 11, 23)


def scanned(*passes: list) -> object:
    """A page read several times: the first pass is the page, the others are second opinions."""
    first, *others = (page(*texts, source="ocr") for texts in passes)
    first.passes = [other.words for other in others]
    return read_fields(contents(first), today=TODAY)


def test_passes_that_agree_make_a_field_surer():
    """EX-3: two opinions are worth more than one."""
    alone, together = scanned(french_invoice()), scanned(french_invoice(), french_invoice())
    assert together.value("number") == alone.value("number")
    assert together.fields["number"].confidence > alone.fields["number"].confidence


def test_a_total_that_adds_up_wins_over_one_that_does_not():
    """EX-4: a digit misread in one pass is outvoted by the pass in which all agrees."""
    reading = scanned(french_invoice(gross="1 280,00 €"), french_invoice())
    assert [reading.value(name) for name in ("net", "tax", "gross")] == [Decimal(1000), Decimal(200), Decimal(1200)]
    assert reading.fields["gross"].failed_check is None


def test_a_pass_that_lost_the_amounts_does_not_decide():
    """EX-2: what is only a telephone number is no total, however little else a pass found."""
    without = [part for part in french_invoice(net="10000") if "," not in part[2]]
    telephone = [*without, (50, 250, "Tél 02 99 00 00 00")]
    assert scanned(french_invoice(net="10000"), telephone).value("gross") == Decimal(1200)


def test_passes_that_contradict_make_a_field_doubtful():
    """EX-3: a person must look where the opinions differ."""
    reading = scanned(french_invoice(number="F-2026-0042"), french_invoice(number="F-2026-0047"))
    assert reading.value("number") == "F-2026-0042" and not reading.fields["number"].is_sure


def test_a_field_lost_in_one_pass_is_taken_from_another():
    """EX-2: the right value stands somewhere more often than in one place."""
    without = [part for part in french_invoice() if not part[2].startswith("Date")]
    assert scanned(without, french_invoice()).value("issue_date") == date(2026, 11, 2)


def test_a_page_is_an_invoice_if_one_pass_says_so():
    """IN-8: a pass that recognised nothing is no verdict."""
    assert not scanned([(50, 60, "###")], french_invoice()).has_flag("not_invoice")
