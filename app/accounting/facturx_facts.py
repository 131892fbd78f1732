"""What is known of a document, as an e-invoice says it. Nothing is guessed: what is not known stays empty."""

from __future__ import annotations

from typing import Any

from app.core import money
from app.documents.kinds import Direction, FileRole, Kind
from app.documents.models import Document, DocumentTax
from app.einvoice.invoice import Invoice, Line, Party, TaxRate
from app.extraction.models import newest
from app.payments import addresses

_NOWHERE = "??"
_LINES = 3
"""Of an address."""
_OF_OTHERS = {"EL": "GR"}
"""Where a VAT number begins with something else than the country."""


def invoice_of(document: Document) -> Invoice:
    """The document as an e-invoice; a credit note has its amounts without a minus there, as it has here."""
    amount = lambda minor: None if minor is None else money.from_minor(minor, document.currency)  # noqa: E731
    ours, theirs = _company(document), _counterparty(document)
    seller, buyer = (theirs, ours) if document.direction is Direction.PURCHASE else (ours, theirs)
    return Invoice(
        kind="credit_note" if document.kind is Kind.CREDIT_NOTE else "invoice",
        number=document.number,
        issue_date=document.issue_date,
        due_date=document.due_date,
        currency=document.currency,
        net=amount(document.net_minor),
        tax=amount(document.tax_minor),
        gross=amount(document.gross_minor),
        taxes=[_tax(row, document.currency) for row in document.taxes],
        seller=seller,
        buyer=buyer,
        ibans=[document.iban] if document.iban else [],
        order_reference=document.order_reference,
        payment_reference=document.payment_reference,
        period_start=document.period_start,
        period_end=document.period_end,
        lines=_lines(document),
    )


def _tax(row: DocumentTax, currency: str) -> TaxRate:
    """A rate whose base was not read has none, rather than nothing taxed."""
    base = None if row.tax_minor and not row.base_minor else money.from_minor(row.base_minor, currency)
    return TaxRate(rate=row.rate, base=base, tax=money.from_minor(row.tax_minor, currency))


def _lines(document: Document) -> list[Line]:
    """Those of the XML that came beside the page; no page tells its lines for sure."""
    if not any(each.role is FileRole.E_INVOICE for each in document.files):
        return []
    reading = newest(document)
    said = reading.reading.lines if reading else []
    return [Line(each.description, each.quantity, each.unit, each.unit_price, each.net, each.tax_rate) for each in said]


def _company(document: Document) -> Party:
    company = document.company
    known = {"name": company.name, "vat_number": company.vat_number, "siren": company.siren}
    return _party(known | {"address": company.address}, company.country)


def _counterparty(document: Document) -> Party:
    known = document.counterparty
    if known is None:
        return _party(document.counterparty_facts | {"name": document.counterparty_name})
    names = ("name", "vat_number", "siren", "siret", "address")
    return _party({name: getattr(known, name) for name in names})


def _party(known: dict[str, Any], country: str = "") -> Party:
    """A party by what is known of it."""
    said = {name: str(known.get(name) or "") for name in ("name", "vat_number", "siren", "siret", "address")}
    address = said.pop("address")
    lines = [line.strip() for line in address.splitlines() if line.strip()]
    first, rest = lines[: _LINES - 1], ", ".join(lines[_LINES - 1 :])
    party = Party(**said, address=[*first, rest] if rest else first)
    party.country = _named(address) or country or country_of(party)
    return party


def _named(address: str) -> str:
    """The country that the address names."""
    found = addresses.parts(address, _NOWHERE).get("country", "")
    return "" if found == _NOWHERE else found


def country_of(party: Party) -> str:
    """The country whose numbers it has."""
    prefix = party.vat_number[:2].upper()
    if prefix.isalpha() and prefix:
        return _OF_OTHERS.get(prefix, prefix)
    return "FR" if party.siren or party.siret else ""
