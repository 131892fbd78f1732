"""What is read from pages alone; every document is laid out here."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from app.extraction.choose import read_fields
from app.extraction.parties import Identity
from app.extraction.reading import DOUBTFUL, SURE
from tests.extraction.laid_out import contents, french_invoice, lines, page, totals

TODAY = date(2026, 11, 23)


def read(*pages, **options):
    """The reading of these pages."""
    return read_fields(contents(*pages), today=TODAY, **options)


def values(reading, *names):
    """The values of these fields."""
    return tuple(reading.value(name) for name in names)


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


def test_totals_stand_on_the_last_page():
    """EX-1: a first page with a carried sum is not the end of it."""
    first = [part for part in french_invoice() if part[1] < 600] + [(350, 700, "À reporter"), (480, 700, "800,00 €")]
    last = page((350, 80, "Report"), (480, 80, "800,00 €"), *totals("1 000,00 €", "200,00 €", "1 200,00 €"), number=2)
    reading = read(page(*first), last)

    assert values(reading, "net", "tax", "gross") == (Decimal(1000), Decimal(200), Decimal(1200))
    assert reading.fields["gross"].page == 2 and reading.fields["number"].page == 1


def test_totals_may_stand_below_their_headings():
    """EX-1: a row of headings over a row of amounts."""
    headings = [(300, 600, "Total HT"), (400, 600, "Total TVA"), (500, 600, "Total TTC")]
    amounts = [(300, 620, "1 000,00"), (400, 620, "200,00"), (500, 620, "1 200,00")]
    reading = read(page(*[part for part in french_invoice() if part[1] < 600], *headings, *amounts))
    assert values(reading, "net", "tax", "gross") == (Decimal(1000), Decimal(200), Decimal(1200))


def test_several_rates_are_read_from_their_table():
    """EX-1: tax per rate; their sums are the totals."""
    table = [
        *[(x, 500, text) for x, text in ((300, "Taux"), (380, "Base HT"), (480, "Montant TVA"))],
        *[(x, 516, text) for x, text in ((300, "5,5 %"), (380, "100,00"), (480, "5,50"))],
        *[(x, 532, text) for x, text in ((300, "20 %"), (380, "200,00"), (480, "40,00"))],
    ]
    words = ("Total HT", "Total TVA", "Total TTC")
    head = [part for part in french_invoice() if part[1] < 300]
    reading = read(page(*head, *table, *totals("300,00", "45,50", "345,50", words=words)))

    assert reading.value("gross") == Decimal("345.50")
    assert [(line.rate, line.tax) for line in reading.taxes] == [
        (Decimal("5.5"), Decimal("5.50")),
        (Decimal(20), Decimal(40)),
    ]


def test_a_row_of_a_tax_table_is_not_the_total():
    """EX-4: a row that adds up in itself is only a part of the whole."""
    table = [
        *[(x, 640, text) for x, text in ((100, "MwSt"), (200, "Netto"), (300, "Steuer"), (400, "Brutto"))],
        *[(x, 656, text) for x, text in ((100, "19 %"), (200, "10,00"), (300, "1,90"), (400, "11,90"))],
        *[(x, 672, text) for x, text in ((100, "7 %"), (200, "20,00"), (300, "1,40"), (400, "21,40"))],
    ]
    till = lines("Markt am Tor", "02.11.2026 14:05", "ZU ZAHLEN EUR 33,30", y=500)
    assert read(page(*till, *table)).value("gross") == Decimal("33.30")


def test_an_amount_already_paid_leaves_the_gross_as_it_is():
    """EX-1: what remains to pay is not the total."""
    rest = [(350, 648, "Acompte versé"), (480, 648, "300,00 €"), (350, 664, "Net à payer"), (480, 664, "900,00 €")]
    reading = read(page(*french_invoice(), *rest))
    assert values(reading, "gross", "paid") == (Decimal(1200), Decimal(300))


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


@pytest.mark.parametrize("wrong", [{"gross": "1 300,00 €"}, {"tax": "210,00 €"}])
def test_totals_that_do_not_add_up_are_never_sure(wrong):
    """EX-4: a field that fails its check is never shown as sure."""
    reading = read(page(*french_invoice(**wrong)))
    assert reading.fields["gross"].failed_check == "sum"
    assert reading.fields["gross"].confidence < DOUBTFUL and not reading.fields["gross"].is_sure


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
    assert read_by_ocr.value("gross") == clear.value("gross")
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


def test_cash_totals_are_read_after_rounding():
    """EX-1: the last total counts, a few cents from the one before."""
    texts = lines(
        "Subtotal 12.96", "Rounding adjustment 0.04", "Total 13.00", "Cash 20.00", "Change 7.00", x=100, y=300
    )
    assert read(page(*lines("CORNER SHOP", "Receipt 14/11/2026 12:41"), *texts)).value("gross") == Decimal("13.00")


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


@pytest.mark.parametrize(
    "text",
    ["BULLETIN DE PAIE", "RELEVÉ DE COMPTE", "DEVIS N° D-12", "BON DE LIVRAISON N° 12", "Kontoauszug", "Quotation"],
)
def test_other_business_papers_are_not_invoices(text):
    """IN-8: they have amounts and dates, too."""
    rows = [*lines(text, "02/11/2026", y=40), (50, 300, "Total"), (300, 300, "1 200,00 €")]
    assert read(page(*rows)).has_flag("not_invoice")


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


def test_taxes_of_two_rates_prove_the_total():
    """EX-4: each rate has a line of its own; together they make the difference between net and gross."""
    rows = [
        ("Subtotaal", "€ 100,00"),
        ("9% btw over € 50,00", "€ 4,50"),
        ("21% btw over € 50,00", "€ 10,50"),
        ("Totaal", "€ 115,00"),
    ]
    texts = [
        part
        for place, (word, amount) in enumerate(rows)
        for part in ((300, 500 + 16 * place, word), (480, 500 + 16 * place, amount))
    ]
    reading = read(page(*lines("Factuurnummer: 7", "Factuurdatum: 02-11-2026"), *texts))
    assert values(reading, "net", "tax", "gross") == (Decimal(100), Decimal(15), Decimal(115))
    assert reading.fields["gross"].confidence >= SURE
    assert [(line.rate, line.base, line.tax) for line in reading.taxes] == [
        (Decimal(9), Decimal(50), Decimal("4.50")),
        (Decimal(21), Decimal(50), Decimal("10.50")),
    ]


def test_an_invoice_without_tax_is_read():
    """EX-1: small businesses charge none, and say only "Total"."""
    texts = [
        *lines("Jeanne Martin", "Facture n° 12", "Paris, le 2 novembre 2026"),
        (350, 600, "Total"),
        (480, 600, "500,00 €"),
    ]
    reading = read(page(*texts, (50, 700, "TVA non applicable, art. 293 B du CGI")))
    assert values(reading, "number", "gross", "currency") == ("12", Decimal(500), "EUR")
    assert values(reading, "issue_date") == (date(2026, 11, 2),)


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
