"""Whose VAT number it is, where a page prints several."""

from __future__ import annotations

from tests.extraction.laid_out import lines, page, read, totals

AMOUNTS = totals("1 000,00 €", "200,00 €", "1 200,00 €")
HEAD = [(350, 240, "Facture n° F-2026-0042"), (350, 256, "Date : 02/11/2026")]
BUYER = ("Roulements Tessier SAS", "4 avenue du Bois", "44000 Nantes")
LETTERHEAD = ("Ateliers du Phare", "12 rue des Lampistes", "69003 Lyon", "Tél. 02 61 91 00 01")
OURS, THEIRS = "FR40303265045", "FR83404833048"


def vats(*texts):
    """What was read as the seller's and the buyer's number, and how sure the seller's is."""
    found = read(page(*texts, *HEAD, *AMOUNTS)).fields
    return found["seller_vat"].value, found.get("buyer_vat") and found["buyer_vat"].value, found["seller_vat"].is_sure


def test_a_number_below_a_sure_name_is_that_partys():
    """EX-1: no label says whose address it is, but nobody else can be meant."""
    customer = lines(*BUYER, f"TVA {OURS}", x=330, y=130)
    assert vats(*lines(*LETTERHEAD, f"TVA {THEIRS}"), *customer) == (THEIRS, OURS, True)


def test_a_number_at_the_foot_is_the_sellers():
    """EX-1: though another one stands below the letterhead, among the customer's references."""
    facts = lines(*LETTERHEAD, "Numéro de client : 4711", f"N° TVA {OURS}")
    assert vats(*facts, *lines(*BUYER, x=330, y=130), (50, 790, f"N° TVA {THEIRS}"))[::2] == (THEIRS, True)


def test_a_number_that_is_said_to_be_the_customers_is_not_the_sellers():
    """EX-1: "Ihre USt-IdNr." and "N° TVA client" stand far from any address."""
    for words in ("Ihre USt-IdNr.", "N° TVA client", "Your VAT No.", "Customer VAT number"):
        said = (50, 300, f"{words} {OURS}")
        assert vats(*lines(*LETTERHEAD), *lines(*BUYER, x=330, y=130), said, (50, 500, f"TVA {THEIRS}")) == (
            THEIRS,
            OURS,
            True,
        )


def test_a_misprinted_number_is_no_rival():
    """EX-4: of two numbers the one with right check digits is the seller's, and sure."""
    misprint = (50, 790, "Papeterie Unie, 12 rue des Lampistes, 69003 Lyon, N° TVA FR32123456789")
    facts = [*lines(*LETTERHEAD), (50, 300, f"N° TVA intra : {THEIRS}"), misprint]
    assert vats(*facts, *lines(*BUYER, x=330, y=130))[::2] == (THEIRS, True)
