"""Cheap checks of an e-invoice: required fields and arithmetic. The full rules (Schematron) are another matter."""

from __future__ import annotations

from decimal import Decimal

from app.einvoice.invoice import CREDIT_NOTE_CODES, INVOICE_CODES, Invoice, TaxRate

_CENT = Decimal("0.01")


def flags(invoice: Invoice) -> list[str]:
    """What is wrong or odd, as codes.

    `missing_…`, `type_unknown`, `number_too_long`, `negative`, `due_before_issue`, `totals_differ`, `tax_differs`,
    `payable_differs`.
    """
    return [*_missing(invoice), *_odd(invoice), *_arithmetic(invoice)]


def _missing(invoice: Invoice) -> list[str]:
    needed = {
        "number": invoice.number,
        "issue_date": invoice.issue_date,
        "currency": invoice.currency,
        "gross": invoice.gross is not None,
        "seller": invoice.seller.name,
        "buyer": invoice.buyer.name,
    }
    return [f"missing_{name}" for name, value in needed.items() if not value]


def _odd(invoice: Invoice) -> list[str]:
    found = []
    if invoice.type_code not in CREDIT_NOTE_CODES | INVOICE_CODES:
        found.append("type_unknown")
    if invoice.gross is not None and invoice.gross < 0:
        found.append("negative")
    if len(invoice.number) > 35:
        found.append("number_too_long")
    if invoice.due_date and invoice.issue_date and invoice.due_date < invoice.issue_date:
        found.append("due_before_issue")
    return found


def _arithmetic(invoice: Invoice) -> list[str]:
    found = []
    if _differ(invoice.gross, invoice.net, invoice.tax):
        found.append("totals_differ")
    if any(map(_tax_differs, invoice.taxes)) or _breakdown_differs(invoice):
        found.append("tax_differs")
    if invoice.payable is not None and _differ(invoice.gross, invoice.payable, invoice.prepaid or Decimal(0)):
        found.append("payable_differs")
    return found


def _differ(total: Decimal | None, *parts: Decimal | None) -> bool:
    """True where all are known and the parts miss the total by more than a rounding."""
    return total is not None and None not in parts and abs(sum(parts) - total) > _CENT


def _tax_differs(row: TaxRate) -> bool:
    if row.rate is None or row.base is None or row.tax is None:
        return False
    # One unit of slack: taxes are also summed line by line and rounded each time.
    return abs(row.base * row.rate / 100 - row.tax) > 1


def _breakdown_differs(invoice: Invoice) -> bool:
    taxes = [row.tax for row in invoice.taxes]
    return bool(taxes) and _differ(invoice.tax, *taxes)
