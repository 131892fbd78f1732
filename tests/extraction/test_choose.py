"""XML and page together: what the XML says counts, and a contradiction is never silent."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from app.einvoice.invoice import Invoice, Line, Party, TaxRate
from app.extraction.choose import read_fields
from app.extraction.reading import DOUBTFUL, SURE
from tests.extraction.laid_out import contents, french_invoice, page

TODAY = date(2026, 11, 23)


def xml(**said) -> Invoice:
    """The e-invoice of the plain French invoice; `said` overrides what it says."""
    facts = {
        "number": "F-2026-0042",
        "issue_date": date(2026, 11, 2),
        "due_date": date(2026, 12, 2),
        "currency": "EUR",
        "net": Decimal("1000.00"),
        "tax": Decimal("200.00"),
        "gross": Decimal("1200.00"),
        "taxes": [TaxRate(Decimal(20), Decimal(1000), Decimal(200), "S")],
        "seller": Party(name="Atelier Lumen SARL", vat_number="FR40303265045", siren="303265045"),
        "buyer": Party(name="Menuiserie Duval SAS"),
        "ibans": ["FR7630006000011234567890189"],
        "lines": [Line("Pose", Decimal(2), "C62", Decimal(500), Decimal(1000), Decimal(20))],
    } | said
    return Invoice(syntax="cii", **facts)


def read(*einvoices: Invoice, texts=None, **options):
    """The reading of a page with these e-invoices inside."""
    document = contents(page(*(texts or french_invoice())), einvoices=list(einvoices))
    return read_fields(document, today=TODAY, **options)


def test_the_xml_is_believed_and_its_values_are_shown_on_the_page():
    """EX-2: e-invoice XML before the text layer; EX-3: with the place where the page prints it."""
    reading = read(xml())
    for name in ("number", "issue_date", "gross", "net", "seller_vat", "seller_name", "iban"):
        found = reading.fields[name]
        assert (found.source, found.page) == ("xml", 1) and found.box and found.confidence >= SURE, name
    assert reading.flags == []
    assert [(line.description, line.net) for line in reading.lines] == [("Pose", Decimal(1000))]


def test_what_the_xml_leaves_out_is_read_from_the_page():
    """EX-2: a MINIMUM profile has neither due date nor IBAN."""
    reading = read(xml(due_date=None, ibans=[], taxes=[]))
    assert reading.value("due_date") == date(2026, 12, 2) and reading.fields["due_date"].source == "page"
    assert reading.value("iban") == "FR7630006000011234567890189"
    assert [line.tax for line in reading.taxes] == [Decimal(200)]


@pytest.mark.parametrize(
    ("name", "said", "shown"),
    [
        ("number", {"number": "F-2026-0099"}, ("F-2026-0099", "F-2026-0042")),
        ("issue_date", {"issue_date": date(2026, 10, 2)}, ("2026-10-02", "2026-11-02")),
        (
            "gross",
            {"net": Decimal("100.00"), "tax": Decimal("20.00"), "gross": Decimal("120.00"), "taxes": []},
            ("120.00", "1200.00"),
        ),
    ],
)
def test_a_contradiction_is_flagged_and_the_value_doubted(name, said, shown):
    """EX-2: number, date or gross differ."""
    # S29
    reading = read(xml(**said))
    assert {"code": "xml_page_differ", "field": name, "xml": shown[0], "page": shown[1]} in reading.flags
    found = reading.fields[name]
    assert found.source == "xml" and found.value == said[name]
    assert found.confidence <= DOUBTFUL and not found.is_sure


def test_a_contradiction_is_seen_where_the_page_prints_the_other_value_too():
    """EX-2: a swindler may print the XML's amount in small somewhere."""
    # S29
    texts = [*french_invoice(), (50, 800, "Frais 120,00")]
    less = {"net": Decimal("100.00"), "tax": Decimal("20.00"), "gross": Decimal("120.00"), "taxes": []}
    assert [flag["field"] for flag in read(xml(**less), texts=texts).flags] == ["gross"]


def test_a_wrong_total_is_seen_though_the_amount_due_is_right():
    """EX-2: only a prepayment may part what is due from the total."""
    # S29
    for prepaid in (None, Decimal("50.00")):
        reading = read(xml(gross=Decimal("1100.00"), payable=Decimal("1200.00"), prepaid=prepaid))
        assert [flag["field"] for flag in reading.flags] == ["gross"]


@pytest.mark.parametrize(
    ("said", "field", "printed"), [({"currency": ""}, "currency", "EUR"), ({"number": ""}, "number", "F-2026-0042")]
)
def test_an_xml_that_leaves_out_what_it_must_say_is_flagged(said, field, printed):
    """EX-2: no profile may leave out number, day, currency or total; the page's value is not believed silently."""
    # S29
    reading = read(xml(**said))
    assert reading.flags == [{"code": "xml_page_differ", "field": field, "xml": "", "page": printed}]
    assert reading.value(field) == printed


def test_an_account_that_the_page_contradicts_is_not_sure():
    """EX-2: whoever changes the XML's IBAN wants the money."""
    # S29
    found = read(xml(ibans=["DE88200800000970375700"])).fields["iban"]
    assert found.value == "DE88200800000970375700" and found.confidence <= DOUBTFUL


def test_two_xmls_that_differ_are_flagged():
    """EX-2: a file may carry two, and a message one beside its PDF."""
    # S29
    reading = read(xml(), xml(gross=Decimal("9000.00")))
    assert [(flag["code"], flag["field"]) for flag in reading.flags] == [("two_xml_differ", "gross")]
    assert reading.fields["gross"].confidence <= DOUBTFUL
    assert read(xml(), xml()).flags == []


def test_a_credit_note_may_be_printed_with_a_minus():
    """EX-2: its XML has positive amounts; that is no contradiction."""
    texts = french_invoice(title="AVOIR", net="-1 000,00 €", tax="-200,00 €", gross="-1 200,00 €")
    reading = read(xml(kind="credit_note"), texts=texts)
    assert reading.flags == [] and reading.value("kind") == "credit_note"


def test_a_prepaid_invoice_does_not_contradict_its_page():
    """EX-2: the page may print only what is left to pay."""
    texts = [(x, y, "Net à payer" if text == "Total TTC" else text) for x, y, text in french_invoice(gross="700,00 €")]
    reading = read(xml(prepaid=Decimal(500), payable=Decimal("700.00")), texts=texts)
    assert not reading.has_flag("xml_page_differ")


def test_the_xml_can_be_left_aside():
    """EX-9: --no-xml reads the pages alone."""
    reading = read(xml(number="F-2026-0099"), use_xml=False)
    assert reading.value("number") == "F-2026-0042" and reading.flags == []


def test_an_xml_without_pages_is_read():
    """EX-2: a stand-alone UBL or CII file has no page to point at."""
    reading = read_fields(contents(einvoices=[xml()]), today=TODAY)
    assert reading.value("gross") == Decimal(1200) and reading.fields["gross"].page is None
    assert not reading.has_flag("not_invoice")


@pytest.mark.parametrize(
    ("said", "name", "check"),
    [
        ({"gross": Decimal("1300.00")}, "gross", "sum"),
        ({"taxes": [TaxRate(Decimal(10), Decimal(1000), Decimal(200), "S")]}, "tax", "rate"),
        ({"ibans": ["FR7630006000011234567890188"]}, "iban", "check_digits"),
        ({"seller": Party(name="X", vat_number="FR41303265045")}, "seller_vat", "check_digits"),
        ({"due_date": date(2026, 10, 1)}, "due_date", "date"),
    ],
)
def test_an_xml_that_fails_a_check_is_never_sure(said, name, check):
    """EX-4: arithmetic and check digits hold for an XML too."""
    found = read_fields(contents(einvoices=[xml(**said)]), today=TODAY).fields[name]
    assert found.failed_check == check and found.confidence <= DOUBTFUL


def test_a_foreign_vat_number_is_as_good_as_written():
    """EX-4: only what can be checked can fail."""
    seller = Party(name="Kilim Ltd", vat_number="TR1234567890")
    assert read_fields(contents(einvoices=[xml(seller=seller)]), today=TODAY).fields["seller_vat"].failed_check is None
