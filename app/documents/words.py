"""What the facts of a document are called."""

from __future__ import annotations

from typing import Any

from flask_babel import format_decimal, gettext
from flask_babel import lazy_gettext as _

from app.documents.models import Direction, Document, Kind
from app.web.filters import amount

NAMES: dict[str, Any] = {
    "kind": _("Type"),
    "direction": _("Direction"),
    "number": _("Number"),
    "label": _("Label"),
    "counterparty": _("Counterparty"),
    "category": _("Category"),
    "issue_date": _("Issue date"),
    "due_date": _("Due date"),
    "period_start": _("Service from"),
    "period_end": _("Service to"),
    "currency": _("Currency"),
    "net": _("Net amount"),
    "tax": _("Tax"),
    "taxes": _("Tax per rate"),
    "gross": _("Gross amount"),
    "order_reference": _("Order reference"),
    "payment_reference": _("Payment reference"),
    "iban": _("IBAN"),
    "account_code": _("Ledger account"),
    "treasury_category": _("Treasury category"),
    "tags": _("Tags"),
    "settled_minor": _("Settled"),
    "paid_minor": _("Paid by hand"),
    "paid_date": _("Paid on"),
    "paid_means": _("Means of payment"),
    "expected_date": _("Expected on"),
    "expected_account": _("Account it goes through"),
    "approver": _("Who is asked"),
    "decided_by": _("Decided by"),
    "status": _("Status"),
    "company": _("Company"),
    "assignee": _("In charge"),
    "word": _("Word found in its text"),
    "promised_date": _("Promised for"),
    "promised_minor": _("Promised amount"),
    "reminders_paused_until": _("Reminders paused until"),
}
NAMES |= {f"{name}_minor": NAMES[name] for name in ("net", "tax", "gross")}
NAMES |= {f"{name}_id": NAMES[name] for name in ("counterparty", "category")}
NAMES["counterparty_name"] = NAMES["counterparty"]
"""Column, or field of a form → its name; a page asks for few of them."""


BY_HAND = {"paid": _("Paid by hand"), "received": _("Received by hand"), "refunded": _("Refunded by hand")}
"""What happened to it, as far as a person said so and no bank line."""


def party(direction: Direction) -> str:
    """What the other side is called."""
    return gettext("Customer") if direction is Direction.SALE else gettext("Supplier")


def rates(document: Document) -> str:
    """The tax of each rate, in one line."""
    return " · ".join(of_rate(tax, document.currency) for tax in document.taxes)


def of_rate(tax: Any, currency: str) -> str:
    """The tax of one rate: what is taken of what, and how much that is."""
    figures = {"base": amount(tax.base_minor, currency), "tax": amount(tax.tax_minor, currency)}
    return gettext("%(rate)s%% of %(base)s: %(tax)s", rate=format_decimal(tax.rate), **figures)


def listed(facts: Any, direction: Direction | None = None) -> str:
    """The names of these facts in a row, each once, as the form of that direction calls them."""
    others = (
        dict.fromkeys(("counterparty", "counterparty_id", "counterparty_name"), party(direction)) if direction else {}
    )
    return ", ".join(dict.fromkeys(str(others.get(fact) or NAMES[fact]) for fact in facts if fact in NAMES))


def way_of_paying(document: Document) -> str:
    """Is it paid, received or refunded when money moves? A key of `BY_HAND`."""
    if document.kind is Kind.CREDIT_NOTE:
        return "refunded"
    return "received" if document.direction is Direction.SALE else "paid"
