"""What the fields of a reading are called where the command prints and takes them."""

from __future__ import annotations

PRINTED = {
    "kind": "kind",
    "number": "number",
    "issue_date": "issue_date",
    "due_date": "due_date",
    "currency": "currency",
    "gross": "total_gross",
    "net": "total_net",
    "tax": "total_tax",
    "seller_name": "seller_name",
    "buyer_name": "buyer_name",
    "seller_vat": "seller_vat",
    "iban": "iban",
}
"""Our fields by the names that the output has."""
