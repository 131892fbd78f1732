"""SAFETY R12: what the reader does with files but reading them, each in a child of its own."""

import io
import re

import pymupdf
import pytest
from PIL import Image

from app.reader import acts, cage
from app.reader.contents import Sheet, Unreadable
from app.reader.limits import Limits
from app.reader.made import PDF, Made
from app.reader.reasons import REASONS
from tests import samples
from tests.reader.test_hostile import DOCTYPE, png_of, raw_pdf, tiff_of


def refused(act, *given, **asked) -> Unreadable:
    with pytest.raises(Unreadable) as error:
        act(*given, **asked)
    assert error.value.code in REASONS
    return error.value


def texts(pdf: bytes) -> list[str]:
    return [page.get_text() for page in pymupdf.open(stream=pdf)]


def test_pages_are_cut_out_in_the_order_asked_for(on_disk):
    """IN-10: numbers from 1, each turned as asked."""
    path = on_disk(samples.invoice_pdf("F-81", pages=4))

    made = acts.cut(path, [3, 1], turns={1: 90})

    first, second = texts(made)
    assert "page 3" in first and "F-81" in second
    assert [page.rotation for page in pymupdf.open(stream=made)] == [0, 90]
    assert acts.cut(path, [3, 1], turns={1: 90}) == made


@pytest.mark.parametrize("pages", [[], [0], [1, 5], [-1]])
def test_pages_that_are_not_there_are_refused(on_disk, pages):
    """IN-10: with the reason."""
    path = on_disk(samples.invoice_pdf(pages=4))

    assert refused(acts.cut, path, pages).code == "no_such_page"


def test_frames_of_a_picture_are_cut_as_pages(on_disk):
    """IN-10: a fax of three pages; black and white stays small."""
    out = io.BytesIO()
    frames = [Image.new("1", (850, 1100 + place), 1) for place in range(3)]
    frames[0].save(out, "TIFF", save_all=True, append_images=frames[1:], dpi=(100, 100))

    made = acts.cut(on_disk(out.getvalue()), [3, 2])

    assert [round(page.rect.height) for page in pymupdf.open(stream=made)] == [793, 793]
    assert len(made) < 5_000


def test_files_of_several_kinds_are_joined_in_order(on_disk):
    """IN-10: PDFs and pictures, and the one e-invoice among them stays readable."""
    parts = [samples.facturx_pdf("F-82"), samples.picture("F-83"), samples.invoice_pdf("F-84", pages=2)]

    made = acts.join([on_disk(part, f"part-{place}") for place, part in enumerate(parts)])

    read = cage.read(on_disk(made))
    assert read.page_count == 4
    assert [invoice.number for invoice in read.einvoices] == ["F-82"]
    assert "F-84" in {word.text for word in read.pages[2].words}


def test_an_e_invoice_does_not_go_along_with_some_of_its_pages(on_disk):
    """IN-10: the XML speaks of the whole, so only the whole keeps it."""
    document = pymupdf.open(stream=samples.facturx_pdf("F-85"))
    document.new_page()
    path = on_disk(document.tobytes())

    assert pymupdf.open(stream=acts.cut(path, [2, 1])).embfile_names() == ["factur-x.xml"]
    assert pymupdf.open(stream=acts.cut(path, [1])).embfile_names() == []


def test_limits_hold_at_the_edge_and_one_past_it(on_disk):
    """IN-8: pages and bytes of what is made."""
    # S24
    path = on_disk(samples.invoice_pdf(pages=2))
    size = len(acts.cut(path, [1, 2]))

    acts.cut(path, [1, 2], limits=Limits(made_pages=2, made_bytes=size))
    acts.join([path, path], limits=Limits(made_pages=4))
    assert refused(acts.cut, path, [1, 2], limits=Limits(made_pages=1)).code == "too_many_pages"
    assert refused(acts.cut, path, [1, 2], limits=Limits(made_bytes=size - 1)).code == "too_large"
    assert refused(acts.join, [path, path], limits=Limits(made_pages=3)).code == "too_many_pages"
    assert refused(acts.join, [path], limits=Limits(file_bytes=100)).code == "too_large"


def test_pages_without_end_are_cut_in_bounded_time(on_disk):
    """IN-8: ten thousand pages; and a tree of pages that contains itself."""
    # S24
    kids = " ".join(f"{number} 0 R" for number in range(3, 10_003))
    page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>"
    many = raw_pdf("<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Count 10000/Kids[{kids}]>>", *[page] * 10_000)
    loop = raw_pdf("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 9/Kids[2 0 R]>>")

    assert len(texts(acts.cut(on_disk(many), [9_999]))) == 1
    assert refused(acts.join, [on_disk(many)]).code == "too_many_pages"
    assert refused(acts.cut, on_disk(loop), [1]).code in ("broken", "no_pages", "no_such_page")


def test_pictures_are_refused_by_their_header(on_disk):
    """IN-8: before anything is decoded, whatever is to be done with them."""
    # S26
    bomb, frames, nothing = on_disk(png_of(24_000, 20_000), "a"), on_disk(tiff_of(5_000), "b"), on_disk(b"", "c")

    for act in (lambda path: acts.cut(path, [1]), lambda path: acts.join([path]), acts.straighten):
        assert refused(act, bomb).code == "too_many_pixels"
        assert refused(act, frames).code == "too_many_frames"
        assert refused(act, nothing).code == "empty"
        assert refused(act, on_disk(DOCTYPE)).code == "not_supported"


def test_pixels_of_a_picture_are_capped_at_the_edge(on_disk):
    """IN-8: at the limit it becomes a page, one past it it does not."""
    # S26
    path = on_disk(png_of(300, 200))

    assert acts.join([path], limits=Limits(image_pixels=60_000))
    assert refused(acts.join, [path], limits=Limits(image_pixels=59_999)).code == "too_many_pixels"


def test_nothing_that_starts_or_leads_elsewhere_goes_over(on_disk):
    """IN-8: scripts, launch actions, links and embedded programs stay behind."""
    # S30
    document = pymupdf.open(stream=samples.invoice_pdf("F-86"))
    document.xref_set_key(document.pdf_catalog(), "OpenAction", "<</S/JavaScript/JS(app.alert(1))>>")
    document.xref_set_key(document[0].xref, "AA", "<</O<</S/Launch/F(/bin/touch)>>>>")
    document[0].insert_link({"kind": pymupdf.LINK_URI, "from": pymupdf.Rect(0, 0, 9, 9), "uri": "http://127.0.0.1:9/"})
    document.embfile_add("program.exe", b"MZ" + b"\0" * 100)
    path = on_disk(document.tobytes())
    assert "has_script" in cage.read(path).flags

    for made in (acts.cut(path, [1]), acts.join([path])):
        copy = pymupdf.open(stream=made)
        written = " ".join(copy.xref_object(number) for number in range(1, copy.xref_length()))
        assert not re.search(r"/(JavaScript|JS|Launch|URI|AA|OpenAction|EmbeddedFile|Annots)\b", written)
        assert "F-86" in copy[0].get_text()


def test_what_a_form_shows_is_printed_into_the_copy(on_disk):
    """IN-10: nothing a person saw is lost with the form."""
    document = pymupdf.open(stream=samples.invoice_pdf())
    field = pymupdf.Widget()
    field.rect, field.field_type = pymupdf.Rect(50, 400, 300, 430), pymupdf.PDF_WIDGET_TYPE_TEXT
    field.field_name, field.field_value = "remark", "Bon pour accord"
    document[0].add_widget(field)

    assert "Bon pour accord" in texts(acts.cut(on_disk(document.tobytes()), [1]))[0]


def test_a_hidden_layer_stays_hidden(on_disk):
    """IN-10: a copy shows what the original shows."""
    document = pymupdf.open(stream=samples.invoice_pdf())
    hidden = document.add_ocg("draft", on=False)
    document[0].insert_text((50, 500), "SECRET DRAFT", oc=hidden)
    path = on_disk(document.tobytes())

    for made in (acts.cut(path, [1]), acts.join([path, path])):
        assert "SECRET" not in texts(made)[0]


def test_a_locked_pdf_is_said_to_be_locked(on_disk):
    """IN-8: neither cut nor joined."""
    # S21
    path = on_disk(samples.encrypted_pdf())

    assert refused(acts.cut, path, [1]).code == refused(acts.join, [path]).code == "encrypted"


def test_a_photo_is_straightened_at_its_full_size(on_disk):
    """IN-10: the receipt lay on its side and tilted; its lines are level now."""
    photo = samples.receipt_jpeg(turn=1)

    with Image.open(io.BytesIO(acts.straighten(on_disk(photo)))) as made, Image.open(io.BytesIO(photo)) as before:
        assert made.format == "JPEG"
        assert made.height > made.width and before.height < before.width
        assert made.height >= before.width


def test_what_the_camera_says_of_its_turn_is_heeded(on_disk):
    """IN-10: EXIF rotation."""
    with Image.open(io.BytesIO(samples.picture())) as picture:
        out, said = io.BytesIO(), Image.Exif()
        said[0x0112] = 6
        picture.rotate(90, expand=True).convert("RGB").save(out, "JPEG", exif=said)

    with Image.open(io.BytesIO(acts.straighten(on_disk(out.getvalue())))) as made:
        assert made.height > made.width and not made.getexif()


@pytest.mark.parametrize(("how", "code"), [("abort", "crashed"), ("sleep", "too_slow"), ("greedy", "out_of_memory")])
def test_an_act_that_goes_wrong_is_one_file_s_trouble(on_disk, fault, how, code):
    """IN-8: the same cage around every act."""
    # S22, S23, S24
    fault(how)

    assert refused(acts.cut, on_disk(samples.invoice_pdf()), [1], limits=Limits(page_seconds=1)).code == code


@pytest.mark.parametrize(
    "pieces",
    [
        [("file", "../../etc/passwd")],
        [("file", "made.jpg")],
        [("sheet", "A")],
        [("rows", [["a"]])],
        [("page", {})],
        [("begin", {"type": "pdf", "page_count": 1})],
    ],
)
def test_an_answer_that_was_not_asked_for_is_a_crash(tmp_path, pieces):
    """R12: a file of the kind that was asked for, and nothing else."""
    # S22
    (tmp_path / "made.jpg").write_bytes(b"\xff\xd8\xff")
    made = Made(tmp_path, Limits(), PDF)

    with pytest.raises(Unreadable, match="crashed"):
        for piece in pieces:
            made.take(piece)


def test_a_made_file_is_no_link_and_no_other_kind(tmp_path):
    """R12: the parent may read what the child may not."""
    made = Made(tmp_path, Limits(), PDF)
    (tmp_path / PDF[0]).write_bytes(b"<html>")
    with pytest.raises(Unreadable, match="crashed"):
        made.take(("file", PDF[0]))
    (tmp_path / PDF[0]).unlink()
    (tmp_path / "ours.pdf").write_bytes(b"%PDF-1.7 of another customer")
    (tmp_path / PDF[0]).symlink_to(tmp_path / "ours.pdf")
    with pytest.raises(Unreadable, match="crashed"):
        made.take(("file", PDF[0]))


def test_cells_beyond_the_limits_are_a_crash(tmp_path):
    """R12: rows, columns and text are counted again."""
    for limits in (Limits(rows=1), Limits(columns=1), Limits(cells_bytes=7)):
        made = Made(tmp_path, limits)
        made.take(("sheet", "A"))
        with pytest.raises(Unreadable, match="crashed"):
            made.take(("rows", [["a", "b"], ["c", "d"]]))
    made = Made(tmp_path, Limits(rows=2, columns=2, cells_bytes=8))
    made.take(("sheet", "A"))
    made.take(("rows", [["a", "b"], ["c", "d"]]))
    assert made.sheets == [Sheet("A", [["a", "b"], ["c", "d"]])]
