"""Labels are found whatever their case, accents, small words and misread letters."""

import pytest

from app.extraction.labels import find_labels, lexicon, tables
from app.extraction.layout import lay_out
from tests.extraction.laid_out import contents, page


def labels_in(text: str, source: str = "text"):
    """What is found in one line: each label's text and roles."""
    found, _ = find_labels(lay_out(contents(page((50, 60, text), source=source))))
    return {label.line.text[label.start : label.end]: label.roles for label in found}


@pytest.mark.parametrize(
    ("text", "label", "role"),
    [
        ("Date de la facture : 2", "Date de la facture", "issue_date"),
        ("DATE D'ECHEANCE", "DATE D'ECHEANCE", "due_date"),
        ("Rechnungs-Nr. 12", "Rechnungs-Nr", "number"),
        ("N° de facture F1", "N° de facture", "number"),
        ("Factuurnummer: 7", "Factuurnummer", "number"),
        ("Nº de factura A1", "Nº de factura", "number"),
        ("Totale fattura 12", "Totale fattura", "gross"),
        ("Base imponible", "Base imponible", "net"),
        ("Net à payer", "Net à payer", "payable"),
        ("Total incl. VAT", "Total incl. VAT", "gross"),
        ("Summe ohne MwSt.", "Summe ohne MwSt", "net"),
        ("Summe inkl. USt: 12", "Summe inkl. USt", "gross"),
        ("Total IVA incluido", "Total IVA incluido", "gross"),
        ("Handelsrechnung 12", "Handelsrechnung", "invoice"),
        ("Avoir N° 12", "Avoir N°", "credit_note"),
    ],
)
def test_a_label_is_found_in_its_language(text, label, role):
    """EX-1: one table of labels in fr, en, nl, de, es, it."""
    assert role in labels_in(text).get(label, ())


@pytest.mark.parametrize(
    ("text", "label", "role", "never"),
    [
        ("N° de facture associée : 3", "N° de facture associée", "other_number", "number"),
        ("Order number: 3", "Order number", "order_reference", "number_weak"),
        ("Date de livraison", "Date de livraison", "other_date", "issue_date_weak"),
        ("Total discount", "Total discount", "other_amount", "gross_weak"),
        ("Facturé à", "Facturé à", "buyer", "invoice"),
    ],
)
def test_the_longest_label_wins(text, label, role, never):
    """EX-1: what belongs to another thing is not taken for the invoice's own."""
    found = labels_in(text)[label]
    assert role in found and never not in found


def test_a_letter_misread_by_ocr_does_not_hide_a_label():
    """EX-2: OCR takes letters for others; the file's own text is taken as it is."""
    assert "due_date" in labels_in("Echéamce", source="ocr").get("Echéamce", ())
    assert labels_in("Echéamce") == {}


def test_every_table_speaks_all_six_languages():
    """EX-5: nobody forgot a language when a table was added."""
    without = {"words", "currencies", "countries", "rates", "legal_forms"}
    for name, table in tables().items():
        if name not in without:
            assert set(table) == {"fr", "en", "nl", "de", "es", "it"}, name


def test_months_are_twelve_in_every_language():
    """EX-5: a missing month would shift all that follow."""
    assert {language: len(months) for language, months in tables()["months"].items()} == dict.fromkeys(
        tables()["months"], 12
    )


def test_no_label_speaks_for_and_against_the_number():
    """EX-1: a phrase in both tables would cancel itself."""
    both = [
        key for keys in lexicon().by_first.values() for key, roles, _ in keys if {"number", "other_number"} <= roles
    ]
    assert both == []


def test_the_language_is_the_one_most_labels_speak():
    """EX-5: it decides what an ambiguous date means."""
    layout = lay_out(contents(page((50, 60, "Rechnung Nr. 12"), (50, 80, "Rechnungsdatum"), (50, 100, "Gesamtbetrag"))))
    assert find_labels(layout)[1] == "de"
