"""Which column of a list of customers or suppliers is what, guessed from its heading in French and English."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _

from app.extraction.columns import folded

WORDS = {
    "name": "nom|name|raison sociale|societe|company|tiers|fournisseur|client|supplier|customer|counterparty",
    "kind": "type|nature|kind|customer or supplier|client ou fournisseur",
    "vat_number": "tva|n tva|no tva|numero tva|numero de tva|tva intracommunautaire|vat|vat number|vat no|vat id",
    "siren": "siren|n siren|numero siren",
    "siret": "siret|n siret|numero siret",
    "email": "e mail|email|mail|courriel|adresse e mail|e mail address|adresse mail",
    "address": "adresse|adresse postale|address|postal address",
    "account_code": "compte|compte comptable|ledger account|account code|account|code comptable|compte de tiers",
    "iban": "iban|ibans|compte bancaire|bank account",
}
LABELS: dict[str, Any] = {
    "name": _("Name"),
    "kind": _("Customer or supplier"),
    "vat_number": _("VAT number"),
    "siren": _("SIREN"),
    "siret": _("SIRET"),
    "email": _("E-mail"),
    "address": _("Address"),
    "account_code": _("Ledger account"),
    "iban": _("IBAN"),
}
PHRASES = {field: set(words.split("|")) for field, words in WORDS.items()}


def guess(heads: Sequence[str]) -> dict[str, int]:
    """Field → column, each once; nothing where no column is a name or a number it is known by."""
    columns: dict[str, int] = {}
    for column, heading in enumerate(heads):
        field = next((each for each, words in PHRASES.items() if folded(heading) in words), None)
        if field and field not in columns:
            columns[field] = column
    return columns if columns.keys() & {"name", "vat_number", "siren", "siret"} else {}
