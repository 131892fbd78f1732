"""What the drawn slips promise: their truth is printed on them, sums hold, and the same seed draws the same."""

from __future__ import annotations

from random import Random

import pymupdf
import pytest

from tests.bench.reading.test_families import overlaps
from tests.bench.reading.tills import line, paper
from tests.bench.reading.tills.shop import shops
from tests.bench.reading.tills.slip import Sale, rows

SHOPS = list(shops())


@pytest.mark.parametrize("shop", SHOPS, ids=lambda shop: shop.key)
def test_what_is_asked_for_stands_on_the_slip(shop):
    """EX-9: a reader is only asked for what it can see."""
    sale = Sale(shop, Random(1))
    truth = line(shop, sale, "one.jpg")["truth"]
    with pymupdf.open(stream=paper.printed(rows(sale), shop, Random(1))) as pages:
        printed, clashes = pages[0].get_text(), overlaps(pages[0].get_text("words"), "")
    for said in (shop.name, sale.money(sale.to_pay), sale.said("{day}")):
        assert said in printed
    assert truth["total_gross"] == f"{sale.to_pay:.2f}"
    assert abs(sale.to_pay - sum(price for _, price, _ in sale.items)) < 3 or shop.adds_tax
    assert not clashes


def test_the_same_seed_draws_the_same_slip():
    """EX-9: figures can be compared from run to run."""
    one, other = (paper.photographed(rows(Sale(SHOPS[0], Random(3))), SHOPS[0], Random(4)) for _turn in range(2))
    assert one == other
