"""Which of the numbers on a page is the document's own."""

from __future__ import annotations

from datetime import date

import pytest

from app.extraction.reading import SURE
from tests.extraction.laid_out import french_invoice, lines, page, read, totals, values

AMOUNTS = totals("1 000,00 €", "200,00 €", "1 200,00 €")


def invoice_with(*head: tuple[float, float, str]):
    """The plain invoice with this head instead of its number."""
    return read(page(*[part for part in french_invoice() if part[1] != 60 or part[0] == 50], *head))


@pytest.mark.parametrize(
    "other",
    [
        "Facture rectifiée n° F-2026-0007",
        "Avoir sur facture n° F-2026-0007",
        "Annule et remplace la facture n° F-2026-0007",
        "Korrektur zu Rechnung Nr. F-2026-0007",
        "Credit for invoice no. F-2026-0007",
        "Rettifica fattura n. F-2026-0007",
        "Rectifica la factura nº F-2026-0007",
        "Creditering van factuur nr. F-2026-0007",
    ],
)
def test_the_corrected_number_does_not_win_by_standing_first(other):
    """EX-1: a corrective invoice names the one it corrects above its own number."""
    reading = invoice_with((330, 44, other), (350, 60, "Numéro"), (420, 60, "F-2026-0042"))
    assert reading.value("number") == "F-2026-0042"


def test_a_number_said_to_be_another_document_s_is_so_everywhere():
    """EX-1: it stands in a table of references and once more in a sentence."""
    reading = invoice_with(
        (330, 44, "Facture n°"),
        (420, 44, "F-2026-0007"),
        (350, 60, "N° de facture"),
        (430, 60, "F-2026-0042"),
        (50, 240, "La présente pièce se réfère à la facture n° F-2026-0007 du 06/10/2026."),
    )
    assert reading.value("number") == "F-2026-0042"


@pytest.mark.parametrize("reference", ["Nos réf. EXP/90/0042", "Your ref. EXP/90/0042", "Référence : EXP/2026/0042"])
def test_the_number_beside_the_title_beats_a_reference(reference):
    """EX-1: "FACTURE 2026-8851" needs no label."""
    reading = invoice_with((350, 60, "FACTURE 2026-8851"), (50, 134, reference))
    assert reading.value("number") == "2026-8851"


def test_the_number_below_the_title_beats_a_reference():
    """EX-1: title, and below it nothing but the number."""
    reading = invoice_with((350, 44, "FACTURE"), (350, 60, "2026-8851"), (50, 134, "Nos réf. EXP/90/0042"))
    assert reading.value("number") == "2026-8851"


@pytest.mark.parametrize("number", ["T2611 0272828", "MKB26 004418 1120"])
def test_a_number_in_groups_that_begins_with_letters_is_read_whole(number):
    """EX-1: alone in its cell, below its label."""
    assert invoice_with((350, 44, "Facture n°"), (350, 56, number)).value("number") == number


@pytest.mark.parametrize("rest", ["0272828-X", "272"])
def test_a_number_that_may_be_cut_is_not_sure(rest):
    """EX-1: what is sure is whole."""
    found = invoice_with((350, 44, "Facture n°"), (350, 56, f"4711 {rest}")).fields["number"]
    assert found.confidence < SURE


@pytest.mark.parametrize(
    "town", ["Omaha, NE 68102", "Portland, ME 04101", "EX4 3PL Exeter", "14 Mill Lane", "Calle Mayor 14"]
)
def test_a_postcode_and_a_house_are_no_number(town):
    """EX-1: the customer's town stands beside the title, the number, if any, beside a mere "Document"."""
    address = lines("Bluestem Analytics, Inc.", "Prairie Avenue", town, y=78)
    day, said = [(330, 94, "Date"), (500, 94, "11/02/2026")], [(330, 78, "Document"), (500, 78, "30621076")]
    numbers = [
        read(page((50, 50, "INVOICE"), *address, *day, *facts, *totals("10.00", "0.00", "10.00"))).value("number")
        for facts in (said, [])
    ]
    assert numbers == ["30621076", None]


def test_a_booking_is_no_invoice_number():
    """EX-1: "Nota" and "Reservering" stand one below the other."""
    said = [(350, 44, "Nota"), (450, 44, "2026.7829"), (350, 60, "Reservering"), (450, 60, "R2960")]
    assert invoice_with(*said).value("number") == "2026.7829"


@pytest.mark.parametrize(
    "card", ["************4711", "XXXX XXXX XXXX 4711", "497010******4711", "**** 4711", "#### #### #### 4711"]
)
def test_a_masked_card_is_no_number(card):
    """EX-1: a slip stapled below the receipt, or printed on it."""
    reading = read(
        page(
            (50, 60, "Ticket"), (50, 76, "Café du Port 07/11/2026"), (50, 92, f"N° {card}"), (50, 108, "Total 12,50 €")
        )
    )
    assert reading.value("number") is None


@pytest.mark.parametrize("number", ["008927", "2025.4200", "R-26-03368"])
def test_a_number_alone_beside_the_title_needs_no_label(number):
    """EX-1: digits alone are enough there, but never sure; the customer's own number is none."""
    facts = lines("Date : 02/11/2026", "Client : C5477", x=330, y=92)
    found = read(page((330, 60, "FACTURE"), (330, 76, number), *facts, *AMOUNTS)).fields["number"]
    assert (found.value, found.is_sure) == (number, False)
    assert "number" not in read(page((330, 60, "FACTURE"), *facts, *AMOUNTS)).fields


@pytest.mark.parametrize(
    "sentence",
    [
        "Remplace la pièce {} émise le 25 mai 2026.",
        "Supersedes {} of 25 May 2026, which please destroy.",
        "Ersetzt Beleg {} vom 25. Mai 2026.",
        "Deze factuur vervangt factuur {} van 25 mei 2026.",
        "Rectifica nuestra factura {} de 25 de mayo de 2026.",
        "Nota relativa alla fattura {}.",
    ],
)
def test_what_is_replaced_lends_neither_its_number_nor_its_day(sentence):
    """EX-1: a number without any label stands above, and the day of issue beside it."""
    facts = [(330, 60, "FACTURE"), (330, 76, "AX04983"), (450, 76, "02/11/2026")]
    reading = read(page(*facts, *AMOUNTS, (50, 720, sentence.format("AX04980"))))
    assert values(reading, "number", "issue_date") == ("AX04983", date(2026, 11, 2))


@pytest.mark.parametrize("label", ["Uw referentie", "Your ref.", "Kunden-Nr.", "Client"])
def test_what_one_is_known_by_is_no_number(label):
    """EX-1: neither the reference of one party nor the customer's number stands in for a missing label."""
    head = [
        (330, 60, "FACTUUR"),
        (330, 80, "2025-5842"),
        (430, 80, "16/10/2026"),
        (330, 100, label),
        (430, 100, "UR-3910"),
    ]
    assert read(page(*head, *AMOUNTS)).value("number") == "2025-5842"


def test_a_heading_above_an_address_names_no_number_beside_it():
    """EX-1: "Invoice to" is about the lines below, whatever stands at the right."""
    block = lines("Invoice to", "Northgate Logistics", "Unit 7, Ashton Way", "M22 5RR Manchester", y=110)
    facts = [(330, 110, "2026.7701"), (330, 126, "Invoice date"), (430, 126, "02/11/2026")]
    title = (50, 60, "Sales invoice")
    assert read(page(title, *block, *facts, *AMOUNTS)).value("number") == "2026.7701"


def test_a_line_beside_it_may_part_a_heading_from_its_address():
    """EX-1: the facts at the right stand closer than the lines of the address."""
    block = [(50, 110, "Bill to"), *lines("Northgate Logistics PLC", "Unit 7, Ashton Way", "M22 5RR Manchester", y=136)]
    facts = lines("AX06217", "Date 18 Oct 2026", "To be settled by 17 Nov 2026", x=330, y=110, step=12)
    title = (50, 60, "Sales invoice")
    assert read(page(title, *block, *facts, *AMOUNTS)).value("number") == "AX06217"


def test_a_customer_s_number_is_still_the_customer_s():
    """EX-1: beside "Client" it is what one is known by, whatever stands two lines below."""
    block = [(50, 110, "Client C-10442"), (330, 122, "Paiement à 30 jours"), (50, 134, "Dupont Jean")]
    assert read(page((50, 60, "FACTURE"), (330, 76, "Date 02/11/2026"), *block, *AMOUNTS)).value("number") != "C-10442"


def test_letters_before_a_number_may_be_a_currency_elsewhere():
    """EX-1: ringgit are RM, but nobody writes them so after "Invoice"."""
    assert read(page((330, 60, "Invoice RM4913"), (330, 80, "Date 02/11/2026"), *AMOUNTS)).value("number") == "RM4913"


@pytest.mark.parametrize("place", ["Page 1/15", "Seite 1/15", "Blatt 1/15", "Pag. 1/15", "Pagina: 1/15", "Blad 1/15"])
def test_the_number_of_a_page_is_not_the_documents(place):
    """EX-1: it stands below the title, where a number without a label may stand."""
    head = [(330, 60, "FACTURE"), (330, 76, place), (330, 92, "Date : 02/11/2026")]
    assert "number" not in read(page(*head, *AMOUNTS)).fields
    assert read(page(*head, (450, 92, "AX04983"), *AMOUNTS)).value("number") == "AX04983"


def test_a_number_alone_is_likelier_than_one_after_a_word_that_nobody_knows():
    """EX-1: "Barge J-16033" is the barge's; the bare one above is the invoice's."""
    address = lines("Cercle Nautique", "Quai Est", "56000 Vannes", "Bretagne", "Morbihan", y=60)
    facts = [(330, 140, "2025-4490"), (330, 156, "Date 02/11/2026"), (330, 172, "Barge J-16033")]
    assert read(page((330, 30, "FACTURE"), *address, *facts, *AMOUNTS)).value("number") == "2025-4490"


@pytest.mark.parametrize(
    ("seen", "printed"),
    [
        ("FAO2/2026/000377", "FA02/2026/000377"),
        ("INV-2026-O2-17", "INV-2026-02-17"),
        ("RE2026O2-0004", "RE202602-0004"),
        ("FAO1/2026/000377", "FAO1/2026/000377"),
        ("FACO2026-0004", "FACO2026-0004"),
        ("ROZ-2026-0004", "ROZ-2026-0004"),
    ],
)
def test_a_month_in_a_number_is_read_as_digits(seen, printed):
    """EX-3: OCR took its zero for a letter; the day of issue says which month it is."""
    scan = page((50, 60, f"Facture n° {seen}"), (350, 60, "Date : 09/02/2026"), source="ocr")
    assert read(scan).value("number") == printed
    drawn = page((50, 60, f"Facture n° {seen}"), (350, 60, "Date : 09/02/2026"))
    assert read(drawn).value("number") == seen


@pytest.mark.parametrize(("number", "is_sure"), [("FAO1-000377", False), ("FA1I-000377", False), ("FA01-000377", True)])
def test_a_letter_that_may_be_a_digit_is_never_sure(number, is_sure):
    """EX-4: OCR takes one for the other too often."""
    scan = page((50, 60, f"Facture n° {number}"), (350, 60, "Date : 09/02/2026"), source="ocr")
    assert read(scan).fields["number"].is_sure == is_sure


def test_a_number_with_the_month_of_its_document_is_sure_and_so_is_the_date():
    """EX-4: they agree, and nothing else says that month; where an order does too, it proves nothing."""
    head = [(350, 60, "FACTURE"), (350, 76, "INV/08/2026/097676"), (350, 92, "02/08/2026"), (350, 108, "17/09/2026")]
    found = read(page(*head, *AMOUNTS)).fields
    assert found["number"].is_sure and found["issue_date"].is_sure
    found = read(page(*head, (350, 124, "PO/08/2026/000041"), *AMOUNTS)).fields
    assert not found["number"].is_sure
    found = read(page(head[0], (350, 76, "Invoice no INV/08/2026/0976 76"), *head[2:], *AMOUNTS)).fields
    assert not found["number"].is_sure  # cut in two
    found = read(page(head[0], (350, 76, "2026-08"), *head[2:], *AMOUNTS)).fields
    assert not found["number"].is_sure  # the eighth of the year, perhaps
    found = read(page(*head[:3], (350, 108, "17/08/2026"), *AMOUNTS)).fields
    assert not found["issue_date"].is_sure
