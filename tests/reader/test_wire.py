"""SAFETY R12: what the child returns is checked again."""

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.einvoice.invoice import Invoice
from app.reader.answer import Answer
from app.reader.contents import Embedded, Page, Unreadable, Word
from app.reader.limits import Limits
from app.reader.wire import Malformed, clean, plain, rebuilt
from tests import samples


def through_json(value):
    return json.loads(json.dumps(plain(value)))


def test_all_comes_back_as_it_was():
    """EX-2: pages, words, files and e-invoices."""
    page = Page(1, 595.0, 842.0, [Word("12,00 €", (0.1, 0.2, 0.3, 0.4), 2, 3, 0.5)], passes=[[]])
    invoice = samples.as_invoice(samples.Sample())

    assert rebuilt(Page, through_json(page)) == page
    assert rebuilt(Invoice, through_json(invoice)) == invoice
    assert rebuilt(Embedded, through_json(Embedded("a", b"\0\1"))) == Embedded("a", b"\0\1")


@given(some.text())
def test_text_has_no_control_characters(text):
    """R12: neither NUL nor marks that turn text around."""
    assert not set(clean(text)) & set("\x00\x01\x1b\x7f\x85\u202e\u2066\ufeff")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Word, ["a", 0, 0, 1]),
        (Word, ["a", 0, 0, float("nan"), 1, 0, 0, 1]),
        (Word, [5, 0, 0, 1, 1, 0, 0, 1]),
        (Word, ["a", 0, 0, 1, 1, -1, 0, 1]),
        (Word, ["a", 0, 0, 1, 1, True, 0, 1]),
        (Page, {"number": 1}),
        (Page, None),
        (Embedded, {"name": "a", "data": "no base64!", "mime": ""}),
        (Decimal, "1e99999"),
        (Decimal, "NaN"),
        (date, "2026-13-01"),
        (list[str], "abc"),
    ],
)
def test_what_can_not_be_meant_is_refused(kind, value):
    """R12: types and ranges."""
    with pytest.raises(Malformed):
        rebuilt(kind, value)


def page(number=1, **said) -> dict:
    return through_json(Page(number, 1.0, 1.0)) | said


@pytest.mark.parametrize(
    "pieces",
    [
        [("page", page())],
        [("begin", {"type": "program", "page_count": 1})],
        [("begin", {"type": "pdf", "page_count": 1}), ("page", page(2))],
        [("begin", {"type": "pdf", "page_count": 1}), ("page", page(image="../../etc/passwd"))],
        [("begin", {"type": "pdf", "page_count": 1}), ("flag", "<b>")],
        [("begin", {"type": "pdf", "page_count": 1}), ("__init__", 1)],
        [("error", ["unheard of", ""])],
        [("error", 5)],
    ],
)
def test_pieces_out_of_place_are_a_crash(tmp_path, pieces):
    """R12: order, names, codes."""
    answer = Answer(tmp_path, tmp_path / "pages", Limits())

    with pytest.raises(Unreadable, match="crashed"):
        for piece in pieces:
            answer.take(piece)


@pytest.mark.parametrize(
    "data", [b"", b"<svg/>", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, b"\x89PNG\r\n\x1a\n" + b"\xff" * 40]
)
def test_a_drawn_page_that_is_no_png_is_not_taken(tmp_path, data):
    """R13: the browser gets pictures we drew."""
    (tmp_path / "page-1.png").write_bytes(data)
    answer = Answer(tmp_path, tmp_path / "pages", Limits())
    answer.take(("begin", {"type": "pdf", "page_count": 1}))

    answer.take(("page", page(image="page-1.png")))

    assert answer.contents.pages[0].image is None
    assert not (tmp_path / "pages").exists()


def test_a_drawn_page_that_is_a_link_is_not_followed(tmp_path):
    """R12: the parent may read what the child may not."""
    (tmp_path / "page-1.png").symlink_to("/etc/passwd")
    answer = Answer(tmp_path, tmp_path / "pages", Limits())
    answer.take(("begin", {"type": "pdf", "page_count": 1}))

    with pytest.raises(Unreadable, match="crashed"):
        answer.take(("page", page(image="page-1.png")))
