"""CII in the profile MINIMUM, which the library does not write: who, when and how much."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lxml import etree

from app.einvoice.invoice import Invoice, Party, amount_text
from app.einvoice.profiles import Profile

_UN = "urn:un:unece:uncefact:data:standard"
_SPACES = {
    "rsm": f"{_UN}:CrossIndustryInvoice:100",
    "ram": f"{_UN}:ReusableAggregateBusinessInformationEntity:100",
    "udt": f"{_UN}:UnqualifiedDataType:100",
}
_OF_BUYER = {"Name", "SpecifiedLegalOrganization"}
"""No more of the buyer is told."""
Tree = Mapping[str, Any]
"""Element → text, or (text, attributes), or what is inside; None is left out."""


def written(invoice: Invoice) -> bytes:
    """The XML, unchecked."""
    root = etree.Element(f"{{{_SPACES['rsm']}}}CrossIndustryInvoice", nsmap=_SPACES)
    guideline = {"ID": f"urn:factur-x.eu:1p0:{Profile.MINIMUM}"}
    context = {"GuidelineSpecifiedDocumentContextParameter": guideline}
    trade = {
        "ApplicableHeaderTradeAgreement": _agreement(invoice),
        "ApplicableHeaderTradeDelivery": {},
        "ApplicableHeaderTradeSettlement": _settlement(invoice),
    }
    tops = {"ExchangedDocumentContext": context, "ExchangedDocument": _document(invoice)}
    for name, inside in (tops | {"SupplyChainTradeTransaction": trade}).items():
        _grow(etree.SubElement(root, f"{{{_SPACES['rsm']}}}{name}"), inside)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _document(invoice: Invoice) -> Tree:
    day = (f"{invoice.issue_date:%Y%m%d}", {"format": "102"})
    return {"ID": invoice.number, "TypeCode": invoice.code, "IssueDateTime": {"udt:DateTimeString": day}}


def _agreement(invoice: Invoice) -> Tree:
    order = {"IssuerAssignedID": invoice.order_reference} if invoice.order_reference else None
    buyer = {name: inside for name, inside in _party(invoice.buyer).items() if name in _OF_BUYER}
    return {"SellerTradeParty": _party(invoice.seller), "BuyerTradeParty": buyer, "BuyerOrderReferencedDocument": order}


def _party(party: Party) -> Tree:
    siren, vat_number = (party.siren, {"schemeID": "0002"}), (party.vat_number, {"schemeID": "VA"})
    return {
        "Name": party.name,
        "SpecifiedLegalOrganization": {"ID": siren} if party.siren else None,
        "PostalTradeAddress": {"CountryID": party.country},
        "SpecifiedTaxRegistration": {"ID": vat_number} if party.vat_number else None,
    }


def _settlement(invoice: Invoice) -> Tree:
    tax = (amount_text(invoice.tax), {"currencyID": invoice.currency}) if invoice.tax is not None else None
    totals = {
        "TaxBasisTotalAmount": amount_text(invoice.net),
        "TaxTotalAmount": tax,
        "GrandTotalAmount": amount_text(invoice.gross),
        "DuePayableAmount": amount_text(invoice.rest),
    }
    return {
        "InvoiceCurrencyCode": invoice.currency,
        "SpecifiedTradeSettlementHeaderMonetarySummation": totals,
    }


def _grow(node: etree._Element, inside: Tree | tuple[str, dict[str, str]] | str) -> None:
    """Fill an element; names without a prefix are of `ram`."""
    if isinstance(inside, Mapping):
        for name, more in inside.items():
            space, _colon, plain = name.rpartition(":")
            if more is not None:
                _grow(etree.SubElement(node, f"{{{_SPACES[space or 'ram']}}}{plain}"), more)
        return
    node.text, said = inside if isinstance(inside, tuple) else (inside, {})
    node.attrib.update(said)
