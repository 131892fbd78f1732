"""What the drawn invoices promise: their truth stands on the page, and the same seed draws the same."""

from __future__ import annotations

import re
from random import Random

import pymupdf
import pytest
from stdnum import iban, luhn
from stdnum.eu import vat

from tests.bench.reading import ageing
from tests.bench.reading.families import identifiers, page, truth
from tests.bench.reading.families.family import facts, families

KNOWN = list(families())


def drawn(family, turn: int = 0):
    about = facts(family, Random(f"{family.name} {turn}"), turn)
    return about, *page.draw(family, about)


def letters(text: str) -> str:
    return re.sub(r"[^0-9a-z]", "", text.lower())


@pytest.mark.parametrize("family", KNOWN, ids=lambda family: family.name)
def test_what_is_asked_for_stands_on_the_page_and_no_word_on_another(family):
    """EX-9: a reader is only asked for what it can see."""
    about, pdf, said = drawn(family, 1)
    asked = truth.line(family, about, said, pdf, "one.pdf")["truth"]
    with pymupdf.open(stream=pdf) as pages:
        printed = letters("".join(one.get_text() for one in pages))
        clashes = [clash for one in pages for clash in overlaps(one.get_text("words"), family.watermark)]
    assert family.is_invoice or not any(asked.values())
    for field in ("number", "seller_name", "buyer_name", "seller_vat", "iban", "total_gross", "total_net", "total_tax"):
        assert letters(asked[field] or "") in printed, field
    assert not clashes


def overlaps(words: list[tuple], watermark: str) -> list[tuple[str, str]]:
    """Pairs of words that lie on each other; the watermark may."""
    words = [word for word in words if word[4] != watermark]
    return [(a[4], b[4]) for place, a in enumerate(words) for b in words[place + 1 :] if overlap(a, b)]


def overlap(a: tuple, b: tuple) -> bool:
    wide = min(a[2], b[2]) - max(a[0], b[0])
    high = min(a[3], b[3]) - max(a[1], b[1])
    return wide > 1 and high > 0.45 * min(a[3] - a[1], b[3] - b[1])


def test_the_same_seed_draws_the_same_invoice():
    """EX-9: figures can be compared from run to run."""
    texts = []
    for _turn in range(2):
        with pymupdf.open(stream=drawn(KNOWN[0])[1]) as pages:
            texts.append(pages[0].get_text())
    assert texts[0] == texts[1]


@pytest.mark.parametrize("country", sorted(identifiers.BBAN))
def test_drawn_numbers_pass_their_checks(country: str):
    """EX-4: check digits are right, so that a reader may rely on them."""
    chance = Random(1)
    assert iban.is_valid(identifiers.iban(country, chance))
    assert luhn.is_valid(identifiers.siren(chance))
    if country not in {"GB", "CH"}:
        assert vat.is_valid(identifiers.vat(country, chance))


def test_an_aged_invoice_has_no_text_but_as_many_pages(tmp_path):
    """EX-2: what is to be read by OCR has nothing else to be read by."""
    source = tmp_path / "one.pdf"
    source.write_bytes(drawn(KNOWN[0])[1])
    with pymupdf.open(source) as pages, pymupdf.open(ageing.scanned(source, tmp_path / "scan.pdf")) as scan:
        assert len(scan) == len(pages)
        assert not scan[0].get_text().strip()
