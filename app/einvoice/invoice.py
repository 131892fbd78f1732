"""What an e-invoice says, whatever its syntax. Amounts keep the sign they were written with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

# UNTDID 1001, as far as EN 16931 and the French reform use it.
_CREDIT_NOTES = "81 83 261 262 296 308 381 396 420 458 502 503 532"
_INVOICES = """71 80 82 84 102 130 202 203 204 211 218 219 295 325 326 331 380 382 383 384 385 386 387 388 389 390 393
    394 395 456 457 471 472 473 500 501 527 553 575 623 633 751 780 817 870 875 876 877 935"""
CREDIT_NOTE_CODES = frozenset(_CREDIT_NOTES.split())
INVOICE_CODES = frozenset(_INVOICES.split())


class NotAnInvoice(Exception):
    """These bytes are no invoice that Facteur reads; `code` says why (`xml_doctype`, `xml_broken`…), `detail` what."""

    def __init__(self, code: str, detail: str = ""):
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


@dataclass(slots=True)
class Party:
    """The seller or the buyer."""

    name: str = ""
    vat_number: str = ""
    siren: str = ""
    siret: str = ""
    email: str = ""
    iban: str = ""
    address: list[str] = field(default_factory=list)
    """Street lines, without postcode and city."""
    postcode: str = ""
    city: str = ""
    country: str = ""


@dataclass(slots=True)
class TaxRate:
    """One line of the tax breakdown; `rate` in percent, `category` as in UNTDID 5305 (S, Z, E, AE, …)."""

    rate: Decimal | None = None
    base: Decimal | None = None
    tax: Decimal | None = None
    category: str = ""


@dataclass(slots=True)
class Line:
    """One line of the invoice; `net` is its amount without tax."""

    description: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    unit_price: Decimal | None = None
    net: Decimal | None = None
    tax_rate: Decimal | None = None


@dataclass(slots=True)
class Attachment:
    """A file carried inside the XML, as bytes nobody opened yet."""

    name: str
    data: bytes
    mime: str = ""


@dataclass(slots=True)
class Invoice:
    """One invoice or credit note. What the XML does not say is None or empty."""

    syntax: str = ""
    """`cii`, `zugferd1` or `ubl`."""
    profile: str = ""
    """The guideline it claims to follow, as written (an urn)."""
    type_code: str = ""
    kind: str = "invoice"
    """`invoice` or `credit_note`; as the type code says, and a negative invoice carries the flag `negative`."""
    number: str = ""
    issue_date: date | None = None
    due_date: date | None = None
    currency: str = ""
    net: Decimal | None = None
    tax: Decimal | None = None
    gross: Decimal | None = None
    prepaid: Decimal | None = None
    payable: Decimal | None = None
    taxes: list[TaxRate] = field(default_factory=list)
    seller: Party = field(default_factory=Party)
    buyer: Party = field(default_factory=Party)
    ibans: list[str] = field(default_factory=list)
    """Where to pay to, in the order written; the first is the seller's `iban`."""
    order_reference: str = ""
    payment_reference: str = ""
    period_start: date | None = None
    period_end: date | None = None
    lines: list[Line] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    embedded: list[Attachment] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    """What is wrong with it, as codes: see `app.einvoice.checks`."""

    @property
    def code(self) -> str:
        """The type code that is written, whether or not one was read."""
        return self.type_code or ("381" if self.kind == "credit_note" else "380")

    @property
    def rest(self) -> Decimal | None:
        """What is to be paid, said or left by what was prepaid."""
        if self.payable is not None or self.gross is None:
            return self.payable
        return self.gross - (self.prepaid or 0)


def amount_text(value: Decimal | None) -> str | None:
    """An amount as the XML of an e-invoice has it."""
    return None if value is None else f"{value:.2f}"
