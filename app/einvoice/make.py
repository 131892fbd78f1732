"""An invoice as Factur-X: its CII XML, checked against the schema, and that XML inside a PDF."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from lxml import etree

from app.einvoice import minimum
from app.einvoice.cannot import CannotMake
from app.einvoice.guarded import parse_xml
from app.einvoice.invoice import Invoice, Line, Party, TaxRate, amount_text
from app.einvoice.profiles import Profile

_COUNTRY = "FR"
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_TRANSFER = "30"
"""UNTDID 4461: credit transfer."""


def xml(invoice: Invoice) -> bytes:
    """CII in the profile EN 16931 (BASIC WL where there are no lines), as the schema wants it; raises `CannotMake`.

    For invoices of our own: whether facts that came from others allow a profile is asked by `writing`.
    """
    from facturx import xml_check_xsd

    _require(invoice)
    profile = Profile.EN_16931 if invoice.lines else Profile.BASIC_WL
    made = written(invoice, profile)
    try:
        xml_check_xsd(parse_xml(made), flavor="factur-x", level=str(profile))
    except Exception as error:  # the library raises plain Exception
        raise CannotMake("not_valid", detail=str(error)) from error
    return made


def written(invoice: Invoice, profile: Profile) -> bytes:
    """CII in this profile, unchecked; raises `CannotMake` where the library refuses."""
    from facturx import generate_cii_xml

    if profile is Profile.MINIMUM:
        return minimum.written(invoice)
    if profile is Profile.BASIC_WL:
        invoice = replace(invoice, lines=[])
    try:
        made = generate_cii_xml(terms(invoice), level=str(profile), check_xsd=False, check_schematron=False)
    except Exception as error:  # the library raises plain Exception
        raise CannotMake("not_valid", detail=str(error)) from error
    root = parse_xml(made)
    # The library writes an empty delivery as xsi:nil, which its own schema refuses.
    for element in root.iter():
        element.attrib.pop(_NIL, None)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def embed(pdf: bytes, xml_data: bytes) -> bytes:
    """`pdf` as PDF/A-3 that carries `xml_data`. For pages we drew: files of others belong to the reader."""
    from facturx import generate_from_binary

    return generate_from_binary(pdf, xml_data, check_xsd=False)


def terms(invoice: Invoice) -> dict:
    """The business terms of EN 16931 (BT-1, BG-4…) that the library writes from."""
    net, tax = invoice.net, invoice.tax
    found = {
        "BT-1": invoice.number,
        "BT-2": invoice.issue_date,
        "BT-3": invoice.code,
        "BT-5": invoice.currency,
        "BT-9": invoice.due_date,
        "BT-13": invoice.order_reference,
        "BT-73": invoice.period_start,
        "BT-74": invoice.period_end,
        "BT-83": invoice.payment_reference,
        "BG-1": [{"BT-22": note} for note in invoice.notes],
        "BG-4": _party(invoice.seller),
        "BG-7": _party(invoice.buyer),
        "BG-23": [_tax(row) for row in invoice.taxes],
        "BG-25": [_line(row, place) for place, row in enumerate(invoice.lines, start=1)],
        "BT-106": amount_text(sum((row.net for row in invoice.lines), Decimal(0)) if invoice.lines else net),
        "BT-109": amount_text(net),
        "BT-110": amount_text(tax),
        "BT-112": amount_text(invoice.gross),
        "BT-113": amount_text(invoice.prepaid),
        "BT-115": amount_text(invoice.rest),
    }
    iban = invoice.ibans[0] if invoice.ibans else invoice.seller.iban
    if iban:
        found |= {"BT-81": _TRANSFER, "BT-84": iban}
    return {term: value for term, value in found.items() if value not in ("", None, [])}


def _require(invoice: Invoice) -> None:
    """Say in one sentence what is missing, before the schema says it in its own."""
    needed = {
        "number": invoice.number,
        "issue date": invoice.issue_date,
        "currency": invoice.currency,
        "net amount": invoice.net is not None,
        "tax amount": invoice.tax is not None,
        "gross amount": invoice.gross is not None,
        "seller": invoice.seller.name,
        "buyer": invoice.buyer.name,
        "tax breakdown": invoice.taxes,
    }
    if missing := [name for name, value in needed.items() if not value]:
        raise CannotMake("not_valid", detail=f"missing: {', '.join(missing)}")


def _party(party: Party) -> dict:
    lines = [*party.address, "", "", ""][:3]
    found = {
        "name": party.name,
        "vat_identifier": party.vat_number,
        "legal_identifier": party.siren,
        "legal_identifier_schemeid": "0002" if party.siren else "",
        "identifiers": {"0009": party.siret} if party.siret else None,
        "addr_l1": lines[0],
        "addr_l2": lines[1],
        "addr_l3": lines[2],
        "postcode": party.postcode,
        "city": party.city,
        "country_code": party.country or _COUNTRY,
        "contacts": [{"email": party.email}] if party.email else None,
    }
    return {name: value for name, value in found.items() if value}


def _tax(row: TaxRate) -> dict:
    return {
        "BT-116": amount_text(row.base),
        "BT-117": amount_text(row.tax),
        "BT-118": row.category or ("S" if row.rate else "Z"),
        "BT-119": _plain(row.rate or Decimal(0)),
    }


def _line(row: Line, place: int) -> dict:
    quantity = Decimal(1) if row.quantity is None else row.quantity
    price = row.net if row.unit_price is None else row.unit_price
    return {
        "BT-126": str(place),
        "BT-129": _plain(quantity),
        "BT-130": row.unit or "C62",
        "BT-131": amount_text(row.net),
        "BT-146": _plain(price),
        "BT-151": "S" if row.tax_rate else "Z",
        "BT-152": _plain(row.tax_rate or Decimal(0)),
        "BT-153": row.description or "-",
    }


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
