"""What becomes of each part, judged from plain data."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from app.files.models import File
from app.intake import pictures, sorting, types
from app.intake.letter import parse
from app.intake.models import Part
from app.intake.sorting import Fate
from tests import samples
from tests.intake import mails

ZIP = b"PK\x03\x04" + b"\0" * 30
OLE = b"\xd0\xcf\x11\xe0" + b"\0" * 90
TNEF = b"\x78\x9f\x3e\x22" + b"\0" * 30


def fates(raw: bytes) -> list[tuple[str, Fate, str]]:
    """Name, fate and reason of each part that is no text."""
    pieces = sorting.of_letter(parse(raw))
    return [(each.name, each.fate, each.reason.get("key", "")) for each in pieces if each.reason.get("key") != "body"]


@pytest.mark.parametrize(
    ("name", "data", "type", "fate", "key"),
    [
        ("a.pdf", b"%PDF-1.7 x", "application/pdf", Fate.DOCUMENT, ""),
        ("A.PDF", b"%PDF-1.7 x", "application/octet-stream", Fate.DOCUMENT, ""),
        ("a.docx", b"%PDF-1.7 x", "application/msword", Fate.DOCUMENT, ""),
        ("a.pdf", b"", "application/pdf", Fate.UNREADABLE, "empty"),
        ("a.docx", b"", "application/msword", Fate.PASSED_OVER, "empty"),
        ("a.pdf", b"<html><body>x</body></html>", "application/pdf", Fate.UNREADABLE, "mislabelled"),
        ("a.pdf", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "application/pdf", Fate.UNREADABLE, "mislabelled"),
        ("a.pdf", ZIP, "application/pdf", Fate.UNREADABLE, "mislabelled"),
        ("a.html", b"<html><body>x</body></html>", "text/html", Fate.PASSED_OVER, "type"),
        ("a.zip", ZIP, "application/zip", Fate.PASSED_OVER, "archive_broken"),
        ("a.rar", b"Rar!\x1a\x07\x00", "application/vnd.rar", Fate.PASSED_OVER, "other_archive"),
        ("a.7z", b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed", Fate.PASSED_OVER, "other_archive"),
        ("winmail.dat", TNEF, "application/ms-tnef", Fate.PASSED_OVER, "winmail_broken"),
        ("a.msg", OLE, "application/vnd.ms-outlook", Fate.PASSED_OVER, "outlook_message"),
        ("a.xls", OLE, "application/vnd.ms-excel", Fate.PASSED_OVER, "type"),
        ("a.txt", b"hello", "text/plain", Fate.PASSED_OVER, "type"),
        ("a.xml", b"<?xml version='1.0'?><order/>", "application/xml", Fate.PASSED_OVER, "no_e_invoice"),
        ("a.xml", samples.facturx_xml(), "application/octet-stream", Fate.DOCUMENT, ""),
        ("a.xml", samples.facturx_xml().decode().encode("utf-16"), "text/xml", Fate.DOCUMENT, ""),
        ("a.gif", b"GIF89a" + b"\x58\x02\x58\x02" + b"x" * 9000, "image/gif", Fate.PASSED_OVER, "type"),
    ],
)
def test_a_part_is_judged_by_its_bytes_never_by_its_name(name, data, type, fate, key):
    """IN-4, IN-8: PDF, pictures and e-invoices are taken, what only claims to be one is shown as unreadable."""
    assert fates(mails.mail((name, data, type))) == [(name, fate, key)]


def test_a_pdf_is_taken_whether_attached_or_inline():
    """IN-4: whether its part is called attachment or inline."""
    raw = mails.mail(("a.pdf", b"%PDF-1.7 x", mails.PDF)).replace(b"attachment; filename", b"inline; filename")

    assert fates(raw) == [("a.pdf", Fate.DOCUMENT, "")]


def test_a_scanner_that_sends_nothing_but_the_pdf_is_understood():
    """IN-4: the whole message is the PDF."""
    raw = b"Subject: Scan\r\nContent-Type: application/pdf; name=scan.pdf\r\n\r\n%PDF-1.7 x"

    assert fates(raw) == [("scan.pdf", Fate.DOCUMENT, "")]


@pytest.mark.parametrize(
    ("size", "shown", "is_logo"),
    [
        ((10, 10), False, True),
        ((160, 60), False, True),
        ((600, 150), False, True),
        ((1240, 1754), False, False),
        ((480, 1400), False, False),
        ((500, 500), True, True),
        ((1600, 400), True, True),
        ((1200, 1600), True, False),
        ((1600, 1200), False, False),
    ],
)
@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_a_logo_is_told_from_a_photographed_page(size, shown, is_logo, format):
    """IN-4: judged by size, shape and use in the HTML body."""
    out = io.BytesIO()
    Image.effect_noise(size, 90).convert("RGB").save(out, format)

    assert pictures.size_of(out.getvalue()) == size
    assert pictures.is_decoration(out.getvalue(), shown_in_text=shown) is is_logo


def test_a_small_picture_that_weighs_nothing_is_no_page():
    """IN-4: a plain line or a tracking pixel, however wide it says it is."""
    out = io.BytesIO()
    Image.new("RGB", (2000, 2000), "white").save(out, "GIF")
    assert pictures.size_of(out.getvalue()) == (2000, 2000)
    assert pictures.is_decoration(b"\x89PNG" + b"\0" * 100, shown_in_text=False)


@pytest.mark.parametrize(
    "head", [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"\xff\xd8" + b"\xff" * 9999, b"RIFF", b"GIF8"]
)
def test_a_picture_cut_short_has_no_size_and_stops_nothing(head):
    """S20: a header that ends too soon."""
    assert pictures.size_of(head) in (None, (0, 0))  # S20
    assert pictures.size_of(b"\xff\xd8" + b"\xff\xe0\x00\x00" * 100_000) is None


def test_logos_are_passed_over_beside_the_invoice():
    """IN-4: the mail log says so."""
    raw = mails.with_logo(("a.pdf", b"%PDF-1.7 x", mails.PDF), picture=mails.logo(400, 200))

    assert fates(raw) == [("image001.png", Fate.PASSED_OVER, "decoration"), ("a.pdf", Fate.DOCUMENT, "")]


def test_a_photo_in_the_text_is_taken():
    """IN-4: a telephone shows the photo inside the text."""
    raw = mails.with_logo(picture=mails.logo(1200, 1600))

    assert fates(raw) == [("image001.png", Fate.DOCUMENT, "")]


XML = samples.facturx_xml("F-2026-077")
OTHER = samples.facturx_xml("F-2026-078")


@pytest.mark.parametrize(
    ("files", "beside"),
    [
        ([("facture.pdf", b"%PDF-1.7 a"), ("data.xml", XML)], {"data.xml": "facture.pdf"}),
        ([("data.xml", XML), ("facture.pdf", b"%PDF-1.7 a")], {"data.xml": "facture.pdf"}),
        ([("F1.pdf", b"%PDF-1.7 a"), ("cgv.pdf", b"%PDF-1.7 b"), ("f-1.xml", XML)], {"f-1.xml": "F1.pdf"}),
        ([("F-2026-077.pdf", b"%PDF-1.7 a"), ("cgv.pdf", b"%PDF-1.7 b"), ("x.xml", XML)], {"x.xml": "F-2026-077.pdf"}),
        ([("F-2026-0771.pdf", b"%PDF-1.7 a"), ("cgv.pdf", b"%PDF-1.7 b"), ("x.xml", XML)], {}),
        (
            [("77.pdf", b"%PDF-1.7 a"), ("78.pdf", b"%PDF-1.7 b"), ("77.xml", XML), ("78.xml", OTHER)],
            {"77.xml": "77.pdf", "78.xml": "78.pdf"},
        ),
        ([("a.pdf", b"%PDF-1.7 a"), ("77.xml", XML), ("78.xml", OTHER)], {}),
    ],
)
def test_a_pdf_and_an_xml_of_one_invoice_belong_together(files, beside):
    """IN-4: a PDF and an XML of the same invoice in one message become one document."""
    kinds = [(name, data, "application/octet-stream") for name, data in files]
    pieces = sorting.of_letter(parse(mails.mail(*kinds)))

    found = {each.name: pieces[each.beside].name for each in pieces if each.fate is Fate.BESIDE}
    assert found == beside


def test_two_forwarded_mails_keep_their_own_pairs():
    """IN-4: each message pairs its own PDF and XML."""
    one = mails.mail(("a.pdf", b"%PDF-1.7 a", mails.PDF), ("x.xml", XML, "text/xml"))
    two = mails.mail(("b.pdf", b"%PDF-1.7 b", mails.PDF), ("y.xml", OTHER, "text/xml"))
    files = (("one.eml", one, "application/octet-stream"), ("two.eml", two, "application/octet-stream"))
    pieces = sorting.of_letter(parse(mails.mail(*files)))

    found = {each.name: pieces[each.beside].name for each in pieces if each.fate is Fate.BESIDE}
    assert found == {"x.xml": "a.pdf", "y.xml": "b.pdf"}


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (mails.mail(), "mail"),
        (b"  \r\nReceived: from x\r\nSubject: y\r\n\r\nz", "mail"),
        (b"From mbox Thu\r\nSubject: y\r\n\r\nz", "mail"),
        (b"Note: this is a text\r\n\r\nSubject: no header any more", "other"),
        (b"%PDF-1.4", "pdf"),
        (b"\0\0\0\x18ftypheic", "image"),
        (b"II*\0", "image"),
        (ZIP, "zip"),
        (TNEF, "tnef"),
    ],
)
def test_bytes_say_what_they_are(data, kind):
    """IN-8: judged from the bytes."""
    assert types.judge(data).kind == kind


def test_every_type_has_room_in_the_database():
    """IN-5: PostgreSQL refuses a text that is longer than its column, and the mail log would lose the message."""
    longest = max(len(media) for media in types.MEDIA.values())

    assert longest <= min(Part.__table__.c.type.type.length, File.__table__.c.type.type.length)
