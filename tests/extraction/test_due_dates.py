"""By when to pay: labelled, said in a sentence, or counted from the terms."""

from __future__ import annotations

from datetime import date

import pytest

from tests.extraction.laid_out import french_invoice, page, read, totals

DUE = date(2026, 12, 2)


def invoice_saying(*texts: str):
    """The plain invoice without its line of the due date, with these lines instead."""
    plain = [part for part in french_invoice() if not part[2].startswith("Échéance")]
    return read(page(*plain, *[(50, 680 + 14 * place, text) for place, text in enumerate(texts)]))


SAYING_SO = [
    "Prélevé à partir du 2 décembre 2026. Prochaine facture le 9 décembre 2026.",
    "Payable au comptant le 02/12/2026. Pièces remplacées tenues à disposition.",
    "Wir buchen den Betrag am 02.12.2026 von Ihrem Konto ab. Ihr neuer Abschlag gilt ab 24.12.2026.",
    "Bitte überweisen Sie den Betrag bis 02.12.2026 auf unser Konto.",
    "Automatische incasso op 02-12-2026 van uw rekening.",
    "Fecha de cargo: 02/12/2026",
    "This invoice will be charged automatically to your card on 2026-12-02.",
    "Payable until 02.12.2026",
    "Te betalen vóór 02-12-2026",
    "Pagamento entro il 02/12/2026 tramite bonifico",
]


@pytest.mark.parametrize("text", SAYING_SO)
def test_a_due_date_may_stand_in_a_sentence(text):
    """EX-1: due date, also as the day on which the money is taken."""
    assert invoice_saying(text).value("due_date") == DUE


@pytest.mark.parametrize(
    "heading",
    [
        "Règlement attendu pour le",
        "Payment requested by",
        "Zahlung erbeten bis zum",
        "Graag betalen tegen",
        "Pago solicitado antes del",
    ],
)
def test_a_heading_that_asks_for_the_money_until_a_day_is_a_due_date(heading):
    """EX-1: beside it or below it, whatever the words between paying and the day."""
    assert invoice_saying(f"{heading} 02/12/2026").value("due_date") == DUE
    assert invoice_saying(heading, "02/12/2026").value("due_date") == DUE


@pytest.mark.parametrize(
    "heading",
    [
        "Paiements reçus jusqu'au",
        "Payments received before",
        "Zahlungseingänge berücksichtigt bis",
        "Escompte si paiement avant le",
    ],
)
def test_a_payment_that_was_received_asks_for_nothing(heading):
    """EX-1: nor does a discount."""
    assert invoice_saying(f"{heading} 02/12/2026").value("due_date") is None


def test_a_sentence_about_a_debit_may_begin_on_the_line_above():
    """EX-1: texts are set in narrow columns."""
    assert (
        invoice_saying("Vous serez prélevé d'un montant de 1 200,00 €", "à partir du : 02/12/2026").value("due_date")
        == DUE
    )


@pytest.mark.parametrize(
    "text",
    [
        "Zahlungsbedingungen: bis 12.11.2026 2,000 % Skonto, bis 02.12.2026 ohne Abzug.",
        "2% discount if paid by 12/11/2026, otherwise payable by 02/12/2026.",
        "Escompte de 2 % avant le 12/11/2026; à payer avant le 02/12/2026 sans escompte.",
    ],
)
def test_the_day_until_which_a_discount_is_given_is_not_the_due_date(text):
    """EX-1: whoever pays later owes the whole."""
    assert invoice_saying(text).value("due_date") == DUE


def test_several_days_of_debits_are_no_due_date():
    """EX-1: "on 1 July, 1 October we debit …" tells how it goes on."""
    text = "Wir werden am 01.01.2027, 01.04.2027 den Beitrag von Ihrem Konto abbuchen."
    assert invoice_saying(text).value("due_date") is None


TERMS = [
    ("Conditions de paiement : 30 jours", date(2026, 12, 2)),
    ("Conditions de règlement : 30 jours fin de mois", date(2026, 12, 31)),
    ("Zahlungsbedingungen: 10 Tage 2 % Skonto, 14 Tage netto", date(2026, 11, 16)),
    ("Payment terms: net 30", date(2026, 12, 2)),
    ("Mode de règlement : paiement à réception", date(2026, 11, 2)),
    ("Condizioni di pagamento: 60 giorni", date(2027, 1, 1)),
]


@pytest.mark.parametrize(("terms", "due"), TERMS)
def test_terms_without_a_day_make_a_due_date(terms, due):
    """EX-1: counted from the issue date, and said to be so."""
    found = invoice_saying(terms).fields["due_date"]
    assert (
        (found.value, found.source) == (due, "computed")
        and found.confidence < 0.5
        and terms.split(": ")[1] in found.why
    )


def test_terms_never_replace_a_printed_due_date():
    """EX-1: what is printed counts."""
    found = read(page(*french_invoice(), (50, 680, "Conditions de paiement : 45 jours"))).fields["due_date"]
    assert (found.value, found.source) == (DUE, "page")


AMOUNTS = totals("1 000,00 €", "200,00 €", "1 200,00 €")


def test_headings_set_close_to_each_other_head_their_own_values():
    """EX-1: three labels without a gap between them are no sentence."""
    heads = (50, 200, "Rechnung Nr. Ausgestellt am Fällig am")
    below = [(50, 214, "24123200"), (120, 214, "02.11.26"), (195, 214, "02.12.26")]
    assert read(page((50, 60, "RECHNUNG"), heads, *below, *AMOUNTS)).value("due_date") == DUE


def test_a_due_date_beside_the_head_of_the_table_counts():
    """EX-1: a column of references runs down beside the items."""
    head = [(50, 300, "Vencimiento"), (200, 300, "Concepto"), (330, 300, "Cant."), (420, 300, "Precio")]
    below = [(50, 316, "02/12/2026"), (200, 330, "Visita guiada"), (330, 330, "9"), (420, 330, "130,00")]
    facts = [(50, 60, "Factura nº AX01702"), (50, 76, "Fecha 02/11/2026")]
    assert read(page(*facts, *head, *below, *AMOUNTS)).value("due_date") == DUE


@pytest.mark.parametrize("words", ["Date d'échéance", "Due date", "Fälligkeitsdatum", "Vervaldatum", "Scadenza"])
def test_the_column_beside_the_number_keeps_its_own_label(words):
    """EX-5: a date that follows the number is the document's, but not where its own label says another."""
    heads = [(x, 200, text) for x, text in ((50, "Date"), (150, "Facture #"), (260, words), (400, "Devise"))]
    row = [(x, 214, text) for x, text in ((50, "02/11/2026"), (150, "F-2026-0042"), (260, "02/12/2026"), (400, "EUR"))]
    reading = read(page((50, 60, "Atelier Lumen SARL"), *heads, *row, *totals("1 000,00", "200,00", "1 200,00")))
    assert (reading.value("issue_date"), reading.value("due_date")) == (date(2026, 11, 2), DUE)
