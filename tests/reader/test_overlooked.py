"""Lines that the layout passed over: found by their ink, read alone, and joined to what was known."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from app.reader import overlooked
from app.reader.contents import Word
from app.reader.job import Job
from app.reader.legible import Legible, _look_closer

SIZE = (1240, 1754)
LINES = {"FACTURE F20260031": (700, 100), "Papeterie du Canal": (100, 300), "Date 31/01/2026": (100, 400)}
"""What stands on the sheet, and where its first letter does."""


def sheet():
    """A page with its title in a frame, beside a logo as high as four lines."""
    picture = Image.new("L", SIZE, 255)
    brush, letters = ImageDraw.Draw(picture), ImageFont.load_default(30)
    for text, place in LINES.items():
        brush.text(place, text, fill=0, font=letters)
    brush.rectangle((680, 85, 1100, 150), outline=0, width=3)
    brush.ellipse((80, 60, 240, 220), fill=0)
    return picture


def word(text, x, y, confidence=0.95):
    high = 26 / SIZE[1]
    left, top = x / SIZE[0], (y + 6) / SIZE[1]
    return Word(text, (left, top, left + len(text) * 16 / SIZE[0], top + high), confidence=confidence)


READ = [word("Papeterie du Canal", 100, 300), word("Date 31/01/2026", 100, 400)]


def test_a_line_without_a_word_is_found_and_no_frame_or_logo():
    """EX-2: the title in the frame alone is looked at again."""
    (strip,) = overlooked.strips(sheet(), READ)

    assert strip.top < 106 / SIZE[1] and 132 / SIZE[1] < strip.bottom < 200 / SIZE[1]


def test_a_word_that_was_only_guessed_at_hides_no_line():
    """EX-2: what Tesseract was hardly sure of is as if it had read nothing."""
    guessed = [*READ, word("aa data sn " * 2, 700, 100, 0.1)]

    assert len(overlooked.strips(sheet(), guessed)) == 1
    assert overlooked.strips(sheet(), [*READ, word("FACTURE F20260031 AB", 700, 100, 0.4)]) == []


def test_the_empty_row_of_a_table_is_no_line_of_print():
    """EX-2: frames are taken out first."""
    picture = sheet()
    ImageDraw.Draw(picture).rectangle((100, 600, 1100, 634), outline=0, width=3)

    assert overlooked.strips(picture, [*READ, word("FACTURE F20260031 AB", 700, 100)]) == []


def test_where_all_was_read_nothing_is_looked_at_again():
    """EX-2: a page costs no second reading for nothing, nor does one without any word."""
    assert overlooked.strips(sheet(), [*READ, word("FACTURE F20260031 AB", 700, 100)]) == []
    assert overlooked.strips(sheet(), []) == []


def test_what_was_passed_over_is_read():
    """EX-2: by Tesseract, alone and larger, with its place on the page."""
    plenty = [word("Papeterie", 100, 300)] * 30
    found = Legible(sheet().convert("RGB"), words=[*READ, *plenty])
    job = Job(Path())
    job.begin_page()
    _look_closer(found, job, 150)

    (number,) = (each for each in found.words if each.text == "F20260031")
    assert number.box[0] == pytest.approx(850 / SIZE[0], abs=0.03) and number.box[1] == pytest.approx(0.06, abs=0.01)


def test_a_scrap_gives_way_and_a_word_does_not():
    """EX-2: what was hardly read at a place is replaced; what was read stays; strokes are no words."""
    known = [word("eo,", 120, 100, 0.46), word("1.200,00", 400, 100, 0.9), word("J", 600, 100, 0.71)]
    read = [word("[FACTURE", 100, 100, 0.76), word("7.200,00", 400, 100, 0.95), word("AVOIR", 590, 100, 0.8)]
    read += [word("l", 900, 100, 0.7), word("|", 950, 100, 0.99)]

    assert [each.text for each in overlooked.joined(known, read)] == ["1.200,00", "FACTURE", "AVOIR"]
