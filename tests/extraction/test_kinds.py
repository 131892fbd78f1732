"""What a document is: invoice, credit note, several of them, or something else."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.extraction.reading import DOUBTFUL, SURE
from tests.extraction.laid_out import french_invoice, lines, page, read, totals, values


def test_a_credit_note_with_negative_totals_is_one():
    """EX-1: kind; the amounts keep the sign that is printed."""
    negative = {"net": "-1 000,00 €", "tax": "-200,00 €", "gross": "-1 200,00 €"}
    reading = read(page(*french_invoice(title="AVOIR", number="A-7", **negative)))
    assert values(reading, "kind", "number", "gross") == ("credit_note", "A-7", Decimal(-1200))
    assert reading.fields["kind"].confidence >= SURE


def test_a_word_in_a_sentence_makes_no_credit_note():
    """EX-1: "avoir" is also a verb."""
    sentence = (50, 700, "Merci de bien vouloir avoir l'obligeance de régler cette facture sous trente jours")
    assert read(page(*french_invoice(), sentence)).value("kind") == "invoice"


LETTER = lines(
    "Conditions générales de vente",
    "Article 1. Les présentes conditions régissent les ventes de la société à ses clients.",
    "Article 2. Toute commande emporte adhésion sans réserve aux présentes conditions.",
    "Article 3. Les prix sont ceux en vigueur au jour de la commande.",
)


def test_a_page_that_is_no_invoice_says_so():
    """IN-8: a page that does not look like an invoice says so, and nothing on it is sure."""
    reading = read(page(*LETTER))
    assert reading.has_flag("not_invoice")
    assert all(found.confidence <= DOUBTFUL for found in reading.fields.values())


def test_terms_that_speak_of_invoices_are_none():
    """IN-8: terms of sale are full of invoices, totals and dates."""
    said = "La facture du vendeur est payable par le client à trente jours sans escompte ni remise d'aucune sorte."
    terms = lines("Conditions générales", *[f"{number}. {said}" for number in range(1, 13)], y=100)
    rest = lines("Date : 02/11/2026", "Total TTC 40,00 €", y=400)
    assert read(page(*terms, *rest)).has_flag("not_invoice")


@pytest.mark.parametrize(
    "text",
    ["BULLETIN DE PAIE", "RELEVÉ DE COMPTE", "DEVIS N° D-12", "BON DE LIVRAISON N° 12", "Kontoauszug", "Quotation"],
)
def test_other_business_papers_are_not_invoices(text):
    """IN-8: they have amounts and dates, too."""
    rows = [*lines(text, "02/11/2026", y=40), (50, 300, "Total"), (300, 300, "1 200,00 €")]
    assert read(page(*rows)).has_flag("not_invoice")


QUOTE = [
    *lines("Atelier Lumen SARL", "12 rue des Lampistes", "69003 Lyon", "TVA FR40303265045"),
    (330, 130, "02/11/2026"),
    *totals("1 000,00 €", "200,00 €", "1 200,00 €"),
]


@pytest.mark.parametrize(
    "title",
    ["DEVIS N° D-12", "Auftragsbestätigung AB-4976", "Presupuesto 12/26", "Offerta 12", "Prijsofferte 12", "Proposal"],
)
def test_a_quote_is_no_invoice_however_well_its_totals_add_up(title):
    """IN-8: its title outweighs number, VAT number and totals."""
    reading = read(page((330, 40, title, 1.6), *QUOTE))
    assert reading.has_flag("not_invoice")
    assert all(found.confidence <= DOUBTFUL for found in reading.fields.values())


@pytest.mark.parametrize(
    "mention", ["Votre devis n° D-12", "Devis n° D-12", "Bon de livraison n° 7", "Devis D-12 accepté"]
)
def test_an_invoice_that_mentions_its_quote_is_one(mention):
    """IN-8: what is printed like a reference is no title."""
    assert not read(page(*french_invoice(), (350, 30, mention))).has_flag("not_invoice")


def test_an_invoice_titled_as_large_as_its_order_is_one():
    """IN-8: two titles, and one of them says invoice."""
    titles = [(330, 30, "Bon de commande 7", 1.6), (50, 250, "Facture F-2026-0042", 1.6)]
    assert not read(page(*titles, *QUOTE)).has_flag("not_invoice")


@pytest.mark.parametrize(
    "subject", ["Objet : deuxième relance", "Betreff: Mahnung", "Subject: payment reminder", "Oggetto: sollecito"]
)
def test_a_letter_that_reminds_is_no_invoice(subject):
    """IN-8: it lists an invoice's number, day and total."""
    letter = [(50, 200, subject), (50, 320, "Facture"), (50, 340, "Facture F-2026-0042 du 02/09/2026")]
    assert read(page(*QUOTE, *letter)).has_flag("not_invoice")


def test_an_empty_page_is_not_an_invoice():
    """IN-8: nothing legible, nothing invented."""
    reading = read(page(source="none"))
    assert reading.has_flag("not_invoice") and reading.fields == {}


def test_several_invoices_in_one_file_are_flagged_with_their_pages():
    """EX-9: the pages on which each of them begins."""
    second = page(*french_invoice(number="F-2026-0043"), number=2)
    terms = page(*LETTER, number=3)
    third = page(*french_invoice(number="F-2026-0044"), number=4)
    reading = read(page(*french_invoice()), second, terms, third)
    assert {"code": "several_invoices", "pages": [1, 2, 4]} in reading.flags


def test_a_second_page_of_the_same_invoice_is_not_another():
    """EX-9: the number is printed on every page."""
    reading = read(page(*french_invoice()), page(*french_invoice(), number=2))
    assert not reading.has_flag("several_invoices")


BELOW_TITLE = [(360, 60, "FACTURE"), (360, 80, "N° F-2026-0042"), (360, 95, "Date : 02/09/2026")]
NET_TO_PAY = [(360, 600, "Total TTC"), (470, 600, "1 200,00 €")]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ([*BELOW_TITLE], [(360, 60, "FACTURE"), (360, 80, "N° 774301"), *NET_TO_PAY]),
        ([*BELOW_TITLE, (50, 300, "Contrat 774301"), *NET_TO_PAY], [(360, 60, "FACTURE"), (360, 80, "N° 774301")]),
        ([*BELOW_TITLE, (50, 300, "774301"), *NET_TO_PAY], [(360, 60, "FACTURE"), (360, 80, "N° 774301"), *NET_TO_PAY]),
        ([*BELOW_TITLE, *NET_TO_PAY], [(360, 60, "FACTURE"), (50, 300, "N° 774301"), *NET_TO_PAY]),
    ],
    ids=["total on the second only", "no total on the second", "said on the first too", "not below the title"],
)
def test_a_plain_number_alone_makes_no_other_invoice(first, second):
    """EX-9: the pages of one invoice may be titled each, and speak of other numbers."""
    assert not read(page(*first), page(*second, number=2)).has_flag("several_invoices")


def test_two_titled_pages_with_numbers_and_totals_are_two_invoices():
    """EX-9: each has a plain "N°" below its title that no page before it says."""
    other = [(360, 60, "FACTURE"), (360, 80, "N° F-2026-0043"), (360, 95, "Date : 03/09/2026")]
    reading = read(page(*BELOW_TITLE, *NET_TO_PAY), page(*other, *NET_TO_PAY, number=2))
    assert {"code": "several_invoices", "pages": [1, 2]} in reading.flags


def test_the_totals_say_the_currency_where_an_item_names_another():
    """EX-1: the currency, said by the words of the total and not by a price that something once had."""
    item = (50, 340, "Pallet of valves, catalogue price USD 950.00")
    heads = [(60, 600, "NET TOTAL GBP"), (220, 600, "VAT TOTAL GBP"), (400, 600, "INVOICE TOTAL GBP")]
    amounts = [(60, 616, "1,000.00"), (220, 616, "200.00"), (400, 616, "1,200.00")]
    reading = read(page(*lines("Invoice number: 4711"), item, *heads, *amounts))
    assert values(reading, "gross", "currency") == (Decimal(1200), "GBP")


def test_an_invoice_without_a_title_is_sure_where_it_adds_up():
    """EX-3: net and tax make the total, nothing speaks of a credit; without sums nothing proves it."""
    untitled = [part for part in french_invoice() if "FACTURE" not in part[2]]
    added = read(page(*untitled, (350, 60, "N° F-2026-0042"))).fields["kind"]
    alone = read(page(*[part for part in untitled if part[1] < 600], (350, 600, "Total"), (480, 600, "12,50"))).fields[
        "kind"
    ]
    assert (added.value, added.is_sure, alone.is_sure) == ("invoice", True, False)


def test_a_town_a_street_and_a_legal_form_make_a_currency_sure():
    """EX-3: tills print no currency; one word of a country alone may be anything."""
    shop = ("Kedai Runcit Sdn Bhd", "12 Jalan Ipoh", "51200 Kuala Lumpur")
    sure, guessed = (read(page(*lines(*said, "Tax invoice 14/11/2026", "Total 12.50"))) for said in (shop, shop[:1]))
    assert (sure.value("currency"), sure.fields["currency"].is_sure) == ("MYR", True)
    assert (guessed.value("currency"), guessed.fields["currency"].is_sure) == ("MYR", False)


def test_a_currencys_code_is_not_misread_where_its_sign_may_be():
    """EX-3: OCR takes many things for a €, but three letters for EUR."""
    shop = (*lines("MARKT AM TOR", "13.07.26 08:47"), (50, 300, "SUMME"))
    sure = [
        read(page(*shop, (350, 300, total), source="ocr")).fields["currency"].confidence >= SURE
        for total in ("13,68 EUR", "13,68 €")
    ]
    assert sure == [True, False]
