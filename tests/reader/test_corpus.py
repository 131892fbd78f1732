"""EX-2: a quick look at documents nobody here drew; skipped where they are missing."""

import json
from pathlib import Path

import pytest

from app.reader.cage import read
from app.reader.contents import Contents, Unreadable

CORPUS = Path(__file__).parents[3] / "shared/corpus"
MANIFEST = CORPUS / "invoices/manifest.jsonl"

pytestmark = pytest.mark.skipif(not MANIFEST.exists(), reason="the corpus is not here")


def entries() -> list[dict]:
    return [json.loads(line) for line in MANIFEST.read_text().splitlines()] if MANIFEST.exists() else []


DIGITAL = [one for one in entries() if one["file"].endswith(".pdf") and one["doc_type"] == "invoice"]
AWKWARD = {
    "broken_unfixable.pdf": "not_supported",  # plain text that only calls itself PDF
    "encrypted_xfa_15p.pdf": None,  # opens without a password
    "rtl.pdf": None,
    "signed.pdf": None,
    "with_bom.pdf": None,
}


def test_every_digital_invoice_is_read_with_its_xml():
    """EX-2: text layer and embedded XML, every third of them."""
    wrong = []
    for entry in DIGITAL[::3]:
        found = read(CORPUS / entry["file"])
        readable = entry["has_xml"] and not entry.get("xml_error")
        if found.pages[0].source != "text" or bool(found.einvoices) != bool(readable):
            wrong.append((entry["file"], found.pages[0].source, len(found.einvoices), found.xml_error))
        if entry.get("xml_error") and not found.xml_error:
            wrong.append((entry["file"], "its broken XML is not told"))
    assert wrong == []


@pytest.mark.parametrize(("name", "code"), AWKWARD.items())
def test_awkward_pdfs_end_as_they_should(name, code):
    """IN-8: read, or refused with a reason."""
    # S21
    assert verdict(CORPUS / "invoices/awkward_pdf" / name) == code


def verdict(path: Path) -> str | None:
    try:
        found: Contents = read(path)
    except Unreadable as error:
        return error.code
    assert found.pages and all(page.words for page in found.pages[:1])
    return None


def test_a_photographed_receipt_and_a_scan_give_their_total():
    """EX-2: one of each medium."""
    from app.reader.limits import Limits

    for name, total in (
        ("mindee_samples/clachan_gb.jpg", "10.20"),
        ("softmatic_receipts/aldi_02032020_19_02423.jpg", "24,23"),
    ):
        [page] = read(CORPUS / "invoices" / name, languages="deu+eng", limits=Limits(page_seconds=100)).pages
        seen = " ".join(word.text for words in (page.words, *page.passes) for word in words)
        assert total in seen, name
