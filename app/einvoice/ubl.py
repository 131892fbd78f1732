"""UBL 2.1: Invoice and CreditNote, with the customisations that keep to EN 16931 (Peppol, XRechnung, French CIUS)."""

from __future__ import annotations

from app.einvoice.guarded import MAX_BYTES
from app.einvoice.invoice import Attachment, Invoice, Line, Party, TaxRate
from app.einvoice.values import MAX_ATTACHMENTS, Element, amount, compact, day, decoded, every, find, number, text


def read(root: Element) -> Invoice:
    """The invoice in a UBL Invoice or CreditNote."""
    means = every(root, "PaymentMeans")
    invoice = Invoice(
        syntax="ubl",
        profile=text(root, "CustomizationID"),
        type_code=text(root, "InvoiceTypeCode", "CreditNoteTypeCode") or _type_code(root),
        number=text(root, "ID"),
        issue_date=day(root, "IssueDate"),
        due_date=day(root, "DueDate", "PaymentMeans/PaymentDueDate", "PaymentTerms/PaymentDueDate"),
        currency=text(root, "DocumentCurrencyCode"),
        seller=_party(find(root, "AccountingSupplierParty/Party")),
        buyer=_party(find(root, "AccountingCustomerParty/Party")),
        ibans=_ibans(means),
        order_reference=text(root, "OrderReference/ID"),
        payment_reference=text(root, "PaymentMeans/PaymentID"),
        period_start=day(root, "InvoicePeriod/StartDate"),
        period_end=day(root, "InvoicePeriod/EndDate"),
        lines=[_line(node) for node in every(root, "InvoiceLine", "CreditNoteLine")],
        notes=[note for node in every(root, "Note") if (note := text(node))],
        embedded=_attachments(root),
    )
    _totals(invoice, root)
    return invoice


def _type_code(root: Element) -> str:
    """What the root's own name says, for senders that leave the code out."""
    return "381" if root.tag.endswith("}CreditNote") else "380"


def _ibans(means: list[Element]) -> list[str]:
    found = [compact(text(one, "PayeeFinancialAccount/ID")) for one in means]
    return list(dict.fromkeys(filter(None, found)))


def _totals(invoice: Invoice, root: Element) -> None:
    """The monetary totals and the tax breakdown, both in the invoice's own currency."""
    currency, totals = invoice.currency, find(root, "LegalMonetaryTotal")
    invoice.net = amount(totals, "TaxExclusiveAmount", currency)
    invoice.gross = amount(totals, "TaxInclusiveAmount", currency)
    invoice.prepaid = amount(totals, "PrepaidAmount", currency)
    invoice.payable = amount(totals, "PayableAmount", currency)
    invoice.tax = amount(root, "TaxTotal/TaxAmount", currency)
    invoice.taxes = [_tax(node) for node in every(root, "TaxTotal/TaxSubtotal")]


def _tax(node: Element) -> TaxRate:
    return TaxRate(
        rate=number(node, "TaxCategory/Percent", "Percent"),
        base=number(node, "TaxableAmount"),
        tax=number(node, "TaxAmount"),
        category=text(node, "TaxCategory/ID"),
    )


def _party(node: Element | None) -> Party:
    address = find(node, "PostalAddress")
    legal = find(node, "PartyLegalEntity")
    return Party(
        name=text(legal, "RegistrationName") or text(node, "PartyName/Name"),
        vat_number=_vat_number(node),
        siren=compact(_by_scheme(legal, "CompanyID", "0002")),
        siret=compact(_by_scheme(node, "PartyIdentification/ID", "0009") or _by_scheme(legal, "CompanyID", "0009")),
        email=text(node, "Contact/ElectronicMail") or _by_scheme(node, "EndpointID", "EM"),
        address=[
            line for path in ("StreetName", "AdditionalStreetName", "AddressLine/Line") if (line := text(address, path))
        ],
        postcode=text(address, "PostalZone"),
        city=text(address, "CityName"),
        country=text(address, "Country/IdentificationCode"),
    )


def _vat_number(node: Element | None) -> str:
    """The VAT number; a party may also be registered for other taxes."""
    schemes = every(node, "PartyTaxScheme")
    vat = [one for one in schemes if text(one, "TaxScheme/ID").upper() in ("VAT", "TVA", "")]
    return compact(text(vat[0], "CompanyID")) if vat else ""


def _by_scheme(node: Element | None, path: str, scheme: str) -> str:
    return next((text(one) for one in every(node, path) if one.get("schemeID") == scheme), "")


def _line(node: Element) -> Line:
    quantity = find(node, "InvoicedQuantity", "CreditedQuantity")
    return Line(
        description=text(node, "Item/Name", "Item/Description"),
        quantity=number(quantity),
        unit=quantity.get("unitCode", "") if quantity is not None else "",
        unit_price=number(node, "Price/PriceAmount"),
        net=number(node, "LineExtensionAmount"),
        tax_rate=number(node, "Item/ClassifiedTaxCategory/Percent"),
    )


def _attachments(root: Element) -> list[Attachment]:
    found = []
    for node in every(root, "AdditionalDocumentReference")[:MAX_ATTACHMENTS]:
        binary = find(node, "Attachment/EmbeddedDocumentBinaryObject")
        data = decoded(binary.text, MAX_BYTES) if binary is not None else b""
        if data:
            name = binary.get("filename") or text(node, "ID")
            found.append(Attachment(name=name, data=data, mime=binary.get("mimeCode", "")))
    return found
