"""From the bytes of an XML file to an invoice, or to the reason why it is none."""

from __future__ import annotations

from decimal import Decimal

from lxml import etree

from app.einvoice import checks, cii, ubl
from app.einvoice.guarded import parse_xml
from app.einvoice.invoice import CREDIT_NOTE_CODES, Invoice, NotAnInvoice

_READERS = {"CrossIndustryInvoice": cii.read, "CrossIndustryDocument": cii.read}
_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
_UBL_ROOTS = (_UBL + "Invoice-2", _UBL + "CreditNote-2")


def parse(data: bytes) -> Invoice:
    """The invoice in `data`; raises `NotAnInvoice` with the reason (`xml_broken`, `xml_not_supported`…)."""
    root = parse_xml(data)
    name = etree.QName(root)
    reader = ubl.read if name.namespace in _UBL_ROOTS else _READERS.get(name.localname)
    if reader is None:
        raise NotAnInvoice("xml_not_supported", name.localname[:100])
    invoice = reader(root)
    if not invoice.number and invoice.gross is None and invoice.payable is None:
        raise NotAnInvoice("xml_not_supported", "neither a number nor an amount")
    _complete(invoice)
    return invoice


def _complete(invoice: Invoice) -> None:
    """What follows from the rest: the kind, a total left out, SIREN from SIRET, and the checks."""
    if invoice.gross is None:
        invoice.gross = _gross(invoice)
    if invoice.tax is None and invoice.net is not None and invoice.gross is not None:
        invoice.tax = invoice.gross - invoice.net
    if invoice.ibans:
        invoice.seller.iban = invoice.ibans[0]
    for party in (invoice.seller, invoice.buyer):
        party.siren = party.siren or party.siret[:9]
    # A negative invoice stays one, as its sender calls it; its flag `negative` lets a person decide.
    if invoice.type_code in CREDIT_NOTE_CODES:
        invoice.kind = "credit_note"
    invoice.flags = checks.flags(invoice)


def _gross(invoice: Invoice) -> Decimal | None:
    """The gross amount where only its parts are written."""
    if invoice.payable is not None:
        return invoice.payable + (invoice.prepaid or 0)
    return None if None in (invoice.net, invoice.tax) else invoice.net + invoice.tax
