"""The company itself is never its own counterparty."""

from __future__ import annotations

import pytest

from app.extraction.parties import Identity
from tests.extraction.laid_out import lines, page, read, totals

OWN = Identity(names=["Menuiserie Duval"], vat_numbers=["FR40303265045"], sirens=["303265045"])


def letter(*, seller: tuple[str, ...], window: tuple[str, ...], foot: str = ""):
    """A letter: who writes small at the top, the addressee's window large on the right."""
    said = [(50, 40, text) for text in seller] and lines(*seller, x=50, y=40, step=12)
    said += lines(*window, x=330, y=130, step=13)
    said += [(50, 260, "Facture N° LB-2291 du 02/11/2026"), *totals("100,00 €", "20,00 €", "120,00 €")]
    return page(*said, *([(50, 800, foot)] if foot else []))


US = ("Menuiserie Duval SAS", "4 avenue du Bois", "44000 Nantes")
THEM = ("Loyers du Ponant", "9 rue du Port", "29200 Brest")


def test_the_addressee_of_a_purchase_is_not_its_seller():
    """EX-7: our name in the window of a letter is the buyer's, whoever else is named more faintly."""
    reading = read(
        letter(seller=THEM, window=US, foot="Loyers du Ponant - TVA FR83404833048"), own=OWN, expected="purchase"
    )
    assert reading.party("buyer").name == "Menuiserie Duval SAS"
    assert reading.party("seller").name == "Loyers du Ponant"
    assert reading.party("seller").vat_number == "FR83404833048"


def test_our_own_letterhead_is_not_the_customer():
    """EX-7: on a sale the other party is whom it is addressed to."""
    reading = read(letter(seller=(*US, "TVA FR40303265045"), window=("Adressé à", *THEM)), own=OWN, expected="sale")
    assert reading.party("seller").name == "Menuiserie Duval SAS"
    assert reading.party("buyer").name == "Loyers du Ponant"


@pytest.mark.parametrize("expected", ["purchase", "sale"])
def test_where_only_we_are_named_nobody_is_made_up(expected):
    """EX-7: rather no counterparty than ourselves."""
    reading = read(letter(seller=(), window=US), own=OWN, expected=expected)
    other = reading.party("seller" if expected == "purchase" else "buyer")
    assert other.name != "Menuiserie Duval SAS"


def test_our_vat_number_as_the_customers_is_not_the_sellers():
    """EX-7: printed anywhere on a purchase, it is the buyer's."""
    foot = "N° TVA client FR40303265045"
    reading = read(letter(seller=THEM, window=US, foot=foot), own=OWN, expected="purchase")
    assert reading.value("buyer_vat") == "FR40303265045"
    assert reading.value("seller_vat") is None


def test_a_sale_of_ours_among_the_purchases_is_noticed():
    """EX-1: our number as the seller's and another buyer: the direction is told, whatever the way in."""
    reading = read(letter(seller=(*US, "TVA FR40303265045"), window=("Client :", *THEM)), own=OWN, expected="purchase")
    assert reading.value("direction") == "sale"
