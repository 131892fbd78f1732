"""Net, tax and gross: wherever they stand, they are chosen together."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from app.extraction.reading import DOUBTFUL, SURE
from tests.extraction.laid_out import french_invoice, lines, page, read, totals, values


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


def test_what_a_tax_is_taken_of_is_no_tax():
    """EX-1: two bases add up to the net as net and tax do to the gross, and each stands below its own tax's name."""
    table = [
        *[(x, 400, text) for x, text in ((80, "MwSt %"), (180, "Entgelt"), (280, "MwSt"))],
        *[(x, 416, text) for x, text in ((80, "19 %"), (180, "-1.152,50"), (280, "-218,98"))],
        *[(x, 432, text) for x, text in ((80, "7 %"), (180, "-196,40"), (280, "-13,75"))],
    ]
    heads = ("Nettosumme", "19 % USt auf € -1.152,50", "7 % USt auf € -196,40", "Zu zahlen")
    amounts = ("€ -1.348,90", "€ -218,98", "€ -13,75", "€ -1.581,63")
    places = (40, 150, 320, 480)
    row = [(x, y, text) for y, texts in ((480, heads), (496, amounts)) for x, text in zip(places, texts, strict=True)]
    reading = read(page((60, 60, "Rechnungskorrektur"), *table, *row))

    assert values(reading, "net", "tax", "gross") == tuple(map(Decimal, ("-1348.90", "-232.73", "-1581.63")))


def test_a_row_of_a_tax_table_is_not_the_total():
    """EX-4: a row that adds up in itself is only a part of the whole."""
    table = [
        *[(x, 640, text) for x, text in ((100, "MwSt"), (200, "Netto"), (300, "Steuer"), (400, "Brutto"))],
        *[(x, 656, text) for x, text in ((100, "19 %"), (200, "10,00"), (300, "1,90"), (400, "11,90"))],
        *[(x, 672, text) for x, text in ((100, "7 %"), (200, "20,00"), (300, "1,40"), (400, "21,40"))],
    ]
    till = lines("Markt am Tor", "02.11.2026 14:05", "ZU ZAHLEN EUR 33,30", y=500)
    assert read(page(*till, *table)).value("gross") == Decimal("33.30")


def test_a_row_that_names_no_rate_is_not_the_total_either():
    """EX-4: tills print a letter instead of the rate."""
    table = [
        *[(x, 640, text) for x, text in ((100, "MWST"), (200, "Netto"), (300, "Brutto"))],
        *[(x, 656, text) for x, text in ((60, "A"), (100, "0,84"), (200, "12,06"), (300, "12,90"))],
        *[(x, 672, text) for x, text in ((60, "B"), (100, "1,07"), (200, "5,61"), (300, "6,68"))],
    ]
    till = lines("Markt am Tor", "02.11.2026 14:05", "zu zahlen 19,58", y=500)
    assert read(page(*till, *table)).value("gross") == Decimal("19.58")


def test_the_last_amount_of_a_column_that_sums_the_others_is_the_total():
    """EX-4: one heading above several rates and their sum."""
    rows = [
        ("Nettobetrag", "MwSt-Betrag", "Endbetrag"),
        ("321,40", "61,07", "382,47"),
        ("127,59", "8,93", "136,52"),
        ("448,99", "70,00", "518,99"),
    ]
    table = [
        (x, 600 + 16 * place, text)
        for place, row in enumerate(rows)
        for x, text in zip((200, 320, 440), row, strict=True)
    ]
    reading = read(page(*lines("Beleg-Nr: R-7", "Beleg-Datum: 06.08.2026"), *table))
    assert values(reading, "net", "tax", "gross") == (Decimal("448.99"), Decimal(70), Decimal("518.99"))


def test_an_amount_already_paid_leaves_the_gross_as_it_is():
    """EX-1: what remains to pay is not the total."""
    rest = [(350, 648, "Acompte versé"), (480, 648, "300,00 €"), (350, 664, "Net à payer"), (480, 664, "900,00 €")]
    reading = read(page(*french_invoice(), *rest))
    assert values(reading, "gross", "paid") == (Decimal(1200), Decimal(300))


@pytest.mark.parametrize("wrong", [{"gross": "1 300,00 €"}, {"tax": "210,00 €"}])
def test_totals_that_do_not_add_up_are_never_sure(wrong):
    """EX-4: a field that fails its check is never shown as sure."""
    reading = read(page(*french_invoice(**wrong)))
    assert reading.fields["gross"].failed_check == "sum"
    assert reading.fields["gross"].confidence < DOUBTFUL and not reading.fields["gross"].is_sure


def test_cash_totals_are_read_after_rounding():
    """EX-1: the last total counts, a few cents from the one before."""
    texts = lines(
        "Subtotal 12.96", "Rounding adjustment 0.04", "Total 13.00", "Cash 20.00", "Change 7.00", x=100, y=300
    )
    assert read(page(*lines("CORNER SHOP", "Receipt 14/11/2026 12:41"), *texts)).value("gross") == Decimal("13.00")


@pytest.mark.parametrize(
    ("total", "rounding", "to_pay"),
    [
        ("Total TTC", "Arrondi", "À payer"),
        ("Totaal", "Afronding", "Te betalen"),
        ("Summe", "Rundungsdifferenz", "Zu zahlen"),
        ("Total", "Redondeo", "A pagar"),
        ("Totale", "Arrotondamento", "Da pagare"),
        ("Total Inclusive GST", "Rounding Adjustment", "Rounding"),
    ],
)
def test_cash_is_rounded_in_every_language(total, rounding, to_pay):
    """EX-4: what is rounded away is no mistake in the sum."""
    rows = [(total, "22,93"), (rounding, "-0,03"), (to_pay, "22,90")]
    texts = [text for place, row in enumerate(rows) for text in _row(*row, 316 + 16 * place)]
    taxes = [*_row("Base 20 %", "19,11", 400), (540, 400, "3,82")]
    assert read(page(*lines("MARKT AM TOR", "14/11/2026 12:41"), *texts, *taxes)).value("gross") == Decimal("22.90")


def test_what_cash_is_rounded_by_belongs_to_the_sum():
    """EX-4: net, tax and the rounding make the total; without that line they would contradict it."""
    rows = [("Subtotal", "20.00"), ("GST 6%", "1.22"), ("Rounding adj", "-0.05"), ("Total", "21.17")]
    rounded = [text for place, row in enumerate(rows) for text in _row(*row, 300 + 16 * place)]
    off = [text for place, row in enumerate([*rows[:2], ("Total", "21.17")]) for text in _row(*row, 300 + 16 * place)]
    shop = lines("CORNER SHOP", "Tax invoice no 412", "14/11/2026 12:41")
    assert read(page(*shop, *rounded)).fields["gross"].failed_check is None
    assert read(page(*shop, *off)).fields["gross"].failed_check == "sum"


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


@pytest.mark.parametrize(
    ("extra", "net", "tax", "gross"),
    [(("Carriage", "50.00"), 1000, 210, 1260), (("Discount", "-100.00"), 1000, 180, 1080)],
)
def test_carriage_and_discount_are_no_tax(extra, net, tax, gross):
    """EX-4: a net printed before carriage or discount, and a tax that is a rate of both."""
    rest = [part for part in french_invoice() if part[1] < 600]
    said = [("Total Net", f"{net}.00"), extra, ("VAT Total", f"{tax}.00"), ("Invoice Total", f"{gross}.00")]
    rows = [
        part
        for place, (word, sum_) in enumerate(said)
        for part in ((350, 600 + 16 * place, word), (480, 600 + 16 * place, sum_))
    ]
    reading = read(page(*rest, *rows))
    assert values(reading, "net", "tax", "gross") == (Decimal(net), Decimal(tax), Decimal(gross))
    assert reading.fields["tax"].confidence >= SURE


def test_a_tax_at_a_rate_proves_a_net_that_nobody_printed():
    """EX-4: tax = rate × (gross − tax)."""
    rest = [part for part in french_invoice() if part[1] < 600]
    reading = read(
        page(*rest, *[part for part in totals("", "200,00 €", "1 200,00 €") if part[2] not in ("", "Total HT")])
    )
    assert reading.value("net") == Decimal(1000)
    assert all(reading.fields[name].confidence >= SURE for name in ("net", "tax", "gross"))


def test_a_total_that_no_sum_proves_is_sure_only_where_the_file_says_its_digits():
    """EX-3: OCR may misread it."""
    rest = [part for part in french_invoice() if part[1] < 600 and part[1] != 320]
    total = [(350, 632, "Total TTC"), (480, 632, "1 200,00 €")]
    assert read(page(*rest, *total)).fields["gross"].confidence >= SURE
    assert read(page(*rest, *total, source="ocr")).fields["gross"].confidence < SURE


def test_the_largest_row_of_a_tax_table_is_not_the_total():
    """EX-4: though its base and its tax stand elsewhere again, and the other rates add nothing to them."""
    table = [(100, "Taux"), (200, "Base HT"), (300, "Montant TVA"), (400, "TTC")]
    rows = [
        ("20 %", "2 471,80", "494,36", "2 966,16"),
        ("10 %", "374,15", "37,42", "411,57"),
        ("5,5 %", "64,55", "3,55", "68,10"),
    ]
    texts = [(x, 500, word) for x, word in table]
    texts += [(x, 516 + 16 * at, text) for at, row in enumerate(rows) for (x, _), text in zip(table, row, strict=True)]
    taxes = [(f"TVA {rate} sur {base} EUR", f"{tax} EUR") for rate, base, tax, _ in rows]
    sums = [("Somme HT", "2 910,50 EUR"), *taxes, ("Montant TTC", "3 445,83 EUR")]
    texts += [text for at, row in enumerate(sums) for text in _row(*row, 580 + 16 * at)]
    reading = read(page(*lines("Facture n° 2025-4929", "Date 16/07/2026"), *texts))
    assert values(reading, "net", "gross") == (Decimal("2910.50"), Decimal("3445.83"))


def test_a_net_without_any_tax_is_the_total():
    """EX-1: who is free of tax may call it so."""
    items = [(50, 500, "Location"), (480, 500, "38,61"), (50, 516, "Sortie"), (480, 516, "210,97")]
    texts = [*lines("Facture N° 1910-2026", "Faite le 01/01/2026"), *items, *_row("Total net", "249,58 €", 560)]
    assert read(page(*texts)).value("gross") == Decimal("249.58")


def test_tills_print_a_tax_with_the_total_of_its_rate():
    """EX-4: the base is what is left; here its own digits were misread."""
    rows = [("A 7%", "0,29", "4,14", "4,43"), ("B 19%", "1,48", "TU", "9,25")]
    table = [
        (x, 360 + 16 * at, text)
        for at, row in enumerate(rows)
        for x, text in zip((50, 150, 250, 350), row, strict=True)
    ]
    heads = [(x, 344, text) for x, text in ((50, "MwSt"), (250, "Netto"), (350, "Brutto"))]
    texts = [*lines("MARKT AM TOR", "13.07.26 08:47"), (50, 300, "SUMME"), (350, 300, "13,68"), *heads, *table]
    assert values(read(page(*texts, source="ocr")), "net", "tax", "gross") == tuple(
        map(Decimal, ("11.91", "1.77", "13.68"))
    )


def _row(word: str, amount: str, y: float) -> list[tuple[float, float, str]]:
    return [(350, y, word), (480, y, amount)]


def test_the_row_of_one_rate_among_several_is_never_sure():
    """EX-1: where the totals could not be read, it is all that adds up; the others say that it is a part."""
    rows = (("20 %", "27 285,83", "5 457,17", "32 743,00"), ("10 %", "697,53", "69,75", "767,28"))
    heads = ("Taux", "Base HT", "Montant TVA", "TTC")
    table = [(50 + 100 * place, 600, head) for place, head in enumerate(heads)]
    for line, row in enumerate(rows):
        table += [(50 + 100 * place, 616 + 16 * line, text) for place, text in enumerate(row)]
    reading = read(page(*[part for part in french_invoice() if part[1] < 600], *table, source="ocr"))
    assert not any(reading.fields[name].is_sure for name in ("gross", "net", "tax"))


@pytest.mark.parametrize(
    "rows",
    [
        (("20 %", "1 000,00", "200,00", "1 200,00"), ("Total 20 %", "1 000,00", "200,00", "1 200,00")),
        (
            ("20 %", "800,00", "160,00", "960,00"),
            ("10 %", "400,00", "40,00", "440,00"),
            ("Total", "1 200,00", "200,00", "1 400,00"),
        ),
    ],
)
def test_the_row_of_the_whole_is_no_part(rows):
    """EX-1: though it stands in a table of rates, or the only rate is said twice."""
    heads = [(50 + 120 * place, 600, head) for place, head in enumerate(("Taux", "Total HT", "Total TVA", "Total TTC"))]
    table = [(50 + 120 * x, 616 + 16 * y, text) for y, row in enumerate(rows) for x, text in enumerate(row)]
    reading = read(page(*[part for part in french_invoice() if part[1] < 600], *heads, *table))
    assert values(reading, "net", "tax", "gross") == tuple(
        Decimal(text.replace(" ", "").replace(",", ".")) for text in rows[-1][1:]
    )
    assert all(reading.fields[name].confidence > 0.8 for name in ("gross", "net", "tax"))


def test_a_row_of_totals_may_have_a_tax_for_each_rate():
    """EX-1: they are added up, though a table above says them again, in which OCR misread the rates."""
    heads, row = ("Tipo", "Base", "Cuota", "Total"), ("21 =", "32.416,25", "6.807,41", "39.223,66")
    tables = [(50 + 100 * place, 500, head) for place, head in enumerate(heads)]
    rows = (row, ("bao", "1.212,84", "121,28", "1.334,12"), ("4 %", "826,98", "33,08", "860,06"))
    for y, texts in zip((513, 529, 545), rows, strict=True):
        tables += [(50 + 100 * place, y, text) for place, text in enumerate(texts)]
    heads = ("Importe neto", "Cuota 21 %", "Cuota 10 %", "Cuota 4 %", "TOTAL")
    sums = ("34.456,07 €", "6.807,41 €", "121,28 €", "33,08 €", "41.417,84 €")
    foot = [(50 + 105 * place, y, text) for y, texts in ((600, heads), (616, sums)) for place, text in enumerate(texts)]
    reading = read(page(*[part for part in french_invoice() if part[1] < 500], *tables, *foot, source="ocr"))
    assert values(reading, "net", "tax", "gross") == tuple(map(Decimal, ("34456.07", "6961.77", "41417.84")))
    assert reading.fields["tax"].confidence > 0.8


def test_what_is_taxed_at_nothing_is_part_of_the_net():
    """EX-1: "Tax 0% on" names no tax; with its base the table adds up to the net."""
    table = (("20 %", "2,099.56", "419.91"), ("0 %", "221.08", "0.00"))
    foot = [(50 + 70 * place, 616, text) for place, text in enumerate(("VAT rate", "Goods", "Tax"))]
    for y, row in zip((632, 648), table, strict=True):
        foot += [(50 + 70 * place, y, text) for place, text in enumerate(row)]
    sums = {"Goods value": "2,320.64", "Tax 20% on GBP 2,099.56": "419.91", "Tax 0% on GBP 221.08": "0.00"}
    for y, (label, amount) in zip((616, 632, 648, 664), {**sums, "Grand total": "2,740.55"}.items(), strict=True):
        foot += [(320, y, label), (500, y, f"GBP {amount}")]
    head = [(50, 60, "Sales invoice"), (350, 60, "Invoice no 2026-114"), (350, 76, "Invoice date 13 Jun 2026")]
    reading = read(page(*head, *foot))
    assert values(reading, "net", "tax", "gross") == tuple(map(Decimal, ("2320.64", "419.91", "2740.55")))
    assert [(line.rate, line.base) for line in reading.taxes] == [(20, Decimal("2099.56")), (0, Decimal("221.08"))]


def test_a_plain_number_is_no_larger_total():
    """EX-1: the row that says the whole is no part of what only looks like more."""
    row = (("Nettobetrag", "1056,05"), ("MwSt-Betrag", "200,65"), ("MwSt-%", "19,0"), ("Endbetrag", "1256,70"))
    foot = [
        (50 + 130 * place, y, text) for place, pair in enumerate(row) for y, text in zip((700, 714), pair, strict=True)
    ]
    head = [(50, 60, "Rechnung"), (350, 60, "Rechnungsnr. 2026-114"), (350, 76, "Rechnungsdatum 06.10.2026")]
    noise = [(50, 500, "Zahlbetrag 4488, Kostenstelle 5465")]
    assert read(page(*head, *noise, *foot)).value("gross") == Decimal("1256.70")
