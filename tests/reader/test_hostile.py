"""SAFETY B: files that mean harm, or are simply bad, get a reason in words and cost a bounded amount."""

import io
import resource
import struct
import zipfile
import zlib
from dataclasses import replace

import pymupdf
import pytest
from PIL import Image

from app.reader import calling
from app.reader.cage import read
from app.reader.contents import Unreadable
from app.reader.limits import Limits
from app.reader.reasons import REASONS, reason
from tests import samples


def refused(path, **given) -> Unreadable:
    with pytest.raises(Unreadable) as error:
        read(path, **given)
    assert error.value.code in REASONS
    return error.value


def raw_pdf(*objects: str) -> bytes:
    """A PDF of these objects, the first of them its catalog."""
    out, places = b"%PDF-1.4\n", []
    for number, written in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{written}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    start = f"xref\n0 {size}\n0000000000 65535 f \n{table}"
    return out + f"{start}trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF\n".encode()


def tiff_of(frames: int) -> bytes:
    """A TIFF of so many white frames of one pixel."""
    out = b"II*\0" + struct.pack("<I", 8)
    entries = ((256, 1), (257, 1), (258, 8), (259, 1), (262, 1), (273, 4), (278, 1), (279, 1))
    length = 2 + 12 * len(entries) + 4
    for frame in range(frames):
        following = 8 + (frame + 1) * length if frame + 1 < frames else 0
        tags = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
        out += struct.pack("<H", len(entries)) + tags + struct.pack("<I", following)
    return out


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "application/epub+zip" if name == "mimetype" else "x")
    return out.getvalue()


def png_of(width: int, height: int) -> bytes:
    """A PNG whose header promises this size; its few bytes would fill it with black. A hundred rows at a time."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    packer = zlib.compressobj(9, wbits=-15)
    rows = packer.compress(bytes(100 * (width + 1))) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = ((width + 1) * height % 65521 << 16) + 1  # of nothing but zeros
    pixels = b"\x78\xda" + rows * (height // 100) + b"\x03\x00" + struct.pack(">I", checksum)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 and then nothing of use", "broken"),
        (raw_pdf("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[]/Count 0>>"), "no_pages"),
        (samples.encrypted_pdf(), "encrypted"),
        (samples.picture()[:200], "broken"),
        (b"\xff\xd8\xff" + b"\0" * 500, "broken"),
        (b"\0\1\2\3" * 100, "not_supported"),
    ],
)
def test_a_bad_file_gives_its_reason(on_disk, data, code):
    """IN-8: empty, broken, without pages, encrypted."""
    # S21
    path = on_disk(data)

    assert refused(path).code == code
    assert path.read_bytes() == data


def test_a_password_opens_an_encrypted_pdf(on_disk):
    """IN-8: a password can be typed; a wrong one is said to be wrong."""
    # S21
    path = on_disk(samples.encrypted_pdf("sésame", "F-51"))

    assert refused(path, password="open").code == "wrong_password"
    assert "F-51" in {word.text for word in read(path, password="sésame").pages[0].words}


def test_half_a_pdf_is_repaired_or_refused_but_never_silent(on_disk):
    """IN-8: cut in the middle."""
    # S21
    whole = samples.invoice_pdf("F-52")
    try:
        found = read(on_disk(whole[: len(whole) * 3 // 4]))
    except Unreadable as error:
        assert error.code in ("broken", "no_pages")
    else:
        assert "repaired" in found.flags


@pytest.mark.parametrize(
    ("data", "form"),
    [
        (b"<!DOCTYPE html><html><body>Invoice</body></html>", "html"),
        (b"\xef\xbb\xbf  <HTML><p>%PDF-1.4</p></HTML>", "html"),
        (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", "svg"),
        (zipped("a.txt"), "zip"),
        (zipped("mimetype", "META-INF/container.xml"), "epub"),
        (zipped("[Content_Types].xml", "word/document.xml"), "docx"),
        (zipped("[Content_Types].xml", "xl/workbook.xml"), "xlsx"),
        (b"GIF89a" + b"\0" * 20, "gif"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "ole"),
        (b"Dear all, see below.", "text"),
    ],
)
@pytest.mark.parametrize("name", ["invoice.pdf", "invoice.xml"])
def test_the_type_is_judged_by_the_bytes(on_disk, data, form, name):
    """IN-8: never by the name; what it is stands in the detail."""
    # S25, S27: an archive is never unpacked here
    error = refused(on_disk(data, name))

    assert (error.code, error.detail) == ("not_supported", form)


def test_it_is_judged_again_after_opening(on_disk):
    """IN-8: the library would open HTML that only claims to be a PDF."""
    # S25
    error = refused(on_disk(b"%PDF-1.4\n<html><body><h1>Invoice 12</h1></body></html>"))

    assert error.code in ("broken", "not_supported")


def test_a_huge_page_is_drawn_small_and_in_bounded_memory(on_disk, tmp_path, own_server):
    """IN-8: 14,400 points wide and high."""
    # S24
    document = pymupdf.open()
    document.new_page(width=14_400, height=14_400).insert_text((100, 9000), "A" * 30, fontsize=400)

    found = read(on_disk(document.tobytes()), draw_to=tmp_path, force_ocr=True)

    assert "resolution_lowered" in found.flags
    with Image.open(tmp_path / "page-1.png") as drawn:
        assert drawn.width * drawn.height < 3_000_000
    calling._Lines.own.close()
    calling._Lines.server.wait(10)  # only now what it and its children needed is counted as ours
    assert 50_000 < resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 1_100_000


def test_pages_beyond_the_limit_are_left_out_and_it_is_said(on_disk):
    """IN-8: at the edge and one past it."""
    # S24
    limits = Limits(pages=3)

    assert read(on_disk(samples.invoice_pdf(pages=3)), limits=limits).flags == []
    more = read(on_disk(samples.invoice_pdf(pages=4)), limits=limits)

    assert (more.flags, len(more.pages), more.page_count) == (["pages_left_out"], 3, 4)


def test_ten_thousand_pages_end_after_two_hundred(on_disk):
    """IN-8: the default limit of pages."""
    # S24
    kids = " ".join(f"{number} 0 R" for number in range(3, 10_003))
    page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>"
    data = raw_pdf("<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Count 10000/Kids[{kids}]>>", *[page] * 10_000)

    found = read(on_disk(data))

    assert (len(found.pages), found.page_count) == (200, 10_000)


def test_text_beyond_the_limit_is_left_out_and_it_is_said(on_disk):
    """IN-8: at the edge and one past it."""
    text = sum(len(word.text.encode()) + 1 for word in read(on_disk(samples.invoice_pdf())).pages[0].words)

    for limit, flags in ((text, []), (text - 1, ["text_left_out"])):
        assert read(on_disk(samples.invoice_pdf()), limits=Limits(text_bytes=limit)).flags == flags


def test_size_is_capped_before_anything_is_opened(on_disk):
    """IN-8: at the edge and one past it."""
    path = on_disk(samples.invoice_pdf())
    size = path.stat().st_size

    read(path, limits=Limits(file_bytes=size))
    assert refused(path, limits=Limits(file_bytes=size - 1)).code == "too_large"


def test_a_picture_is_refused_by_its_header(on_disk):
    """IN-8: a few kilobytes that unpack to 480 MB."""
    # S26
    bomb = png_of(24_000, 20_000)
    assert len(bomb) < 600_000

    assert refused(on_disk(bomb)).code == "too_many_pixels"


def test_pixels_are_capped_at_the_edge(on_disk):
    """IN-8: at the limit it opens, one past it it does not."""
    # S26
    path = on_disk(png_of(300, 200))

    assert read(path, limits=Limits(image_pixels=60_000)).pages[0].source == "none"
    assert refused(path, limits=Limits(image_pixels=59_999)).code == "too_many_pixels"


def test_frames_are_capped(on_disk):
    """IN-8: a TIFF of 5,000 frames; at the edge and one past it."""

    # S26
    assert len(read(on_disk(tiff_of(2)), limits=Limits(frames=2)).pages) == 2
    assert refused(on_disk(tiff_of(3)), limits=Limits(frames=2)).code == "too_many_frames"
    assert refused(on_disk(tiff_of(5_000))).code == "too_many_frames"


DOCTYPE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (DOCTYPE, "xml_doctype"),
        (DOCTYPE.decode().encode("utf-16"), "xml_doctype"),
        (b"<a>" * 10_000, "xml_too_deep"),
        (b"<a><b></a>", "xml_broken"),
        (b"<Order/>", "xml_not_supported"),
    ],
)
def test_dangerous_xml_is_refused_alone_and_inside_a_pdf(on_disk, data, code):
    """IN-8, EX-2: an upload says why; a PDF is read by its page and says it too."""
    # S28
    assert refused(on_disk(data)).code == code

    document = pymupdf.open(stream=samples.invoice_pdf("F-54"))
    document.embfile_add("factur-x.xml", data)
    found = read(on_disk(document.tobytes()))

    assert (found.xml_error, found.einvoices) == (code, [])
    assert "F-54" in {word.text for word in found.pages[0].words}


def test_an_embedded_file_that_is_too_large_is_named_only(on_disk):
    """IN-8: at the edge and one past it."""
    document = pymupdf.open(stream=samples.invoice_pdf())
    document.embfile_add("annex.bin", b"\0" * 1000)
    path = on_disk(document.tobytes())

    assert len(read(path, limits=Limits(embedded_bytes=1000)).embedded[0].data) == 1000
    left_out = read(path, limits=Limits(embedded_bytes=999))

    assert (left_out.embedded[0].name, left_out.embedded[0].data) == ("annex.bin", b"")
    assert "embedded_left_out" in left_out.flags


@pytest.mark.parametrize(
    "action",
    [
        "<</S/JavaScript/JS(app.launchURL('http://127.0.0.1:9/'))>>",
        "<</S/Launch/F(/bin/touch)>>",
        "<</S/SubmitForm/F(http://127.0.0.1:9/)>>",
    ],
)
def test_a_pdf_that_would_start_something_is_flagged(on_disk, action):
    """IN-8: nothing runs; the person is told."""
    # S30
    document = pymupdf.open(stream=samples.invoice_pdf())
    document.xref_set_key(document.pdf_catalog(), "OpenAction", action)

    assert read(on_disk(document.tobytes())).flags == ["has_script"]


def test_every_reason_says_what_to_do():
    """R21: what happened, what to do; an unknown code still says something."""
    from flask import Flask
    from flask_babel import Babel

    app = Flask(__name__)
    Babel(app)
    with app.test_request_context():
        assert all(str(sentence).endswith(".") and len(str(sentence)) > 40 for sentence in REASONS.values())
        assert reason("nonsense") == REASONS["crashed"]


def test_limits_are_those_of_the_safety_page():
    """R12: the defaults."""
    assert Limits() == replace(
        Limits(), pages=200, page_pixels=40_000_000, image_pixels=60_000_000, frames=50, text_bytes=2_000_000
    )
    assert (Limits().memory_bytes, Limits().page_seconds, Limits().file_seconds) == (1 << 30, 30, 180)
