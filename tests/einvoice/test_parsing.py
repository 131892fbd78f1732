"""EX-1, EX-2: what an e-invoice says, in every syntax."""

from datetime import date
from decimal import Decimal

import pytest

from app.einvoice.invoice import NotAnInvoice
from app.einvoice.parsing import parse
from tests.samples import facturx_xml

UBL = """<?xml version="1.0" encoding="UTF-8"?>
<{root} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{root}-2"
  xmlns:a="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
  xmlns:b="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
  <b:CustomizationID>urn:cen.eu:en16931:2017</b:CustomizationID>
  <b:ID>U-77</b:ID><b:IssueDate>2026-11-02+01:00</b:IssueDate><b:DueDate>2026-12-02</b:DueDate>
  {code}
  <b:DocumentCurrencyCode>SEK</b:DocumentCurrencyCode>
  <a:OrderReference><b:ID>PO-9</b:ID></a:OrderReference>
  <a:AdditionalDocumentReference><b:ID>page</b:ID><a:Attachment>
    <b:EmbeddedDocumentBinaryObject
      mimeCode="application/pdf" filename="page.pdf">JVBERi0=</b:EmbeddedDocumentBinaryObject>
  </a:Attachment></a:AdditionalDocumentReference>
  <a:AccountingSupplierParty><a:Party>
    <a:PartyName><b:Name>Trading name</b:Name></a:PartyName>
    <a:PostalAddress><b:StreetName>Gatan 1</b:StreetName>
      <b:CityName>Malmö</b:CityName><b:PostalZone>211 22</b:PostalZone>
      <a:Country><b:IdentificationCode>SE</b:IdentificationCode></a:Country></a:PostalAddress>
    <a:PartyTaxScheme><b:CompanyID>SE 5567 8912 3401</b:CompanyID>
      <a:TaxScheme><b:ID>VAT</b:ID></a:TaxScheme></a:PartyTaxScheme>
    <a:PartyTaxScheme><b:CompanyID>F-tax</b:CompanyID><a:TaxScheme><b:ID>TAX</b:ID></a:TaxScheme></a:PartyTaxScheme>
    <a:PartyLegalEntity><b:RegistrationName>Säljaren AB</b:RegistrationName></a:PartyLegalEntity>
    <a:Contact><b:ElectronicMail>faktura@saljaren.example</b:ElectronicMail></a:Contact>
  </a:Party></a:AccountingSupplierParty>
  <a:AccountingCustomerParty><a:Party>
    <a:PartyName><b:Name>Köparen</b:Name></a:PartyName></a:Party></a:AccountingCustomerParty>
  <a:PaymentMeans><b:PaymentID>RF18</b:PaymentID>
      <a:PayeeFinancialAccount><b:ID>SE45 5000 0000 0583 9825 7466</b:ID></a:PayeeFinancialAccount></a:PaymentMeans>
  <a:TaxTotal><b:TaxAmount currencyID="EUR">2.20</b:TaxAmount></a:TaxTotal>
  <a:TaxTotal><b:TaxAmount currencyID="SEK">25.00</b:TaxAmount><a:TaxSubtotal>
    <b:TaxableAmount currencyID="SEK">100.00</b:TaxableAmount><b:TaxAmount currencyID="SEK">25.00</b:TaxAmount>
    <a:TaxCategory><b:ID>S</b:ID><b:Percent>25</b:Percent></a:TaxCategory></a:TaxSubtotal></a:TaxTotal>
  <a:LegalMonetaryTotal><b:TaxExclusiveAmount currencyID="SEK">100.00</b:TaxExclusiveAmount>
    <b:TaxInclusiveAmount currencyID="SEK">{gross}</b:TaxInclusiveAmount>
      <b:PrepaidAmount currencyID="SEK">5.00</b:PrepaidAmount>
    <b:PayableAmount currencyID="SEK">120.00</b:PayableAmount></a:LegalMonetaryTotal>
  <a:InvoiceLine><b:InvoicedQuantity unitCode="HUR">2</b:InvoicedQuantity>
      <b:LineExtensionAmount>100.00</b:LineExtensionAmount>
    <a:Item><b:Name>Arbete</b:Name></a:Item><a:Price><b:PriceAmount>50.00</b:PriceAmount></a:Price></a:InvoiceLine>
</{root}>"""


def ubl(root="Invoice", code="<b:InvoiceTypeCode>380</b:InvoiceTypeCode>", gross="125.00") -> bytes:
    return UBL.format(root=root, code=code, gross=gross).encode()


def test_factur_x_is_read_whole():
    """EX-1: every field the XML gives."""
    found = parse(facturx_xml("F-9", gross="1200.00", order_reference="CMD-4"))

    assert (found.syntax, found.kind, found.number, found.currency) == ("cii", "invoice", "F-9", "EUR")
    assert (found.issue_date, found.due_date) == (date(2026, 11, 2), date(2026, 12, 2))
    assert (found.net, found.tax, found.gross, found.payable) == tuple(map(Decimal, ("1000", "200", "1200", "1200")))
    assert (found.seller.name, found.seller.vat_number, found.seller.siren) == (
        "Atelier Lumen SARL",
        "FR40303265045",
        "303265045",
    )
    assert found.ibans == ["FR7630006000011234567890189"] and found.seller.iban == found.ibans[0]
    assert (found.buyer.name, found.order_reference, found.seller.city) == ("Menuiserie Duval SAS", "CMD-4", "Lyon")
    assert [(row.rate, row.base, row.tax) for row in found.taxes] == [(Decimal(20), Decimal(1000), Decimal(200))]
    assert [line.description for line in found.lines] == ["Pose de luminaires"]
    assert found.flags == []


def test_ubl_is_read_whole():
    """EX-1: the same from UBL, in the invoice's own currency, with the VAT number among other tax numbers."""
    found = parse(ubl())

    assert (found.syntax, found.kind, found.number, found.currency) == ("ubl", "invoice", "U-77", "SEK")
    assert found.issue_date == date(2026, 11, 2)
    assert (found.net, found.tax, found.gross) == (Decimal("100.00"), Decimal("25.00"), Decimal("125.00"))
    assert (found.prepaid, found.payable) == (Decimal("5.00"), Decimal("120.00"))
    assert (found.seller.name, found.seller.vat_number) == ("Säljaren AB", "SE556789123401")
    assert found.seller.email == "faktura@saljaren.example"
    assert found.ibans == ["SE4550000000058398257466"] and found.payment_reference == "RF18"
    assert [(one.name, one.data) for one in found.embedded] == [("page.pdf", b"%PDF-")]
    assert found.lines[0].unit == "HUR" and found.flags == []


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (ubl(code="<b:InvoiceTypeCode>381</b:InvoiceTypeCode>"), "credit_note"),
        (ubl(root="CreditNote", code=""), "credit_note"),
        (ubl(code="<b:InvoiceTypeCode>384</b:InvoiceTypeCode>"), "invoice"),
        (facturx_xml(kind="credit_note", gross="-60.00"), "credit_note"),
    ],
)
def test_the_type_code_tells_the_kind(data, kind):
    """EX-1: invoice or credit note."""
    assert parse(data).kind == kind


@pytest.mark.parametrize(
    ("data", "flag"),
    [
        (ubl(gross="126.00"), "totals_differ"),
        (ubl(gross="-125.00"), "negative"),
        (ubl(code="<b:InvoiceTypeCode>999</b:InvoiceTypeCode>"), "type_unknown"),
        (ubl().replace(b"<b:Percent>25", b"<b:Percent>6"), "tax_differs"),
        (
            ubl().replace(b'<b:PayableAmount currencyID="SEK">120', b'<b:PayableAmount currencyID="SEK">90'),
            "payable_differs",
        ),
        (ubl().replace(b"2026-12-02", b"2026-10-02"), "due_before_issue"),
        (ubl().replace("Köparen".encode(), b""), "missing_buyer"),
        (ubl().replace(b"2026-11-02+01:00", b"2026-02-30"), "missing_issue_date"),
        (ubl().replace(b"U-77", b"U" * 36), "number_too_long"),
    ],
)
def test_what_is_wrong_is_flagged_and_the_rest_still_read(data, flag):
    """EX-4: required fields and arithmetic are checked."""
    found = parse(data)

    assert flag in found.flags
    assert found.net == Decimal("100.00")


@pytest.mark.parametrize(
    ("data", "detail"),
    [
        (b"<p:FatturaElettronica xmlns:p='http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fatture/v1.2'/>", "Fattura"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "svg"),
        (b"<Order xmlns='urn:oasis:names:specification:ubl:schema:xsd:Order-2'/>", "Order"),
        (b"<Invoice xmlns='urn:oasis:names:specification:ubl:schema:xsd:Invoice-2'/>", "number"),
    ],
)
def test_other_documents_are_recognised_and_not_misread(data, detail):
    """EX-2: another format is said to be one."""
    with pytest.raises(NotAnInvoice) as refused:
        parse(data)

    assert refused.value.code == "xml_not_supported" and detail in refused.value.detail


@pytest.mark.parametrize("amount", ["1e999999", "NaN", "Infinity", "9" * 400, "12,50", "", "0x10"])
def test_an_amount_that_is_no_plain_number_is_left_out(amount):
    """EX-4: never a number that only looks like one."""
    found = parse(ubl(gross=amount))

    assert found.gross == Decimal("125.00")  # from what is payable and what was paid


def test_zugferd_1_is_read_under_its_older_names():
    """EX-2: all ZUGFeRD profiles."""
    older = (
        facturx_xml("Z-1")
        .replace(b"CrossIndustryInvoice", b"CrossIndustryDocument")
        .replace(b"<rsm:ExchangedDocument>", b"<rsm:HeaderExchangedDocument>")
        .replace(b"</rsm:ExchangedDocument>", b"</rsm:HeaderExchangedDocument>")
        .replace(b"rsm:SupplyChainTradeTransaction", b"rsm:SpecifiedSupplyChainTradeTransaction")
        .replace(b"ApplicableHeaderTrade", b"ApplicableSupplyChainTrade")
        .replace(b"SettlementHeaderMonetary", b"SettlementMonetary")
        .replace(b"RateApplicablePercent", b"ApplicablePercent")
    )

    found = parse(older)

    assert (found.syntax, found.number, found.gross) == ("zugferd1", "Z-1", Decimal("120.00"))
    assert found.flags == [] and found.taxes[0].rate == Decimal(20)
