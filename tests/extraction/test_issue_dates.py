"""Which of a page's dates is the document's."""

from __future__ import annotations

from datetime import date

import pytest

from app.extraction.reading import SURE
from tests.extraction.laid_out import french_invoice, page, read, totals, values

DAY = date(2026, 11, 2)
UNDATED = [part for part in french_invoice() if (not part[2].startswith("Date") and part[1] < 300) or part[1] >= 600]


@pytest.mark.parametrize(
    "written",
    [
        "Boves, le 02/11/2026",
        "Lyon, le 2 novembre 2026",
        "Wien, am 2.11.2026",
        "Madrid, a 2 de noviembre de 2026",
        "Milano, lì 2/11/2026",
        "Den Haag, 2 november 2026",
        "Fait à Saint-Étienne le 2 novembre 2026",
    ],
)
def test_a_town_dates_the_document(written):
    """EX-5: the dates of what was sold stand below "Date", and are not the document's."""
    items = [
        (50, 300, "Date"),
        (150, 300, "Prestation"),
        (300, 300, "Quantité"),
        (400, 300, "Prix"),
        (500, 300, "Total"),
    ]
    rows = [
        (x, y, text)
        for y, day in ((320, "18/10/2026"), (336, "19/10/2026"))
        for x, text in ((50, day), (150, "Transport"), (300, "1"), (400, "500,00"), (500, "500,00"))
    ]
    found = read(page(*UNDATED, (350, 110, written), *items, *rows)).fields["issue_date"]
    assert found.value == DAY and found.confidence >= SURE


def test_a_word_that_a_date_follows_is_not_always_a_town():
    """EX-5: "Acompte versé le …" dates a payment."""
    paid = [(50, 560, "Réceptionné le 28/10/2026"), (50, 580, "Acompte versé le 27/10/2026"), (480, 580, "-100,00 €")]
    assert read(page(*french_invoice(), *paid)).value("issue_date") == DAY


@pytest.mark.parametrize("said", ["9000012345 / 02.11.2026", "9000012345/02.11.2026", "9000012345 - 02.11.2026"])
@pytest.mark.parametrize("label", ["Belegnummer/Datum", "Invoice no / date", "N° / Date"])
def test_a_pair_of_labels_has_a_pair_of_values(label, said):
    """EX-1: number and date stand together below one label."""
    head = [part for part in UNDATED if part[1] != 60 or part[0] == 50]
    order = [(350, 100, "Auftragsnummer/Datum"), (350, 112, "80001234 / 17.10.2026")]
    reading = read(page(*head, (350, 60, label), (350, 72, said), *order))
    assert values(reading, "number", "issue_date") == ("9000012345", DAY)


@pytest.mark.parametrize("words", ["FIN", "Date d'expiration", "EXP DATE", "Gültig bis", "Valid thru", "Caducidad"])
def test_the_end_of_a_card_is_no_issue_date(words):
    """EX-1: a slip prints it above the day of the sale."""
    slip = [
        (50, 60, "CARTE BANCAIRE"),
        (50, 76, f"{words} 31/05/2027"),
        (50, 92, "07/11/2026"),
        (50, 108, "Total 12,50 €"),
    ]
    assert read(page(*slip)).value("issue_date") == date(2026, 11, 7)


@pytest.mark.parametrize(("words", "is_sure"), [("Rechnung Nr.", True), ("Invoice no", False)])
def test_only_english_may_put_the_month_first(words, is_sure):
    """EX-5: in a German invoice 08/10 is the eighth of October, whatever else the page leaves open."""
    found = read(page((50, 60, f"{words} 4711"), (350, 140, "08/10/2026"))).fields["issue_date"]
    assert (found.value, found.is_sure) == (date(2026, 10, 8), is_sure)


def test_a_year_that_did_not_fit_stands_on_the_next_line():
    """EX-5: in a narrow column the date goes on below; another year there is none of it."""
    facts = [(50, 60, "Belegdatum"), (120, 60, "18. November"), (330, 60, "Hafenallee 3"), (120, 72, "2026")]
    assert read(page((50, 30, "RECHNUNG Nr. 1166"), *facts)).value("issue_date") == date(2026, 11, 18)
    apart = [*facts[:-1], (330, 72, "2026")]
    assert read(page((50, 30, "RECHNUNG Nr. 1166"), *apart)).value("issue_date") is None


def test_two_dates_that_are_both_called_so_leave_a_doubt():
    """EX-4: whichever is chosen, a person looks."""
    said = [*UNDATED, (350, 76, "Date de facture : 02/11/2026")]
    assert read(page(*said)).fields["issue_date"].is_sure
    again = (50, 700, "Date de facture : 05/10/2026")
    assert not read(page(*said, again)).fields["issue_date"].is_sure


@pytest.mark.parametrize("like", ["gemäß", "gemäR", "gemäB", "laut"])
def test_the_invoice_it_goes_by_is_another(like):
    """EX-1: a service charge is billed by what the accounting said; OCR knows no ß."""
    remark = (50, 700, f"Rechnung {like} Betriebskostenrechnung vom 21.11.2025.")
    scan = page((50, 60, "Handelsrechnung Nr. 471102 vom 05.03.2026"), remark, *totals("100,00", "19,00", "119,00"))
    found = read(scan).fields["issue_date"]
    assert (found.value, found.is_sure) == (date(2026, 3, 5), True)


@pytest.mark.parametrize(("after", "is_sure"), [("", True), (" Atelier", True), ("Atelier", False)])
def test_a_date_that_ocr_ran_into_a_word_is_not_sure(after, is_sure):
    """EX-1: two figures of its year may lie under the word."""
    rest = [part for part in french_invoice() if not part[2].startswith("Date")]
    found = read(page(*rest, (350, 76, f"Date : 09-09-20{after}"), source="ocr")).fields["issue_date"]
    assert found.is_sure is is_sure
