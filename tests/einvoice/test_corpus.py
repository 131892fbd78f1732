"""EX-2: measured on documents that nobody on this project wrote; skipped where they are missing."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from app.einvoice.invoice import Invoice, NotAnInvoice
from app.einvoice.parsing import parse

CORPUS = Path(__file__).parents[3] / "shared/corpus"
MANIFEST = CORPUS / "xml/manifest.jsonl"

pytestmark = pytest.mark.skipif(not MANIFEST.exists(), reason="the corpus is not here")

# Wrong only by rules that are no cheap check: endpoint addresses, price formats, dates of the profile.
BEYOND_CHEAP_CHECKS = {
    "XML-002.xml",
    "XML-004.xml",
    "cii_sans_endpoint.xml",
    "ubl_sans_endpoint.xml",
    "noNetPriceValidation.xml",
    "not_validating_full_invoice_based_onTest_EeISI_300_CENfullmodel.cii.xml",
}
ODD_BUT_VALID = {"negative", "due_before_issue"}


def entries() -> list[dict]:
    return [json.loads(line) for line in MANIFEST.read_text().splitlines()]


def verdict(entry: dict) -> tuple[str, Invoice | None]:
    try:
        return "invoice", parse((CORPUS / entry["file"]).read_bytes())
    except NotAnInvoice as refused:
        return ("not_supported" if refused.code == "xml_not_supported" else "error"), None


def said(invoice: Invoice) -> dict:
    return {
        "kind": invoice.kind,
        "number": invoice.number,
        "issue_date": str(invoice.issue_date),
        "due_date": str(invoice.due_date),
        "currency": invoice.currency,
        "total_gross": invoice.gross,
        "total_net": invoice.net,
        "total_tax": invoice.tax,
        "seller_name": invoice.seller.name,
        "buyer_name": invoice.buyer.name,
        "seller_vat": invoice.seller.vat_number,
        "iban": invoice.seller.iban,
    }


def agrees(name: str, true: str, found) -> bool:
    if name.startswith("total"):
        return found is not None and abs(Decimal(true)) == abs(found)
    if name.endswith("name"):
        return bool(found) and (found.lower() in true.lower() or true.lower() in found.lower())
    return "".join(true.split()).replace(".", "") == "".join(found.split()).replace(".", "")


def test_every_file_is_judged_as_what_it_is():
    """EX-2: invoice, another document, or broken."""
    wrong = []
    for entry in entries():
        # Any DOCTYPE is refused (R14), so this one is an error to us.
        expected = "error" if entry["file"].endswith("external_entity.xml") else entry["parse"]
        if verdict(entry)[0] != expected:
            wrong.append(entry["file"])
    assert wrong == []


def test_every_known_value_is_read():
    """EX-1: all fields of all XML invoices."""
    wrong = []
    for entry in entries():
        _, invoice = verdict(entry)
        if invoice is None:
            continue
        found = said(invoice)
        known = {name: true for name, true in (entry["truth"] or {}).items() if true is not None}
        wrong += [(entry["file"], name) for name, true in known.items() if not agrees(name, true, found[name])]
    assert wrong == []


def test_valid_ones_pass_and_wrong_ones_are_flagged():
    """EX-4: as far as cheap checks go."""
    wrong = []
    for entry in entries():
        _, invoice = verdict(entry)
        if invoice is None or entry["valid"] is None:
            continue
        flagged = bool(set(invoice.flags) - ODD_BUT_VALID)
        if flagged == entry["valid"] and Path(entry["file"]).name not in BEYOND_CHEAP_CHECKS:
            wrong.append((entry["file"], invoice.flags))
    assert wrong == []


def test_the_same_invoice_as_ubl_and_as_cii_says_the_same():
    """EX-2: the syntax makes no difference."""
    groups: dict[str, list[dict]] = {}
    for entry in entries():
        _, invoice = verdict(entry)
        if invoice and entry["set"] == "afnor_xp_z12":
            groups.setdefault(invoice.number, []).append(said(invoice))
    compared = 0
    for versions in groups.values():
        for other in versions[1:]:
            compared += 1
            assert other == versions[0]
    assert compared > 3
