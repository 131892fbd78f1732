"""Cross Industry Invoice: Factur-X and ZUGFeRD 2 in every profile, and ZUGFeRD 1 with its older names."""

from __future__ import annotations

from app.einvoice.guarded import MAX_BYTES
from app.einvoice.invoice import Attachment, Invoice, Line, Party, TaxRate
from app.einvoice.values import MAX_ATTACHMENTS, Element, amount, compact, day, decoded, every, find, number, text

_TRADE = ("SupplyChainTradeTransaction", "SpecifiedSupplyChainTradeTransaction")
_AGREEMENT = ("ApplicableHeaderTradeAgreement", "ApplicableSupplyChainTradeAgreement")
_SETTLEMENT = ("ApplicableHeaderTradeSettlement", "ApplicableSupplyChainTradeSettlement")
_TOTALS = ("SpecifiedTradeSettlementHeaderMonetarySummation", "SpecifiedTradeSettlementMonetarySummation")
_LINE_TOTALS = ("SpecifiedTradeSettlementLineMonetarySummation", "SpecifiedTradeSettlementMonetarySummation")
_RATE = ("RateApplicablePercent", "ApplicablePercent")


def read(root: Element) -> Invoice:
    """The invoice in a CrossIndustryInvoice (or ZUGFeRD 1's CrossIndustryDocument)."""
    document = find(root, "ExchangedDocument", "HeaderExchangedDocument")
    trade = find(root, *_TRADE)
    agreement, settlement = find(trade, *_AGREEMENT), find(trade, *_SETTLEMENT)
    invoice = Invoice(
        syntax="zugferd1" if root.tag.endswith("CrossIndustryDocument") else "cii",
        profile=_profile(root),
        type_code=text(document, "TypeCode"),
        number=text(document, "ID"),
        issue_date=day(document, "IssueDateTime/DateTimeString", "IssueDateTime/DateTime"),
        notes=[note for node in every(document, "IncludedNote") if (note := text(node, "Content"))],
        seller=_party(find(agreement, "SellerTradeParty")),
        buyer=_party(find(agreement, "BuyerTradeParty")),
        order_reference=text(
            agreement,
            "BuyerOrderReferencedDocument/IssuerAssignedID",
            "BuyerOrderReferencedDocument/ID",
        ),
        lines=[_line(node) for node in every(trade, "IncludedSupplyChainTradeLineItem")],
        embedded=_attachments(agreement),
    )
    _settlement(invoice, settlement)
    return invoice


def _profile(root: Element) -> str:
    context = find(root, "ExchangedDocumentContext", "SpecifiedExchangedDocumentContext")
    return text(context, "GuidelineSpecifiedDocumentContextParameter/ID")


def _settlement(invoice: Invoice, node: Element | None) -> None:
    """Currency, totals, taxes and how to pay."""
    invoice.currency = text(node, "InvoiceCurrencyCode")
    _totals(invoice, find(node, *_TOTALS))
    invoice.taxes = [_tax(tax) for tax in every(node, "ApplicableTradeTax")]
    invoice.due_date = next(
        (
            due
            for terms in every(node, "SpecifiedTradePaymentTerms")
            if (due := day(terms, "DueDateDateTime/DateTimeString", "DueDateDateTime/DateTime"))
        ),
        None,
    )
    invoice.payment_reference = text(node, "PaymentReference")
    means = every(node, "SpecifiedTradeSettlementPaymentMeans")
    ibans = [compact(text(one, "PayeePartyCreditorFinancialAccount/IBANID")) for one in means]
    invoice.ibans = list(dict.fromkeys(filter(None, ibans)))
    period = find(node, "BillingSpecifiedPeriod")
    invoice.period_start = day(period, "StartDateTime/DateTimeString")
    invoice.period_end = day(period, "EndDateTime/DateTimeString")


def _totals(invoice: Invoice, node: Element | None) -> None:
    currency = invoice.currency
    invoice.net = amount(node, "TaxBasisTotalAmount", currency)
    if invoice.net is None:
        invoice.net = amount(node, "LineTotalAmount", currency)
    invoice.tax = amount(node, "TaxTotalAmount", currency)
    invoice.gross = amount(node, "GrandTotalAmount", currency)
    invoice.prepaid = amount(node, "TotalPrepaidAmount", currency)
    invoice.payable = amount(node, "DuePayableAmount", currency)


def _tax(node: Element) -> TaxRate:
    return TaxRate(
        rate=number(node, *_RATE),
        base=number(node, "BasisAmount"),
        tax=number(node, "CalculatedAmount"),
        category=text(node, "CategoryCode"),
    )


def _party(node: Element | None) -> Party:
    address = find(node, "PostalTradeAddress")
    return Party(
        name=text(node, "Name", "SpecifiedLegalOrganization/TradingBusinessName"),
        vat_number=compact(_by_scheme(node, "SpecifiedTaxRegistration/ID", "VA")),
        siren=compact(_by_scheme(node, "SpecifiedLegalOrganization/ID", "0002")),
        siret=compact(_by_scheme(node, "GlobalID", "0009") or _by_scheme(node, "ID", "0009")),
        email=text(node, "DefinedTradeContact/EmailURIUniversalCommunication/URIID")
        or _by_scheme(node, "URIUniversalCommunication/URIID", "EM"),
        address=[line for name in ("LineOne", "LineTwo", "LineThree") if (line := text(address, name))],
        postcode=text(address, "PostcodeCode"),
        city=text(address, "CityName"),
        country=text(address, "CountryID"),
    )


def _by_scheme(node: Element | None, path: str, scheme: str) -> str:
    return next((text(one) for one in every(node, path) if one.get("schemeID") == scheme), "")


def _line(node: Element) -> Line:
    agreement = find(node, "SpecifiedLineTradeAgreement", "SpecifiedSupplyChainTradeAgreement")
    delivery = find(node, "SpecifiedLineTradeDelivery", "SpecifiedSupplyChainTradeDelivery")
    settlement = find(node, "SpecifiedLineTradeSettlement", "SpecifiedSupplyChainTradeSettlement")
    quantity = find(delivery, "BilledQuantity")
    return Line(
        description=text(node, "SpecifiedTradeProduct/Name", "SpecifiedTradeProduct/Description"),
        quantity=number(quantity),
        unit=quantity.get("unitCode", "") if quantity is not None else "",
        unit_price=number(agreement, "NetPriceProductTradePrice/ChargeAmount"),
        net=number(find(settlement, *_LINE_TOTALS), "LineTotalAmount"),
        tax_rate=number(find(settlement, "ApplicableTradeTax"), *_RATE),
    )


def _attachments(agreement: Element | None) -> list[Attachment]:
    found = []
    for node in every(agreement, "AdditionalReferencedDocument")[:MAX_ATTACHMENTS]:
        binary = find(node, "AttachmentBinaryObject")
        data = decoded(binary.text, MAX_BYTES) if binary is not None else b""
        if data:
            name = binary.get("filename") or text(node, "IssuerAssignedID")
            found.append(Attachment(name=name, data=data, mime=binary.get("mimeCode", "")))
    return found
