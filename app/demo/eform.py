"""A paper as Factur-X."""

from __future__ import annotations

from app.demo.firms import Firm
from app.demo.story import Paper
from app.einvoice import make
from app.einvoice.invoice import Invoice, Line, Party, TaxRate


def with_xml(pdf: bytes, paper: Paper) -> bytes:
    """The PDF with its CII inside."""
    return make.embed(pdf, make.xml(as_invoice(paper)))


def as_invoice(paper: Paper) -> Invoice:
    """The paper's terms as an e-invoice has them."""
    return Invoice(
        kind="credit_note" if paper.is_credit else "invoice",
        number=paper.number,
        issue_date=paper.issue_date,
        due_date=paper.due_date,
        currency="EUR",
        seller=party(paper.seller),
        buyer=party(paper.buyer),
        net=paper.net,
        tax=paper.tax,
        gross=paper.gross,
        taxes=[TaxRate(rate=rate, base=base, tax=tax, category="S") for rate, (base, tax) in paper.taxes.items()],
        lines=[
            Line(
                description=line.text,
                quantity=line.quantity,
                unit=line.unit,
                unit_price=line.price,
                net=line.net,
                tax_rate=line.rate,
            )
            for line in paper.lines
        ],
        ibans=[paper.seller.iban],
        payment_reference=paper.number,
    )


def party(firm: Firm) -> Party:
    """A firm as seller or buyer."""
    return Party(
        name=firm.name,
        vat_number=firm.vat_number,
        siren=firm.siren,
        address=[firm.street],
        postcode=firm.postcode,
        city=firm.city,
        country=firm.country,
    )
