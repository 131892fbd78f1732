"""`flask --app wsgi extract`: one JSON object a line, whatever the files are."""

import json
from pathlib import Path

import pymupdf
import pytest
from click.testing import CliRunner

from app.extraction.command import extract
from tests import samples

KEYS = "kind number issue_date due_date currency total_gross total_net total_tax seller_name buyer_name seller_vat iban"


def printed(folder: Path, files: dict[str, bytes], *options: str) -> list[dict]:
    """What the command prints for these files, in their order."""
    for name, data in files.items():
        (folder / name).write_bytes(data)
    result = CliRunner().invoke(extract, [*options, *(str(folder / name) for name in files)])
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.output.splitlines()]


def test_each_file_is_one_line_with_every_key(tmp_path):
    """EX-9: fields, confidence, boxes, flags, seconds."""
    (said,) = printed(tmp_path, {"a.pdf": samples.invoice_pdf("F-7", gross="1234.56")})

    assert list(said["fields"]) == KEYS.split()
    assert set(said) == {"file", "fields", "confidence", "boxes", "flags", "seconds"}
    assert said["file"] == str(tmp_path / "a.pdf")
    fields = said["fields"]
    assert (fields["number"], fields["issue_date"], fields["total_gross"]) == ("F-7", "2026-11-02", "1234.56")
    assert (fields["kind"], fields["currency"], fields["total_net"]) == ("invoice", "EUR", "1028.80")
    page, x0, y0, x1, y1 = said["boxes"]["total_gross"]
    assert page == 1 and 0 < x0 < x1 < 1 and 0 < y0 < y1 < 1
    assert all(0 <= value <= 1 for value in said["confidence"].values())
    assert said["flags"] == [] and said["seconds"] > 0


def test_an_unreadable_file_does_not_stop_the_others(tmp_path):
    """EX-9: an unreadable file gives an error, and the run goes on."""
    files = {"empty.pdf": b"", "good.pdf": samples.invoice_pdf("F-8"), "locked.pdf": samples.encrypted_pdf()}
    empty, good, locked = printed(tmp_path, files)
    assert empty["error"] == "empty" and locked["error"] == "encrypted"
    assert "reason" in empty and good["fields"]["number"] == "F-8"


def test_xml_and_page_that_differ_are_flagged(tmp_path):
    """EX-9: the XML's value, with little confidence, and a flag."""
    # S29
    data = samples.facturx_pdf("F-9", gross="120.00", on_page={"gross": "1200.00"})
    (said,) = printed(tmp_path, {"a.pdf": data})
    assert {"code": "xml_page_differ", "field": "gross", "xml": "120.00", "page": "1200.00"} in said["flags"]
    assert said["fields"]["total_gross"] == "120.00" and said["confidence"]["total_gross"] <= 0.5


@pytest.mark.parametrize(
    ("xml", "reason"),
    [(b"<a><b></a>", "xml_broken"), (b"<!DOCTYPE x [<!ENTITY e 'e'>]><x>&e;</x>", "xml_doctype")],
)
def test_an_xml_that_cannot_be_read_is_flagged_beside_the_page(tmp_path, xml, reason):
    """EX-2: the page is read, and whoever looks knows that there was more to read."""
    document = pymupdf.open(stream=samples.invoice_pdf("F-54", gross="120.00"))
    document.embfile_add("factur-x.xml", xml)
    (said,) = printed(tmp_path, {"a.pdf": document.tobytes()})
    assert said["flags"] == [{"code": "xml_unreadable", "reason": reason}]
    assert (said["fields"]["number"], said["fields"]["total_gross"]) == ("F-54", "120.00")
    (said,) = printed(tmp_path, {"a.pdf": document.tobytes()}, "--no-xml")
    assert said["flags"] == []


def test_the_xml_can_be_ignored(tmp_path):
    """EX-9: --no-xml reads the page alone."""
    data = samples.facturx_pdf("F-9", gross="120.00", on_page={"gross": "1200.00"})
    (said,) = printed(tmp_path, {"a.pdf": data}, "--no-xml")
    assert said["fields"]["total_gross"] == "1200.00" and said["flags"] == []


def test_a_standalone_xml_is_read(tmp_path):
    """EX-2: UBL and CII files have no page and no boxes."""
    (said,) = printed(tmp_path, {"a.xml": samples.facturx_xml("F-10", gross="60.00")})
    assert (said["fields"]["number"], said["fields"]["total_gross"], said["boxes"]) == ("F-10", "60.00", {})


def test_the_text_layer_can_be_ignored(tmp_path):
    """EX-9: --ocr reads the page as a picture."""
    (said,) = printed(tmp_path, {"a.pdf": samples.invoice_pdf("F-2026-011", gross="1200.00")}, "--ocr")
    assert (said["fields"]["number"], said["fields"]["total_gross"]) == ("F-2026-011", "1200.00")
    assert said["confidence"]["total_gross"] < 1


def test_a_scan_is_read(tmp_path):
    """EX-2: tilted and noisy pages go through OCR."""
    (said,) = printed(tmp_path, {"a.pdf": samples.scanned_pdf("F-2026-012", gross="360.00")})
    assert (said["fields"]["total_gross"], said["fields"]["issue_date"]) == ("360.00", "2026-11-02")


def test_terms_of_sale_on_a_second_page_change_nothing(tmp_path):
    """EX-9: only what is another invoice is flagged as several."""
    (said,) = printed(tmp_path, {"a.pdf": samples.invoice_pdf("F-13", pages=3)})
    assert said["flags"] == [] and said["fields"]["number"] == "F-13"


def test_a_credit_note_is_read(tmp_path):
    """EX-9: kind, and the sign as it is printed."""
    (said,) = printed(tmp_path, {"a.pdf": samples.credit_note_pdf("A-2026-001")})
    assert (said["fields"]["kind"], said["fields"]["total_gross"]) == ("credit_note", "-60.00")


def test_a_stack_of_invoices_is_flagged_where_each_begins(tmp_path):
    """EX-9: IN-10: also where a plain "N°" below the title is all that names the number; a second page is none."""
    stack = pymupdf.open()
    for data in (
        samples.invoice_pdf("F-1"),
        samples.invoice_pdf("F-2026-002", pages=2),
        samples.credit_note_pdf("A-7"),
    ):
        stack.insert_pdf(pymupdf.open(stream=data))
    (said,) = printed(tmp_path, {"a.pdf": stack.tobytes(no_new_id=True)})
    assert said["flags"] == [{"code": "several_invoices", "pages": [1, 2, 4]}]
