"""What is read from pages alone; every document is laid out here."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from app.extraction.parties import Identity
from app.extraction.reading import DOUBTFUL, SURE
from tests.extraction.laid_out import french_invoice, lines, page, read, totals, values


def test_a_plain_invoice_is_read_whole():
    """EX-1: every field that the page prints."""
    reading = read(page(*french_invoice()))

    assert values(reading, "kind", "number", "currency") == ("invoice", "F-2026-0042", "EUR")
    assert values(reading, "issue_date", "due_date") == (date(2026, 11, 2), date(2026, 12, 2))
    assert values(reading, "net", "tax", "gross") == (Decimal(1000), Decimal(200), Decimal(1200))
    assert values(reading, "seller_name", "buyer_name") == ("Atelier Lumen SARL", "Menuiserie Duval SAS")
    assert values(reading, "seller_vat", "iban") == ("FR40303265045", "FR7630006000011234567890189")
    assert [(line.rate, line.base, line.tax) for line in reading.taxes] == [(Decimal(20), Decimal(1000), Decimal(200))]
    assert reading.flags == []


def test_every_field_says_where_it_was_read():
    """EX-3: page and box of each field, and how sure it is."""
    reading = read(page(*french_invoice()))
    for name in ("number", "issue_date", "gross", "seller_vat", "iban"):
        found = reading.fields[name]
        assert found.page == 1 and 0 <= found.box[0] < found.box[2] <= 1 and 0 <= found.box[1] < found.box[3] <= 1
        assert found.confidence >= SURE, name
    assert reading.fields["gross"].text == "1 200,00"
    assert reading.fields["gross"].box[1] > reading.fields["number"].box[1]


SIX_LANGUAGES = [
    (
        "fr",
        ("Facture n° F1234", "Date : 3 mars 2026", "Échéance : 2 avril 2026"),
        ("Total HT", "TVA", "Total TTC"),
        ("1 000,00 €", "200,00 €", "1 200,00 €"),
    ),
    (
        "en",
        ("Invoice number: F1234", "Invoice date: 3 March 2026", "Due date: 2 April 2026"),
        ("Subtotal", "VAT", "Total incl. VAT"),
        ("€1,000.00", "€200.00", "€1,200.00"),
    ),
    (
        "nl",
        ("Factuurnummer: F1234", "Factuurdatum: 3 maart 2026", "Vervaldatum: 2 april 2026"),
        ("Totaal excl. btw", "Btw", "Totaal incl. btw"),
        ("€ 1.000,00", "€ 200,00", "€ 1.200,00"),
    ),
    (
        "de",
        ("Rechnungsnummer: F1234", "Rechnungsdatum: 3. März 2026", "Zahlbar bis: 2. April 2026"),
        ("Nettobetrag", "MwSt.", "Gesamtbetrag"),
        ("1.000,00 €", "200,00 €", "1.200,00 €"),
    ),
    (
        "es",
        ("Nº de factura: F1234", "Fecha de factura: 3 de marzo de 2026", "Fecha de vencimiento: 2 de abril de 2026"),
        ("Base imponible", "IVA", "Total factura"),
        ("1.000,00 €", "200,00 €", "1.200,00 €"),
    ),
    (
        "it",
        ("Fattura n. F1234", "Data fattura: 3 marzo 2026", "Scadenza: 2 aprile 2026"),
        ("Imponibile", "IVA", "Totale fattura"),
        ("1.000,00 €", "200,00 €", "1.200,00 €"),
    ),
]


@pytest.mark.parametrize(("language", "head", "words", "amounts"), SIX_LANGUAGES)
def test_invoices_are_read_in_six_languages(language, head, words, amounts):
    """EX-5: labels, dates and amounts of fr, en, nl, de, es, it."""
    reading = read(page(*lines("Lumen & Fils"), *lines(*head, x=330), *totals(*amounts, words=words)))

    assert reading.language == language
    assert values(reading, "number", "issue_date", "due_date") == ("F1234", date(2026, 3, 3), date(2026, 4, 2))
    assert values(reading, "net", "tax", "gross", "currency") == (Decimal(1000), Decimal(200), Decimal(1200), "EUR")


def test_the_corrected_invoice_does_not_lend_its_number():
    """EX-1: a corrective invoice names the one it corrects, too."""
    other = [(50, 240, "N° de facture associée : F-2025-0001"), (50, 256, "Date de facture associée : 01/01/2025")]
    reading = read(page(*french_invoice(), *other))
    assert values(reading, "number", "issue_date") == ("F-2026-0042", date(2026, 11, 2))


def test_numbers_of_other_things_are_not_the_invoice_number():
    """EX-1: customer, order and telephone numbers stand nearer to the top than the invoice's."""
    others = lines("N° client : C-778899", "N° de commande : BC-2026-11", "Tél : 04 78 00 00 00", x=50, y=150)
    reading = read(page(*others, *french_invoice()))
    assert values(reading, "number", "order_reference") == ("F-2026-0042", "BC-2026-11")


def test_a_number_without_a_label_is_accepted_by_its_shape():
    """EX-1: near the title, with letters, a year or a sequence; never as sure."""
    head = [(350, 60, "FACTURE"), (350, 80, "INV/2026/000123"), (350, 100, "02/11/2026")]
    reading = read(page(*lines("Atelier Lumen SARL"), *head, *totals("100,00 €", "20,00 €", "120,00 €")))
    assert reading.value("number") == "INV/2026/000123"
    assert reading.fields["number"].confidence < SURE


def test_a_date_in_a_sentence_is_not_the_issue_date():
    """EX-5: labelled dates before bare ones, and facts before mentions."""
    law = "La loi n°92/1442 du 31 décembre 1992 nous fait obligation de vous indiquer que le retard coûte"
    bare = [part for part in french_invoice() if not part[2].startswith("Date")]
    assert read(page(*bare, (350, 76, "02/11/2026"), (50, 700, law))).value("issue_date") == date(2026, 11, 2)


def test_a_recent_date_in_a_sentence_is_not_the_issue_date_either():
    """EX-5: a letter mentions its day after others."""
    talk = "Suite à notre entretien du 28 octobre 2026 nous avons le plaisir de vous adresser ce qui suit"
    bare = [part for part in french_invoice() if not part[2].startswith("Date")]
    assert read(page((50, 30, talk), *bare, (350, 76, "02/11/2026"))).value("issue_date") == date(2026, 11, 2)


def test_a_number_may_touch_its_label():
    """EX-1: OCR loses the space in "Nr. 12"."""
    reading = read(page(*lines("Handelsrechnung (380) Nr.471102 vom 05.03.2026", "Nummer: 549910")))
    assert values(reading, "number", "issue_date") == ("471102", date(2026, 3, 5))


def test_a_number_like_a_foreign_vat_number_is_none_without_its_label():
    """EX-4: "RO005532486" is Romanian only where check digits or a label say so."""
    reading = read(page(*lines("Rechnungsnummer: RO005532486", "Rechnungsdatum: 19.01.2026", "USt-IdNr.: DE136695976")))
    assert values(reading, "number", "seller_vat") == ("RO005532486", "DE136695976")


def test_a_service_period_is_neither_issue_nor_due_date():
    """EX-1: service period if present."""
    reading = read(page(*french_invoice(), (50, 240, "Période du 01/10/2026 au 31/10/2026")))
    assert values(reading, "period_start", "period_end") == (date(2026, 10, 1), date(2026, 10, 31))
    assert values(reading, "issue_date", "due_date") == (date(2026, 11, 2), date(2026, 12, 2))


def test_american_dates_are_read_month_first_where_the_document_proves_it():
    """EX-5: numeric day-first unless the document says otherwise."""
    head = ("Invoice number: 4711", "Invoice date: 03/04/2026", "Due date: 03/25/2026")
    words = ("Subtotal", "Sales tax", "Total")
    reading = read(page(*lines(*head), *totals("$100.00", "$8.00", "$108.00", words=words)))
    assert values(reading, "issue_date", "due_date", "currency") == (date(2026, 3, 4), date(2026, 3, 25), "USD")


def test_an_iban_with_wrong_check_digits_is_never_sure():
    """EX-4: check digits of IBAN, VAT number and SIREN."""
    found = read(page(*french_invoice(iban="FR76 3000 6000 0112 3456 7890 188"))).fields["iban"]
    assert found.failed_check == "check_digits" and found.confidence < DOUBTFUL


def test_a_vat_number_with_wrong_check_digits_is_never_sure():
    """EX-4: it is shown, since only a person can mend it."""
    texts = [(x, y, text.replace("FR40303265045", "FR41303265045")) for x, y, text in french_invoice()]
    found = read(page(*texts)).fields["seller_vat"]
    assert found.failed_check == "check_digits" and found.confidence < DOUBTFUL


def test_a_date_far_in_the_future_is_never_sure():
    """EX-4: plausible dates."""
    found = read(page(*french_invoice(day="02/11/2028", due="02/12/2028"))).fields["issue_date"]
    assert found.failed_check == "date" and found.confidence < DOUBTFUL


def test_a_due_date_before_the_invoice_is_never_sure():
    """EX-4: plausible dates."""
    found = read(page(*french_invoice(due="02/10/2026"))).fields["due_date"]
    assert found.failed_check == "date" and found.confidence < DOUBTFUL


def test_doubtful_letters_make_a_doubtful_field():
    """EX-3: OCR's own doubt lowers the confidence."""
    clear, read_by_ocr = read(page(*french_invoice())), read(page(*french_invoice(), source="ocr"))
    assert read_by_ocr.value("due_date") == clear.value("due_date")
    assert read_by_ocr.fields["due_date"].confidence < clear.fields["due_date"].confidence


def test_a_sum_makes_up_for_doubtful_letters():
    """EX-3: three amounts would have had to be misread so as to fit; two of them prove nothing."""
    clear, read_by_ocr = read(page(*french_invoice())), read(page(*french_invoice(), source="ocr"))
    assert read_by_ocr.fields["gross"].confidence == clear.fields["gross"].confidence
    two_cents = page(*french_invoice(gross="1 200,02 €"), source="ocr")
    assert read(two_cents).fields["gross"].confidence < clear.fields["gross"].confidence
    without_net = [part for part in french_invoice() if part[1] != 600 and "1 000,00" not in part[2]]
    clear, read_by_ocr = read(page(*without_net)), read(page(*without_net, source="ocr"))
    assert read_by_ocr.fields["gross"].confidence < clear.fields["gross"].confidence


def test_a_till_receipt_needs_no_number():
    """EX-1: words set wide apart, a total, a date with its time."""
    rows = [
        "BOULANGERIE MOREAU",
        "8 place du Marché",
        "14/11/2026 12:41",
        "2 Formule midi 23,40",
        "TOTAL TTC EUR 23,40",
    ]
    spread = [(40 + 14 * at, 60 + 18 * row, word) for row, text in enumerate(rows) for at, word in _spread(text)]
    reading = read(page(*spread, (40, 170, "Merci de votre visite"), source="ocr", width=250))
    assert values(reading, "gross", "issue_date", "currency") == (Decimal("23.40"), date(2026, 11, 14), "EUR")
    assert not reading.has_flag("not_invoice")


def _spread(text: str) -> list[tuple[int, str]]:
    """Each word of a row with its place, two letters' width between them."""
    place, spread = 0, []
    for word in text.split():
        spread.append((place, word))
        place += len(word) // 2 + 2
    return spread


@pytest.mark.parametrize(
    ("own", "direction"),
    [
        (Identity(names=["Atelier Lumen"]), "sale"),
        (Identity(vat_numbers=["FR 40 303 265 045"]), "sale"),
        (Identity(ibans=["FR7630006000011234567890189"]), "sale"),
        (Identity(names=["Menuiserie Duval"]), "purchase"),
        (Identity(names=["Somebody Else Ltd"]), None),
    ],
)
def test_the_company_itself_decides_the_direction(own, direction):
    """EX-1: sale or purchase, by the company's own names and numbers; unsaid where it is on neither side."""
    assert read(page(*french_invoice()), own=own).value("direction") == direction


@pytest.mark.parametrize(
    "number", ["2026-11-03", "2026.0123", "FA/2026/11/007", "9314110911/00/M/00/N", "01.234.567.8-2026-1"]
)
def test_a_number_that_looks_like_something_else_is_still_the_number(number):
    """EX-5: neither a date nor an amount eats what stands after "N°"."""
    reading = read(page(*french_invoice(number=number)))
    assert values(reading, "number", "issue_date") == (number, date(2026, 11, 2))


def test_a_siret_is_no_vat_number():
    """EX-1: "SIRET 404…" begins like a Slovenian VAT number."""
    texts = [(x, y, text.replace("TVA FR40303265045", "SIRET 30326504500018")) for x, y, text in french_invoice()]
    assert read(page(*texts)).value("seller_vat") is None


def test_one_label_may_name_two_dates():
    """EX-5: "invoice date/delivery date" is the invoice's date, too."""
    head = [
        (350, 60, "Facture N° F-7"),
        (50, 200, "Date de la facture/Date de la livraison"),
        (330, 200, "02 novembre 2026"),
    ]
    reading = read(page(*lines("Atelier Lumen SARL"), *head, *totals("100,00 €", "20,00 €", "120,00 €")))
    assert reading.value("issue_date") == date(2026, 11, 2)


def test_the_customer_in_a_line_of_his_own_is_found():
    """EX-1: "Client: …" below the seller's own address."""
    texts = lines(
        "Menuiserie Janssens SRL", "Rue Haute 5", "1000 Bruxelles", "Client: Duval SA", "Total TVAC 121,00 EUR"
    )
    reading = read(page(*texts))
    assert values(reading, "seller_name", "buyer_name") == ("Menuiserie Janssens SRL", "Duval SA")


def test_the_seller_is_named_in_the_line_above_the_address():
    """EX-1: German letters carry their sender in the window of the envelope."""
    texts = [
        (50, 120, "Muster & Sohn - Hauptstr. 1 - 10115 Berlin"),
        *lines("Duval GmbH", "Waldweg 4", "80331 München", y=150, step=13),
        *lines("Rechnung Nr. 12", "Datum: 02.11.2026", y=260),
        *totals("100,00 €", "19,00 €", "119,00 €", words=("Netto", "MwSt. 19 %", "Gesamtbetrag")),
    ]
    assert values(read(page(*texts)), "seller_name", "buyer_name") == ("Muster & Sohn", "Duval GmbH")


def test_a_number_printed_in_groups_is_read_whole():
    """EX-1: as contracts and meters are written."""
    reading = read(page(*french_invoice(number="7730 4418 112026")))

    assert values(reading, "number") == ("7730 4418 112026",)


def test_a_word_before_a_number_is_no_part_of_it():
    """EX-1: a total's word beside it, as on a receipt read across its columns."""
    reading = read(page(*lines("TICKET", "Total TTC T-0884101", "Date : 02/11/2026", "Total TTC 98,82 €")))

    assert "TTC" not in str(reading.value("number") or "")


@pytest.mark.parametrize("line", ["Poids brut 640 kg", "Point de livraison 14 552 209 871 330", "Relevé 12 345 kWh"])
def test_a_measure_is_nobody_s_name(line):
    """EX-1: what stands where a letterhead may stand is not always a name."""
    reading = read(page(*lines(line, "12 rue des Lampistes", "69003 Lyon", y=20), *french_invoice()[1:]))

    assert reading.value("seller_name") != line


def test_a_siret_of_another_company_is_not_the_supplier_s():
    """EX-4: the supplier's own VAT number holds another SIREN."""
    reading = read(page(*french_invoice(), (50, 740, "SIRET 404 833 048 00022")))

    assert values(reading, "seller_vat", "seller_siret") == ("FR40303265045", None)


@pytest.mark.parametrize(("mail", "kept"), [("compta@atelier-lumen.fr", True), ("alexis@via.ecp.fr", False)])
def test_a_mailbox_that_nothing_ties_to_the_supplier_is_not_kept(mail, kept):
    """EX-1: it may be the customer's, under "Subscriber"."""
    reading = read(page(*french_invoice(), (50, 240, mail)))

    assert (reading.value("seller_email") == mail) is kept
