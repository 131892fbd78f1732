"""The upright rules of tables, as OCR reads them."""

from __future__ import annotations

from app.extraction.layout import lay_out
from tests.extraction.laid_out import contents, page

ROW = [(50, 60, "|26051443"), (100, 60, "|"), (110, 60, "04-05-2026"), (165, 60, "¦ 20%|"), (200, 60, "9,50")]


def texts(source: str) -> list[str]:
    """The lines of a page with a row of a table, and a rule that stands alone."""
    return [line.text for line in lay_out(contents(page(*ROW, (50, 90, "| |"), source=source))).lines]


def test_a_rule_that_ocr_reads_parts_columns_and_is_no_text():
    """EX-2: however near to the words it stands."""
    assert texts("ocr") == ["26051443\t04-05-2026\t20%\t9,50"]


def test_what_the_file_itself_says_is_left_alone():
    """EX-2: firms write such bars between their numbers."""
    assert texts("text") == ["|26051443 | 04-05-2026 ¦ 20%| 9,50", "| |"]
