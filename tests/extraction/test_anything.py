"""Whatever words a page holds, it is read without an error, and nothing impossible is said."""

from __future__ import annotations

import sys
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.extraction.choose import read_fields
from app.extraction.labels import tables
from app.extraction.reading import as_json, from_json
from app.reader.contents import Contents, Page, Word
from tests.extraction.laid_out import TODAY

_PHRASES = [
    phrase for role in ("number", "gross", "net", "tax", "issue_date", "seller") for phrase in tables()[role]["fr"]
]
_VALUES = [
    "12,50",
    "1 234,56 €",
    "-3.00",
    "20 %",
    "02/11/2026",
    "31/02/2026",
    "FR40303265045",
    "F-1",
    "()",
    "%",
    "€",
    "n°",
]
_TEXTS = st.one_of(st.sampled_from(_PHRASES), st.sampled_from(_VALUES), st.text(max_size=12))
_EDGES = st.floats(-0.2, 1.2, allow_nan=False)
_WORDS = st.builds(
    lambda text, x, y, width, height: Word(text, (x, y, x + width, y + height)),
    _TEXTS,
    _EDGES,
    _EDGES,
    st.floats(0, 0.3),
    st.floats(0, 0.1),
)
_PAGES = st.builds(
    lambda words, source: Page(1, 595, 842, words, source=source),
    st.lists(_WORDS, max_size=40),
    st.sampled_from(["text", "ocr"]),
)


@settings(max_examples=150)
@given(st.lists(_PAGES, max_size=2))
def test_any_words_are_read_without_an_error(pages):
    """EX-3, EX-4: confidences and boxes stay within bounds, and what failed a check is not sure."""
    for number, page in enumerate(pages, 1):
        page.number = number
    reading = read_fields(Contents("pdf", pages, page_count=len(pages)), today=TODAY)
    for name, found in reading.fields.items():
        assert 0 <= found.confidence <= 1, name
        assert found.box is None or all(0 <= edge <= 1 for edge in found.box)
        assert found.failed_check is None or not found.is_sure
        assert not isinstance(found.value, Decimal) or found.value.is_finite()
    assert from_json(as_json(reading)) == reading


@pytest.mark.timeout(60)
def test_a_page_with_all_its_words_on_one_line_is_read_in_time():
    """EX-3: a hostile page must not keep a worker busy for hours."""
    texts = ["Total", "12,50", "F-12", "Facture", "n°", "02/11/2026", "client"]
    words = [Word(texts[place % 7], (place / 6000, 0.5, place / 6000 + 0.03, 0.501)) for place in range(6000)]
    assert read_fields(Contents("pdf", [Page(1, 595, 842, words)], page_count=1), today=TODAY).fields


def test_a_page_without_a_size_is_read():
    """EX-3: a broken file may say that its page has no width."""
    page = Page(1, 0, 0, [Word("Facture", (0, 0, 0, 0)), Word("12,50", (0, 0, 0, 0))])
    assert read_fields(Contents("pdf", [page], page_count=1), today=TODAY).fields


@pytest.mark.parametrize("text", ["a{}@b.co", "{},00", "F-{}", "12/03/2024", "Total", "FR40303265045"])
def test_a_page_full_of_one_thing_takes_no_longer_than_its_words(text):
    """S24: four times the words, not sixteen times the work: counted in calls, which no busy machine changes."""
    few, many = calls_for(text, 250), calls_for(text, 1000)

    assert many < 6 * few


def calls_for(text: str, count: int) -> int:
    """How many function calls and steps of comprehensions reading a page of `count` such words takes."""
    words = []
    for number in range(count):
        x, y = (number % 10) / 10, number // 10 / (count / 10)
        words.append(Word(text.format(number), (x, y, x + 0.05, y + 0.2 / count)))
    contents = Contents("pdf", [Page(1, 595, 842 * count / 500, words)], page_count=1)
    steps = 0

    def count_line(_frame: object, _event: str, _arg: object):
        nonlocal steps
        steps += 1
        return count_line

    sys.settrace(count_line)
    try:
        read_fields(contents)
    finally:
        sys.settrace(None)
    return steps
