"""What the facts of a document are called."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _


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
        "gross": _("Gross amount"),
        "order_reference": _("Order reference"),
        "payment_reference": _("Payment reference"),
        "iban": _("IBAN"),
        "status": _("Status"),
    }
    columns = {f"{name}_minor": names[name] for name in ("net", "tax", "gross")}
    ids = {f"{name}_id": names[name] for name in ("counterparty", "category")}
    return names | columns | ids | {"counterparty_name": names["counterparty"]}


def listed(facts: Any) -> str:
    """The names of these facts in a row, each once."""
    names = names_of_facts()
    return ", ".join(dict.fromkeys(names[fact] for fact in facts if fact in names))
