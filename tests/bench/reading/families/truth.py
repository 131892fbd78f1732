"""What a reader should find in a drawn invoice: one line of a manifest, as the corpus has them."""

from __future__ import annotations

import re
from typing import Any

import pymupdf

from tests.bench.reading.families.facts import Facts
from tests.bench.reading.families.family import Family
from tests.bench.reading.families.wording import Said

CURRENCIES = {"EUR": "€|EUR", "GBP": "£|GBP", "USD": r"\$|USD", "CHF": "CHF"}
FIELDS = {
    "number": "number", "issue_date": "issue", "due_date": "due", "total_gross": "gross", "total_net": "net",
    "total_tax": "tax", "seller_name": "seller", "buyer_name": "buyer", "seller_vat": "vat", "iban": "iban",
}  # fmt: skip
"""Field → the name under which templates print it."""


def line(family: Family, facts: Facts, said: Said, pdf: bytes, file: str) -> dict[str, Any]:
    """The manifest's line; what was not printed is null."""
    truth = dict.fromkeys(["kind", "currency", *FIELDS])
    if family.is_invoice:
        truth |= asked(facts, said) | {"currency": facts.currency if names_currency(pdf, facts.currency) else None}
    return {
        "file": file, "set": family.name, "group": file.removesuffix(".pdf"), "layout": family.name,
        "doc_type": "invoice" if family.is_invoice else "other", "medium": "digital", "has_xml": False,
        "language": family.language, "truth": truth, "notes": [],
        "visible": {field: True for field, value in truth.items() if value is not None},
    }  # fmt: skip


def asked(facts: Facts, said: Said) -> dict[str, str | None]:
    """What was printed of what is asked for."""
    used = set(said.used)
    if "payable" in used and facts.sums["payable"] == facts.sums["gross"]:
        used.add("gross")
    values = facts.values()
    known = {field: str(values[name]) for field, name in FIELDS.items() if name in used and values[name] != ""}
    return dict.fromkeys(FIELDS) | known | {"kind": "credit_note" if facts.is_credit else "invoice"}


def names_currency(pdf: bytes, currency: str) -> bool:
    """Whether any page names it; some suppliers leave it to be guessed."""
    with pymupdf.open(stream=pdf) as document:
        return any(re.search(CURRENCIES[currency], page.get_text(), re.IGNORECASE) for page in document)
