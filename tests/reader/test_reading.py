"""What is read from files that mean well: text, boxes, drawn pages, e-invoices, scans, photographs."""

import io
from datetime import date
from decimal import Decimal
from time import monotonic

import pymupdf
import pytest
from PIL import Image

from app.demo.sheet import BLACK, Sheet
from app.reader import drawing, legible, ocr, straighten
from app.reader.cage import read
from app.reader.contents import Contents, Page, Word
from app.reader.job import Job
from app.reader.limits import Limits
from tests import samples

PATIENT = Limits(page_seconds=100)
"""What is read right does not depend on how busy the machine is."""


def text_of(page: Page) -> str:
    return " ".join(word.text for word in page.words)


def word(page: Page, text: str) -> Word:
    return next(word for word in page.words if word.text == text)


def test_a_digital_invoice_is_read_from_its_text_layer(on_disk, tmp_path):
    """EX-2, EX-3: words with their places, nothing guessed."""
    found = read(on_disk(samples.invoice_pdf("F-31", gross="1234.50"), "photo.jpg"), draw_to=tmp_path / "pages")

    [page] = found.pages
    assert (found.type, found.page_count, page.source) == ("pdf", 1, "text")
    assert "1 234,50" in text_of(page)
    x0, y0, x1, y1 = word(page, "F-31").box
    assert 0.6 < x0 < x1 < 0.75 and 0.07 < y0 < y1 < 0.11
    assert all(word.confidence == 1 for word in page.words)


def test_the_page_is_drawn_once_as_a_png_of_known_resolution(on_disk, tmp_path):
    """RV-2: the browser gets a picture we drew (R13)."""
    found = read(on_disk(samples.invoice_pdf()), draw_to=tmp_path / "pages")

    [page] = found.pages
    assert page.image == "page-1.png" and page.dpi == 110
    with Image.open(tmp_path / "pages/page-1.png") as drawn:
        assert drawn.format == "PNG" and drawn.size == (910, 1287)
    assert [path.name for path in (tmp_path / "pages").iterdir()] == ["page-1.png"]


def test_a_drawn_page_is_to_the_pixel_what_the_library_drew():
    """EX-3: our own packing loses nothing."""
    page = pymupdf.open(stream=samples.invoice_pdf())[0]
    pixmap = page.get_pixmap(dpi=110, alpha=False)

    with Image.open(io.BytesIO(drawing.png(pixmap))) as unpacked:
        assert unpacked.mode == "RGB" and unpacked.size == (pixmap.width, pixmap.height)
        assert unpacked.tobytes() == pixmap.samples


def test_nothing_is_drawn_unless_asked(on_disk):
    """EX-2: reading alone leaves no picture."""
    assert read(on_disk(samples.invoice_pdf())).pages[0].image is None


def test_progress_names_each_page_that_takes_a_moment(on_disk, fake_tesseract):
    """EX-8: reading page n of m, told while that page is read."""
    fake_tesseract("sleep 0.6; exit 1")
    document = pymupdf.open(stream=samples.scanned_pdf())
    document.insert_pdf(pymupdf.open(stream=samples.invoice_pdf()))
    document.insert_pdf(pymupdf.open(stream=samples.scanned_pdf()))
    seen = []

    read(on_disk(document.tobytes()), progress=lambda page, count: seen.append((page, count)))

    assert [each for each in seen if each != (2, 3)] == [(1, 3), (3, 3)]


def test_a_page_that_takes_no_time_is_not_told(on_disk):
    """EX-8: nobody could see it, and each telling is a write."""
    seen = []

    read(on_disk(samples.invoice_pdf()), progress=lambda page, count: seen.append((page, count)))

    assert seen in ([], [(1, 1)])  # the second on a machine that is very busy


@pytest.mark.parametrize("name", ["factur-x.xml", "ZUGFeRD-invoice.xml", "data.bin", "ünter.xml"])
def test_the_xml_inside_a_pdf_is_read_whatever_it_is_called(on_disk, name):
    """EX-2: Factur-X by its bytes."""
    document = pymupdf.open(stream=samples.invoice_pdf())
    document.embfile_add(name, samples.facturx_xml("F-32", gross="99.60"))
    document.embfile_add("terms.txt", b"thirty days")

    found = read(on_disk(document.tobytes()))

    [invoice] = found.einvoices
    assert (invoice.number, invoice.gross, invoice.issue_date) == ("F-32", Decimal("99.60"), date(2026, 11, 2))
    assert {(one.name, len(one.data) > 0) for one in found.embedded} == {(name, True), ("terms.txt", True)}
    assert found.xml_error == ""


def test_two_e_invoices_in_one_pdf_are_both_told(on_disk):
    """EX-2: nobody chooses between them in silence (S29)."""
    document = pymupdf.open(stream=samples.facturx_pdf("F-33"))
    document.embfile_add("second.xml", samples.facturx_xml("F-34"))

    assert [one.number for one in read(on_disk(document.tobytes())).einvoices] == ["F-33", "F-34"]


def test_an_xml_file_alone_is_read(on_disk):
    """IN-4, EX-2: e-invoice XML; the type is judged from the bytes."""
    found = read(on_disk(samples.facturx_xml("F-35"), "invoice.pdf"))

    assert (found.type, found.pages, found.einvoices[0].number) == ("xml", [], "F-35")


def test_a_scan_is_read_by_ocr_and_stands_straight(on_disk, tmp_path):
    """EX-2, IN-10: tilted and noisy, its boxes point at the picture that is shown."""
    found = read(on_disk(samples.scanned_pdf("F-2026-036", gross="1234.50")), draw_to=tmp_path, limits=PATIENT)

    [page] = found.pages
    assert page.source == "ocr"
    assert {"F-2026-036", "02/11/2026", "234,50"} <= set(text_of(page).split())
    assert ink(tmp_path / "page-1.png", word(page, "F-2026-036")) > 0.05
    lines = [word(page, "Désignation").box[1], word(page, "Prix").box[1]]
    assert abs(lines[0] - lines[1]) < 0.006  # level


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_a_page_that_lies_on_its_side_is_turned(on_disk, tmp_path, turn):
    """IN-10: orientation is found out."""
    found = read(on_disk(samples.scanned_pdf("F-2026-037", turn=turn)), draw_to=tmp_path, limits=PATIENT)

    [page] = found.pages
    assert page.height > page.width
    assert "F-2026-037" in text_of(page)
    assert word(page, "F-2026-037").box[1] < 0.2
    assert ink(tmp_path / "page-1.png", word(page, "F-2026-037")) > 0.05


def test_a_photographed_receipt_is_read(on_disk, tmp_path):
    """IN-10, EX-2: on a table, in bad light, not quite level."""
    found = read(on_disk(samples.receipt_jpeg("23.40"), "IMG_0001.pdf"), draw_to=tmp_path, limits=PATIENT)

    [page] = found.pages
    assert (found.type, page.source) == ("image", "ocr")
    assert {"23,40", "14/11/2026", "TOTAL"} <= set(text_of(page).split())
    assert (tmp_path / "page-1.png").exists()


def test_a_photograph_turned_by_its_exif_note_is_upright(on_disk):
    """IN-10: EXIF rotation."""
    sideways = Image.open(io.BytesIO(samples.picture("F-2026-038"))).convert("RGB").transpose(Image.Transpose.ROTATE_90)
    exif, out = Image.Exif(), io.BytesIO()
    exif[0x0112] = 6
    sideways.save(out, "JPEG", quality=90, exif=exif)

    [page] = read(on_disk(out.getvalue()), limits=PATIENT).pages

    assert page.height > page.width and "F-2026-038" in text_of(page)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF", "WEBP", "HEIF"])
def test_every_picture_format_is_read(on_disk, form):
    """IN-4: JPEG, PNG, TIFF, WebP, HEIC."""
    import pillow_heif

    pillow_heif.register_heif_opener()
    [page] = read(on_disk(samples.picture("F-2026-039", format=form)), limits=PATIENT).pages

    assert "F-2026-039" in text_of(page)


def test_each_page_of_a_tiff_is_a_page(on_disk):
    """IN-4: TIFF with several pages."""
    first, second = (Image.open(io.BytesIO(samples.picture(f"F-2026-04{n}"))).convert("L") for n in (1, 2))
    out = io.BytesIO()
    first.save(out, "TIFF", save_all=True, append_images=[second], compression="tiff_deflate")

    found = read(on_disk(out.getvalue()), limits=PATIENT)

    assert [page.number for page in found.pages] == [1, 2]
    assert "F-2026-042" in text_of(found.pages[1])


def test_the_text_layer_can_be_ignored(on_disk):
    """EX-9: OCR when asked for."""
    [page] = read(on_disk(samples.invoice_pdf("F-2026-043")), force_ocr=True, limits=PATIENT).pages

    assert page.source == "ocr" and "F-2026-043" in text_of(page)


def test_ocr_runs_only_on_pages_without_text(on_disk, fake_tesseract):
    """EX-2: a page with text never waits for Tesseract."""
    fake_tesseract("sleep 60")

    assert read(on_disk(samples.invoice_pdf(pages=2))).pages[1].source == "text"


def test_hidden_text_is_not_read_and_is_flagged(on_disk):
    """EX-2: what nobody can see does not count (S29)."""
    document = pymupdf.open(stream=samples.invoice_pdf())
    document[0].insert_text((360, 660), "Total TTC 9999,00", render_mode=3)
    document[0].insert_text((360, 680), "8888,00", fontsize=1)
    document[0].insert_text((360, 700), "7777,00", color=(1, 1, 1))

    found = read(on_disk(document.tobytes()))

    assert "hidden_text" in found.flags
    assert not {"9999,00", "8888,00", "7777,00"} & set(text_of(found.pages[0]).split())


@pytest.mark.parametrize("turn", [0, 90])
def test_pale_letters_on_a_dark_band_are_read(on_disk, turn):
    """EX-2: many a letterhead and total is printed so; only white on white is hidden (S29)."""
    document = pymupdf.open(stream=samples.invoice_pdf())
    document[0].draw_rect((350, 650, 560, 720), fill=(0.1, 0.2, 0.5))
    document[0].insert_text((360, 700), "7777,00", color=(1, 1, 1))
    document[0].set_rotation(turn)

    found = read(on_disk(document.tobytes()))

    assert "hidden_text" not in found.flags
    assert "7777,00" in text_of(found.pages[0]).split()


def test_boxes_follow_the_page_as_it_is_shown(on_disk):
    """EX-3: a rotated page."""
    document = pymupdf.open(stream=samples.invoice_pdf("F-44"))
    document[0].set_rotation(90)

    [page] = read(on_disk(document.tobytes())).pages

    x0, y0, _x1, _y1 = word(page, "F-44").box
    assert page.width > page.height and x0 > 0.85 and 0.6 < y0 < 0.75


def ink(picture, found: Word) -> float:
    """The share of dark pixels where the word is said to be."""
    with Image.open(picture) as drawn:
        x0, y0, x1, y1 = found.box
        place = (x0 * drawn.width, y0 * drawn.height, x1 * drawn.width, y1 * drawn.height)
        levels = drawn.convert("L").crop(tuple(map(round, place))).histogram()
    return sum(levels[:128]) / sum(levels)


def test_contents_start_empty():
    """EX-2: nothing is claimed that was not read."""
    assert Contents("pdf") == Contents("pdf", [], [], 0, [], [], "")


@pytest.mark.parametrize("lies", [True, False])
def test_a_picture_is_turned_by_a_guess_only_where_it_then_reads_better(tmp_path, monkeypatch, lies):
    """IN-10: Tesseract reads lines that run up the page, too; that the picture stands is seen by its words."""
    monkeypatch.setattr(straighten, "lies_on_its_side", lambda grey: True)
    monkeypatch.setattr(ocr, "turn", lambda picture, job: None)
    upright = Image.open(io.BytesIO(samples.picture("F-2026-038"))).convert("RGB")
    job = Job(tmp_path, environment={"OMP_THREAD_LIMIT": "1"}, deadline=monotonic() + 100)
    found = legible.legible(upright.transpose(Image.Transpose.ROTATE_90) if lies else upright, job, 150)
    assert found.picture.size == upright.size
    assert "F-2026-038" in {word.text for word in found.words}


@pytest.mark.parametrize("tilt", [0.0, 0.3, 1.5, -1.5, 3.3, -11.0])
def test_a_page_full_of_rules_is_laid_level(tilt):
    """IN-10: long rules are level at one angle only, which coarse steps would miss."""
    sheet = Sheet()
    for row in range(24):
        sheet.rule(20, 60 + 5 * row, 195, BLACK)
        sheet.write(22, 63.5 + 5 * row, f"Planches de chêne rabotées {row}", 8)
    with pymupdf.open(stream=sheet.done()) as pages:
        pixels = pages[0].get_pixmap(dpi=150, colorspace=pymupdf.csGRAY)
    level = Image.frombytes("L", (pixels.width, pixels.height), pixels.samples)
    found = straighten.tilt(level.rotate(tilt, Image.Resampling.BICUBIC, fillcolor=255))
    assert abs(found + tilt) <= 0.15
