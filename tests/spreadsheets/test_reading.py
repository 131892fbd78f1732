"""What a line says: headings in six languages, days and amounts in their formats, mistakes in words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.documents.models import Direction, Kind
from app.extraction import formats
from app.spreadsheets import headings, reading
from app.spreadsheets.reading import Layout

D = Decimal


@pytest.mark.parametrize(
    "head",
    [
        "N° facture;Fournisseur;Date facture;Échéance;Montant HT;Montant TVA;Montant TTC;Devise;Compte;Libellé;N° TVA",
        "Invoice No.;Supplier;Invoice date;Due date;Net;VAT;Total amount;Currency;Account;Description;VAT number",
        "Rechnungs-Nr.;Lieferant;Rechnungsdatum;Fällig;Nettobetrag;MwSt;Bruttobetrag;Währung;Konto;Betreff;USt-IdNr.",
        "Factuurnummer;Leverancier;Factuurdatum;Vervaldatum;Bedrag excl. btw;BTW;Bedrag incl. btw;Munt;Rekening;"
        "Omschrijving;BTW-nummer",
        "Nº factura;Proveedor;Fecha de emisión;Vencimiento;Base imponible;IVA;Importe total;Moneda;Cuenta;Concepto;NIF",
        "Numero fattura;Fornitore;Data fattura;Scadenza;Imponibile;IVA;Importo totale;Valuta;Conto;Causale;Partita IVA",
    ],
    ids=["fr", "en", "de", "nl", "es", "it"],
)
def test_headings_are_known_in_six_languages(head):
    """IN-2: each column is proposed for what it is."""
    order = ("number", "counterparty", "issue_date", "due_date", "net", "tax", "gross", "currency", "category", "label")
    order += ("vat_number",)

    assert headings.guess(head.split(";")) == {name: column for column, name in enumerate(order)}


def test_the_row_of_the_headings_is_found_below_a_title():
    """IN-2: the first row in which most fields are known; none in a list without headings."""
    rows = [["Journal des achats"], [], ["", "Facture", "Date", "Total TTC"], ["", "F-1", "01/10/2026", "12,00"]]

    assert headings.row_of(rows) == 3 and headings.row_of(rows[3:]) == 0


@pytest.mark.parametrize(
    ("values", "order"),
    [
        (["01/02/2026", "25/02/2026"], "dmy"),
        (["01/02/2026", "02/25/2026"], "mdy"),
        (["26-02-25", "41-12-31"], "ymd"),
        (["2026-02-25"], "dmy"),
        (["01.02.26", ""], "dmy"),
    ],
)
def test_the_order_of_dates_is_told_by_all_values(values, order):
    """IN-2: one that fits only one order decides; where nothing tells, the day comes first."""
    assert formats.guess_order(values) == order


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("31/12/2026", "dmy", date(2026, 12, 31)),
        ("12/31/2026", "mdy", date(2026, 12, 31)),
        ("31.12.26", "dmy", date(2026, 12, 31)),
        ("2026-12-31", "mdy", date(2026, 12, 31)),
        ("2026-12-31T10:30:00", "dmy", date(2026, 12, 31)),
        ("2026/12/31", "dmy", date(2026, 12, 31)),
        ("20261231", "dmy", date(2026, 12, 31)),
        ("46387", "dmy", date(2026, 12, 31)),
        ("31 décembre 2026", "dmy", date(2026, 12, 31)),
        ("soon", "dmy", None),
        ("=TODAY()", "dmy", None),
    ],
)
def test_days_as_they_are_written(text, order, day):
    """IN-2: in the chosen order, as ISO, as a serial number, with the month in letters."""
    assert formats.day(text, order) == day


def test_a_day_the_calendar_does_not_have():
    """IN-2: is told apart from what is no day at all."""
    for text in ("31/02/2026", "2026-13-01", "01/01/0001"):
        with pytest.raises(formats.NoSuchDay):
            formats.day(text, "dmy")


@pytest.mark.parametrize(
    ("values", "mark"),
    [
        (["1.234,56", "12"], ","),
        (["1,234.56", "1,234"], "."),
        (["1234.5"], "."),
        (["1.234.567"], ","),
        (["12,5", "7,25", "1.000"], ","),
        (["1,000"], "?"),
        (["10", ""], "?"),
    ],
)
def test_the_decimal_mark_is_told_by_all_values(values, mark):
    """IN-2: EX-5: groups of three prove nothing; where nothing tells, the usual one."""
    assert formats.guess_mark(values, "?") == mark


def test_amounts_are_exact():
    """IN-2: S89: Decimal from the text, also what computing in twos left."""
    assert formats.amount("1 234,56", ",") == D("1234.56")
    assert formats.amount("119.99999999999999", ".") == D(120)
    assert formats.amount("(12.50)", ".") == D("-12.5")
    assert formats.amount("a lot", ",") is None


COLUMNS = {name: column for column, name in enumerate(headings.FIELDS)}


def read(**said: str):
    usual = {"number": "F-1", "counterparty": "Durand", "issue_date": "01/10/2026", "gross": "120,00"}
    cells = [(usual | said).get(name, "") for name in headings.FIELDS]
    return reading.read(cells, Layout(COLUMNS, Direction.PURCHASE, "EUR"))


def test_a_line_is_read():
    """IN-2: every field; what follows from others is worked out."""
    facts = read(net="100,00", currency="usd", iban="fr76 3000 6000 0112 3456 7890 189", vat_number="FR 40 303 265 045")

    assert not facts.errors and (facts.tax, facts.currency, facts.minor("gross")) == (D(20), "USD", 12000)
    assert (facts.iban, facts.vat_number) == ("FR7630006000011234567890189", "FR40303265045")
    assert read(net="100", tax="20", gross="").gross == 120
    assert read(net="100", tax="5").notes == [{"key": "sum"}]


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"number": ""}, ("missing", "number")),
        ({"gross": ""}, ("missing", "gross")),
        ({"issue_date": "31/02/2026"}, ("no_such_day", "issue_date")),
        ({"due_date": "tomorrow"}, ("no_day", "due_date")),
        ({"gross": "12,345"}, ("decimals", "gross")),
        ({"gross": "=1+1"}, ("no_amount", "gross")),
        ({"currency": "EURO"}, ("currency", "currency")),
        ({"iban": "FR7630006000011234567890188"}, ("iban", "iban")),
        ({"number": "x" * 101}, ("too_long", "number")),
    ],
)
def test_a_mistake_is_told_with_its_field(said, wrong):
    """IN-2: S34: one for each mistake, no other beside it."""
    assert [(error["key"], error["field"]) for error in read(**said).errors] == [wrong]


@pytest.mark.parametrize("said", [{"kind": "Avoir"}, {"kind": "Credit Note", "gross": "-120"}, {"gross": "-120,00"}])
def test_a_credit_note_is_kept_without_its_sign(said):
    """IN-2: RV-3: by its type, or by an amount below zero."""
    facts = read(**said)

    assert (facts.kind, facts.gross) == (Kind.CREDIT_NOTE, 120)


@given(st.lists(st.text(max_size=40), max_size=15), st.sampled_from(formats.ORDERS), st.sampled_from(formats.MARKS))
def test_whatever_stands_in_the_cells_a_line_is_read_or_told_wrong(cells, order, mark):
    """IN-2: S34: no text of a cell breaks the reading, and no amount is anything but exact."""
    facts = reading.read(cells, Layout(COLUMNS, Direction.SALE, "EUR", order, mark))

    assert facts.errors or (facts.number and isinstance(facts.gross, Decimal) and facts.gross >= 0)
    assert len(facts.number) <= 100 and len(facts.counterparty) <= 200
