"""Text that runs up or down the page."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from app.reader.contents import Word
from tests.extraction.laid_out import french_invoice, lines, page, read, values

NOTICE = "ATELIER LUMEN - SARL au capital de 8 000 € - Siège social : 12 rue des Lampistes - 69003 LYON - FR40303265045"
BARE = lines("Facture N° F-2026-0042", "Date : 02/11/2026", "Menuiserie Duval SAS", "4 avenue du Bois", "44000 Nantes")
AMOUNTS = [part for part in french_invoice() if part[1] >= 300 and "IBAN" not in part[2]]


def _margin(text: str, *, runs_up: bool) -> list[Word]:
    """A line in the right margin, 5 points wide, letters 3 points long."""
    words, at = [], 0
    for said in text.split():
        near, far = (100 + 3 * at) / 842, (100 + 3 * (at + len(said))) / 842
        top, bottom = (1 - far, 1 - near) if runs_up else (near, far)
        words.append(Word(said, (580 / 595, top, 585 / 595, bottom), block=900))
        at += len(said) + 1
    return words


def _with_margin(*, runs_up: bool, source: str = "text"):
    made = page(*BARE, *AMOUNTS, source=source)
    upright = [replace(word, block=place) for place, word in enumerate(made.words)]
    return replace(made, words=[*upright, *_margin(NOTICE, runs_up=runs_up)])


@pytest.mark.parametrize("runs_up", [True, False])
def test_who_sent_it_is_read_in_the_margin_and_shown_there(runs_up):
    """EX-3: large suppliers print who they are along the edge of the page."""
    reading = read(_with_margin(runs_up=runs_up))
    assert values(reading, "seller_vat", "number", "gross") == ("FR40303265045", "F-2026-0042", Decimal("1200.00"))
    left, _top, right, _bottom = reading.fields["seller_vat"].box
    assert 0.97 < left < right < 0.99


def test_noise_at_the_edge_of_a_scan_is_no_text():
    """EX-3: Tesseract makes words of the fold and the shadow there."""
    assert read(_with_margin(runs_up=True, source="ocr")).value("seller_vat") is None


@pytest.mark.parametrize("runs_up", [True, False])
def test_a_page_that_lies_on_its_side_is_read_as_if_it_stood(runs_up):
    """EX-3: some printers turn the text and not the page."""
    upright = page(*french_invoice())
    reading = read(replace(upright, width=842, height=595, words=_turned(upright.words, runs_up=runs_up)))
    plain = read(upright)
    names = (
        "number",
        "issue_date",
        "due_date",
        "gross",
        "net",
        "tax",
        "seller_vat",
        "seller_name",
        "buyer_name",
        "iban",
    )
    assert values(reading, *names) == values(plain, *names)
    x0, y0, x1, y1 = plain.fields["gross"].box
    turned = (y0, 1 - x1, y1, 1 - x0) if runs_up else (1 - y1, x0, 1 - y0, x1)
    assert reading.fields["gross"].box == pytest.approx(turned, abs=0.01)


def _turned(words: list[Word], *, runs_up: bool) -> list[Word]:
    turned = []
    for number, word in enumerate(words):
        x0, y0, x1, y1 = word.box
        box = (y0, 1 - x1, y1, 1 - x0) if runs_up else (1 - y1, x0, 1 - y0, x1)
        turned.append(replace(word, box=box, block=int(1000 * y0), line=number // 3))  # some stand alone
    return turned
