"""Lines as OCR finds them: rules of tables among the words, boxes that hug the letters."""

from __future__ import annotations

from dataclasses import replace

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


def _footer():
    """Small print whose words reach up and down by turns, after a line above it."""
    made = page((50, 700, "Merci"), (50, 790, "Dr Priya Nair Consulting gérante"), source="ocr")
    first, *words = made.words
    for place, word in enumerate(words):
        x0, y0, x1, _y1 = word.box
        away = 0.004 * (place % 2)
        words[place] = replace(word, box=(x0, y0 + away, x1, y0 + 0.006 + away), block=7, line=place)
    return replace(made, words=[first, *words])


def test_words_of_a_line_that_ocr_found_stay_together():
    """EX-2: "Priya" hangs lower than "Dr" where boxes hug the letters."""
    same = replace(_footer(), words=[replace(word, line=1) for word in _footer().words])
    assert [line.text for line in lay_out(contents(same)).lines] == ["Merci", "Dr Priya Nair Consulting gérante"]
    assert len(lay_out(contents(_footer())).lines) > 2


def test_a_line_that_is_not_level_is_judged_word_by_word():
    """EX-2: a curled receipt, or a file that knows no lines."""
    rows = page(*[(50 + 60 * at, 60 + 16 * at, word) for at, word in enumerate(("un", "deux", "trois"))], source="ocr")
    assert [line.text for line in lay_out(contents(rows)).lines] == ["un", "deux", "trois"]
