"""What the facts of a document are called."""

from __future__ import annotations

from typing import Any

from flask_babel import format_decimal
from flask_babel import gettext as _

from app.documents.models import Direction, Document
from app.web.filters import amount


def names_of_facts() -> dict[str, str]:
    """Column, or field of a form → its name, in the reader's language."""
    names = {
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
        "status": _("Status"),
    }
    columns = {f"{name}_minor": names[name] for name in ("net", "tax", "gross")}
    ids = {f"{name}_id": names[name] for name in ("counterparty", "category")}
    return names | columns | ids | {"counterparty_name": names["counterparty"]}


def party(direction: Direction) -> str:
    """What the other side is called."""
    return _("Customer") if direction is Direction.SALE else _("Supplier")


def rates(document: Document) -> str:
    """The tax of each rate, in one line."""
    return " · ".join(of_rate(tax, document.currency) for tax in document.taxes)


def of_rate(tax: Any, currency: str) -> str:
    """The tax of one rate: what is taken of what, and how much that is."""
    figures = {"base": amount(tax.base_minor, currency), "tax": amount(tax.tax_minor, currency)}
    return _("%(rate)s%% of %(base)s: %(tax)s", rate=format_decimal(tax.rate), **figures)


def listed(facts: Any, direction: Direction | None = None) -> str:
    """The names of these facts in a row, each once, as the form of that direction calls them."""
    names = names_of_facts()
    if direction:
        names |= dict.fromkeys(("counterparty", "counterparty_id", "counterparty_name"), party(direction))
    return ", ".join(dict.fromkeys(names[fact] for fact in facts if fact in names))
