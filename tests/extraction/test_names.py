"""Who sells and who buys: the two names of a document, chosen as a pair."""

from __future__ import annotations

import pytest

from tests.extraction.laid_out import lines, page, read, totals, values

AMOUNTS = totals("1 000,00 €", "200,00 €", "1 200,00 €")
HEAD = [(350, 200, "Facture n° F-2026-0042"), (350, 216, "Date : 02/11/2026")]
BUYER = ("Roulements Tessier SAS", "4 avenue du Bois", "44000 Nantes")
LETTERHEAD = ("Ateliers du Phare", "12 rue des Lampistes", "69003 Lyon")


def names(*texts):
    """Seller and buyer of one page."""
    return values(read(page(*texts, *HEAD, *AMOUNTS)), "seller_name", "buyer_name")


PAIR = ("Ateliers du Phare", "Roulements Tessier SAS")


def test_a_telephone_makes_the_letterhead_not_the_legal_form():
    """EX-1: the customer's legal form says nothing about who sells."""
    assert names(*lines(*LETTERHEAD, "Tél. 02 61 91 00 01"), *lines(*BUYER, x=330, y=110)) == PAIR


def test_the_foot_of_the_page_names_the_seller():
    """EX-1: only the seller writes at the foot, wherever its letterhead stands."""
    foot = (100, 790, "Ateliers du Phare, SA au capital de 30 000 €, 303 265 045 RCS Lyon")
    assert names(*lines(*BUYER, y=110), *lines(*LETTERHEAD, x=380, y=40), foot) == PAIR


def test_a_sentence_that_names_the_payee_names_the_seller():
    """EX-1: "Please pay to …" speaks of the seller."""
    wish = (50, 500, "Merci de régler par virement à Ateliers du Phare sous trente jours.")
    assert names((50, 30, "FACTURE"), *lines(*BUYER, y=80), *lines(*LETTERHEAD, x=330, y=80), wish) == PAIR


def test_a_website_called_like_a_company_is_the_sellers():
    """EX-1: the domain is the seller's, even without the letterhead's place."""
    site = (250, 660, "www.ateliers-du-phare.example")
    assert names(*lines(*BUYER, y=50), *lines(*LETTERHEAD, x=330, y=50), site) == PAIR


def test_the_window_below_the_sender_holds_the_buyer():
    """EX-1: "Firm · Street · Town" is the sender, the address below it the customer's."""
    sender = (50, 128, "Ateliers du Phare · 12 rue des Lampistes · 69003 Lyon")
    assert names(*lines(*LETTERHEAD, x=430, y=36), sender, *lines(*BUYER, y=140, step=12)) == PAIR


def test_a_letterhead_set_to_the_right_edge_is_one_block():
    """EX-1: its street is no name, though it begins where no other line does."""
    right = [(560 - 5 * len(text), 36 + 14 * place, text) for place, text in enumerate(LETTERHEAD)]
    assert names(*right, *lines(*BUYER, y=140)) == PAIR


PLAIN = {"y": 60, "x": 330}
"""Beside the other address, in the same letters."""


def test_somebody_who_is_greeted_is_not_who_writes():
    """EX-1: a person's address beside a plain letterhead is the customer's."""
    person = lines("Monsieur Paul Renard", "4 avenue du Bois", "44000 Nantes")
    assert names(*person, *lines(*LETTERHEAD, **PLAIN)) == ("Ateliers du Phare", "Monsieur Paul Renard")


@pytest.mark.parametrize("greeted", ["Madame Anne Renard", "Mme Anne Renard"])
def test_of_two_addresses_the_customer_is_who_is_greeted(greeted):
    """EX-1: the building the work was done in stands above the person who pays."""
    site = lines("Résidence Armor", "4 avenue du Bois", "44000 Nantes", x=330)
    person = lines(greeted, "8 rue Haute", "35000 Rennes", x=330, y=130)
    assert names(*lines(*LETTERHEAD, "Tél. 02 61 91 00 01"), *site, *person) == ("Ateliers du Phare", greeted)


def test_a_letter_is_dated_from_where_its_writer_lives():
    """EX-1: "Lyon, le 2 novembre" tells which of two addresses is the sender's."""
    assert names(*lines(*BUYER), *lines(*LETTERHEAD, **PLAIN), (50, 260, "Lyon, le 2 novembre 2026")) == PAIR


def test_the_only_vat_number_is_that_of_who_writes():
    """EX-1: who sells must give its own; the customer's is not always asked for."""
    assert names(*lines(*BUYER), *lines(*LETTERHEAD, "TVA FR40303265045", **PLAIN)) == PAIR


def test_two_vat_numbers_say_nothing():
    """EX-1: each party gives its own, so the one beside the left address decides nothing."""
    numbered = lines(*BUYER, "TVA FR83404833048")
    foot = (50, 780, "TVA FR40303265045")
    assert names(*numbered, *lines(*LETTERHEAD, "Tél. 02 61 91 00 01", **PLAIN), foot) == PAIR


@pytest.mark.parametrize(
    "mention",
    [
        "Ateliers du Phare, SAS au capital de 30 000 € – 303 265 045 RCS Lyon",
        "SARL Ateliers du Phare - RCS Lyon 303 265 045",
        "Ateliers du Phare SAS | 12 rue des Lampistes | 69003 Lyon",
    ],
)
def test_the_foot_names_the_seller_that_no_letterhead_does(mention):
    """EX-1: the company before its legal form, among the mentions that the law asks for."""
    seller, buyer = names((50, 30, "FACTURE"), *lines(*BUYER, y=80), (60, 790, mention))
    assert "Ateliers du Phare" in seller
    assert buyer == "Roulements Tessier SAS"


def test_who_writes_stands_higher():
    """EX-1: where nothing else tells, the address above is the sender's, also at the right."""
    assert names((50, 30, "FACTURE"), *lines(*BUYER, y=140), *lines(*LETTERHEAD, x=330, y=60)) == PAIR


def test_two_headings_for_one_party_are_a_heading():
    """EX-1: "Client / Owner" names the customer twice, and is not its name."""
    block = lines("Maître d'ouvrage / Donneur d'ordre", "Cercle Nautique de Ruvère", "Quai Est", "56000 Vannes", x=330)
    assert names(*lines(*LETTERHEAD), *block) == ("Ateliers du Phare", "Cercle Nautique de Ruvère")


@pytest.mark.parametrize("heading", ["Abonné :", "Titulaire du contrat :", "Locataire", "Client facturé :"])
def test_customers_have_many_headings(heading):
    """EX-1: the buyer's label, whoever the buyer is to the seller."""
    assert names(*lines(heading, *BUYER, y=40), *lines(*LETTERHEAD, x=330, y=40)) == PAIR


@pytest.mark.parametrize(
    "line",
    [
        "CODE AGENCE 0290",
        "Lettre de voiture LV 020387",
        "Your order AB321",
        "Mon adresse ligne 1",
        "Buyer line 2",
        "Sehr geehrte Frau Tessier,",
        "F A C T U R E",
        "06 99 XX YY ZZ",
    ],
)
def test_what_is_no_name_is_not_taken_for_one(line):
    """EX-1: codes, placeholders, titles and greetings stand where names do."""
    assert names(*lines(*LETTERHEAD), *lines(line, *BUYER, x=330, y=100)) == PAIR


def test_what_stands_before_a_colon_is_no_name():
    """EX-1: nor where the colon stands in a column of its own."""
    facts = [(50, 20, "Fin d’engagement"), (200, 20, ": aucune")]
    assert names(*facts, *lines(*LETTERHEAD), *lines(*BUYER, x=330, y=110)) == PAIR


def test_somebody_called_the_customer_is_a_name():
    """EX-1: with an article and in an address, a role is a name."""
    block = lines("Client :", "LE CLIENT", "4 avenue du Bois", "44000 Nantes", x=330, y=110)
    assert names(*lines(*LETTERHEAD), *block) == ("Ateliers du Phare", "LE CLIENT")


@pytest.mark.parametrize("line", ["CODE_ROUTAGE : CDROUT1", "N° de lot", "Facture", "REVISED INVOICE"])
def test_what_stands_above_a_name_without_legal_form_is_not_taken_for_it(line):
    """EX-1: a word with its value, what is counted, a title."""
    block = lines(line, "Cercle Nautique", "Quai Est", "56000 Vannes", x=330, y=110)
    assert names(*lines(*LETTERHEAD, "Tél. 02 61 91 00 01"), *block) == ("Ateliers du Phare", "Cercle Nautique")


def confidences(*texts):
    """How sure seller and buyer of one page are."""
    found = read(page(*texts, *HEAD, *AMOUNTS)).fields
    return [found[name].is_sure for name in ("seller_name", "buyer_name") if name in found]


def test_names_far_ahead_of_all_others_are_sure():
    """EX-3: a letterhead with a telephone, and an address that a label gives to the customer."""
    head = lines(*LETTERHEAD, "Tél. 02 61 91 00 01")
    assert confidences(*head, *lines("Client :", *BUYER, x=330, y=110)) == [True, True]


def test_two_plain_addresses_are_never_sure():
    """EX-3: which of them writes is a guess, and said to be one."""
    twins = lines("Cercle Nautique", "Quai Est", "56000 Vannes", y=60)
    assert confidences((50, 30, "FACTURE"), *twins, *lines(*LETTERHEAD, x=330, y=60)) == [False, False]


def test_the_only_name_on_a_page_is_not_sure():
    """EX-3: the one that is missing may be the seller."""
    assert confidences((50, 30, "FACTURE"), *lines(*LETTERHEAD, "Tél. 02 61 91 00 01", y=60)) == [False]


def test_a_heading_says_outright_whose_address_it_is():
    """EX-3: a second name for the same side does not shake it; a second address does."""
    head, headed = lines(*LETTERHEAD, "Tél. 02 61 91 00 01"), lines("Facturé à :", *BUYER, x=330, y=110)
    office = ("Client", "Centrale du Ponant SARL", "3 rue du Port", "29200 Brest")
    assert confidences(*head, *headed, (50, 140, "Client : Centrale du Ponant SARL")) == [True, True]
    assert confidences(*head, *headed, *lines(*office, y=140, step=13)) == [True, False]


@pytest.mark.parametrize("heading", ["Établie à l'intention de", "Made out to", "Ausgestellt für", "Bestemd voor"])
def test_what_leads_on_to_a_name_is_none(heading):
    """EX-1: a heading that nobody knows still ends as headings do."""
    block = lines(heading, "Cercle Nautique", "Quai Est", "56000 Vannes", x=330, y=110)
    assert names(*lines(*LETTERHEAD), *block)[1] == "Cercle Nautique"


def test_what_is_sold_is_nobodys_name():
    """EX-1: below the head of the table, with an amount in a further column."""
    table = [(50, 100, "Désignation"), (300, 100, "Quantité"), (480, 100, "Prix")]
    sold = [(50, 116, "Panier Garni SARL"), (300, 116, "2"), (480, 116, "52,00")]
    assert names(*table, *sold) == (None, None)


@pytest.mark.parametrize("greeting", ["Sehr geehrte Frau Renard,", "Dear Mrs Renard,", "Gentile Signora Renard,"])
def test_a_letters_greeting_is_not_the_name_of_who_gets_it(greeting):
    """EX-1: though an address follows, as where an insurer says which house it is about."""
    letter = lines(greeting, "4 avenue du Bois", "44000 Nantes", x=330, y=110)
    assert names(*lines(*LETTERHEAD, "Tél. 02 61 91 00 01"), *letter)[1] is None


@pytest.mark.parametrize("value", ["AF 2809", "AF-2809", "12/10/2026", "280917"])
def test_what_names_a_value_is_nobody_s_name(value):
    """EX-7: a list of facts may stand right above the address of who sends it."""
    facts = [
        (50, 60, "FACTURE"),
        (50, 96, "N° de facture"),
        (130, 96, "003734"),
        (50, 108, "Date"),
        (130, 108, "06/11/2026"),
    ]
    facts += [(50, 120, "Gamelle"), (130, 120, value)]
    seller = lines("Héliopompe Industrie", "ZI Nord, allée C", "63100 Clermont-Ferrand", y=132, step=12)
    buyer = lines(
        "Client", "Cabinet dentaire Rouvière", "18 cours Gambetta", "34000 Montpellier", x=330, y=150, step=12
    )
    foot = (50, 780, "Héliopompe Industrie, ZI Nord, allée C, 63100 Clermont-Ferrand - TVA FR23327365433")
    reading = read(page(*facts, *seller, *buyer, *totals("1 000,00", "200,00", "1 200,00"), foot))
    assert values(reading, "seller_name", "buyer_name") == ("Héliopompe Industrie", "Cabinet dentaire Rouvière")
