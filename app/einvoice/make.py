"""An invoice as Factur-X: its CII XML, checked against the schema, and that XML inside a PDF."""

from __future__ import annotations

from decimal import Decimal

from lxml import etree

from app.einvoice.guarded import parse_xml
from app.einvoice.invoice import Invoice, Line, Party, TaxRate

_COUNTRY = "FR"
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_TRANSFER = "30"
"""UNTDID 4461: credit transfer."""


class CannotMake(Exception):
    """The invoice lacks something Factur-X needs; the message says what."""


def xml(invoice: Invoice) -> bytes:
    """CII in the profile EN 16931 (BASIC WL where there are no lines); raises `CannotMake`."""
    from facturx import generate_cii_xml, xml_check_xsd

    level = "en16931" if invoice.lines else "basicwl"
    try:
        made = generate_cii_xml(terms(invoice), level=level, check_xsd=False, check_schematron=False)
        root = parse_xml(made)
        # The library writes an empty delivery as xsi:nil, which its own schema refuses.
        for element in root.iter():
            element.attrib.pop(_NIL, None)
        xml_check_xsd(root, flavor="factur-x", level=level)
    except Exception as error:  # the library raises plain Exception
        raise CannotMake(str(error)) from error
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def embed(pdf: bytes, xml_data: bytes) -> bytes:
    """`pdf` as PDF/A-3 that carries `xml_data`. For pages we drew: files of others belong to the reader."""
    from facturx import generate_from_binary

    return generate_from_binary(pdf, xml_data, check_xsd=False)


def terms(invoice: Invoice) -> dict:
    """The business terms of EN 16931 (BT-1, BG-4…) that the library writes from."""
    _require(invoice)
    net, tax, gross = invoice.net, invoice.tax, invoice.gross
    found = {
        "BT-1": invoice.number,
        "BT-2": invoice.issue_date,
        "BT-3": invoice.type_code or ("381" if invoice.kind == "credit_note" else "380"),
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
        "BT-106": _money(sum((row.net for row in invoice.lines), Decimal(0)) if invoice.lines else net),
        "BT-109": _money(net),
        "BT-110": _money(tax),
        "BT-112": _money(gross),
        "BT-113": _money(invoice.prepaid),
        "BT-115": _money(gross - (invoice.prepaid or 0) if invoice.payable is None else invoice.payable),
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
        raise CannotMake(f"missing: {', '.join(missing)}")


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
        "BT-116": _money(row.base),
        "BT-117": _money(row.tax),
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
        "BT-131": _money(row.net),
        "BT-146": _plain(price),
        "BT-151": "S" if row.tax_rate else "Z",
        "BT-152": _plain(row.tax_rate or Decimal(0)),
        "BT-153": row.description or "-",
    }


def _money(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:.2f}"


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
