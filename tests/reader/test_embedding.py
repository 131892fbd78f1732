"""AC-8: an original and its XML become one file in the cage; its pages look as they did, nothing in it starts."""

import io

import pikepdf
import pymupdf
import pytest
from lxml import etree

from app.einvoice import metadata, writing
from app.einvoice.parsing import parse
from app.einvoice.profiles import Profile
from app.reader import acts
from app.reader.contents import Unreadable
from app.reader.limits import Limits
from app.reader.reasons import REASONS
from tests import samples
from tests.reader.test_hostile import raw_pdf, zipped

INVOICE = samples.as_invoice(samples.Sample())
XML = writing.make.written(INVOICE, Profile.EN_16931)
XMP = metadata.of(INVOICE, Profile.EN_16931)
FX = "{urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#}"
BOMB = b"<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '" + b"&a;" * 1000 + b"'>]><x>" + b"&b;" * 1000 + b"</x>"
PDFA = "{http://www.aiim.org/pdfa/ns/id/}"


def embedded(path, **asked) -> bytes:
    return acts.embed(path, XML, XMP, **asked)


def pictures(pdf: bytes) -> list[bytes]:
    """Every page as it is seen."""
    return [page.get_pixmap(dpi=100, alpha=False).samples for page in pymupdf.open(stream=pdf)]


def said(pdf: bytes) -> etree._Element:
    opened = pikepdf.open(io.BytesIO(pdf))
    return etree.fromstring(opened.Root.Metadata.read_bytes())


def objects(pdf: bytes) -> bytes:
    """All that the file says of itself, as it is written."""
    opened = pikepdf.open(io.BytesIO(pdf))
    return b"".join(each.unparse(resolved=True) for each in opened.objects)


def pdf_with(**catalog) -> bytes:
    """An invoice whose catalog says these things too."""
    out, source = io.BytesIO(), pikepdf.open(io.BytesIO(samples.invoice_pdf("F-7")))
    for name, value in catalog.items():
        source.Root[f"/{name}"] = value(source) if callable(value) else value
    source.save(out)
    return out.getvalue()


def archival(part: str) -> bytes:
    """An invoice that says to be PDF/A."""
    source = pikepdf.open(io.BytesIO(samples.invoice_pdf("F-7")))
    with source.open_metadata() as about:
        about[f"{PDFA}part"], about[f"{PDFA}conformance"] = part, "A"
    source.Root.OutputIntents = pikepdf.Array([pikepdf.Dictionary(Type=pikepdf.Name.OutputIntent)])
    source.save(out := io.BytesIO())
    return out.getvalue()


def test_the_file_carries_the_xml_where_every_program_looks_for_it(on_disk):
    """AC-8: opened by pikepdf and lxml alone, it says what went in."""
    made = embedded(on_disk(samples.invoice_pdf("F-7", pages=2)))

    opened = pikepdf.open(io.BytesIO(made))
    carried = opened.attachments["factur-x.xml"]
    assert carried.get_file().read_bytes() == XML and etree.fromstring(XML).tag.endswith("CrossIndustryInvoice")
    assert carried.obj.AFRelationship == "/Data" and carried.get_file().mime_type == "text/xml"
    assert [each.objgen for each in opened.Root.AF] == [carried.obj.objgen]
    assert said(made).findtext(f".//{FX}ConformanceLevel") == "EN 16931"
    assert said(made).findtext(f".//{FX}DocumentFileName") == "factur-x.xml"
    assert made == embedded(on_disk(samples.invoice_pdf("F-7", pages=2)))


@pytest.mark.parametrize("pages", [1, 4])
def test_the_pages_look_as_they_did(on_disk, pages):
    """AC-8: pixel by pixel."""
    original = samples.invoice_pdf("F-7", pages=pages)

    assert pictures(embedded(on_disk(original))) == pictures(original)


def test_a_stamp_and_a_filled_field_are_still_seen(on_disk):
    """AC-8: what lies over the page is printed into it."""
    document = pymupdf.open(stream=samples.invoice_pdf("F-7"))
    document[0].add_freetext_annot((50, 50, 250, 80), "PAYE")
    field = pymupdf.Widget()
    field.rect, field.field_type = pymupdf.Rect(50, 100, 250, 120), pymupdf.PDF_WIDGET_TYPE_TEXT
    field.field_name, field.field_value = "n", "Bon pour accord"
    document[0].add_widget(field)
    original = document.tobytes()

    assert pictures(embedded(on_disk(original))) == pictures(original)


def test_a_picture_becomes_a_page(on_disk):
    """AC-8: a photo or scan can be part of a Factur-X too."""
    made = pikepdf.open(io.BytesIO(embedded(on_disk(samples.picture()), says_all=True)))

    assert len(made.pages) == 1 and made.attachments["factur-x.xml"].obj.AFRelationship == "/Alternative"


@pytest.mark.parametrize("about", [BOMB, b"<x", b"", b"\xff\xfe"])
def test_metadata_that_mean_harm_claim_nothing(on_disk, about):
    """AC-8: they are XML like any other."""
    # S28
    source = pikepdf.open(io.BytesIO(archival("3")))
    source.Root.Metadata = pikepdf.Stream(source, about)
    source.save(out := io.BytesIO())

    assert said(embedded(on_disk(out.getvalue()))).findtext(f".//{PDFA}part") is None


@pytest.mark.parametrize(("part", "claimed"), [("", None), ("1", None), ("2", "3"), ("3", "3")])
def test_pdf_a_is_claimed_only_where_the_original_is_one(on_disk, part, claimed):
    """AC-8: not promised otherwise."""
    original = archival(part) if part else samples.invoice_pdf("F-7")

    made = embedded(on_disk(original))

    assert said(made).findtext(f".//{PDFA}part") == claimed
    assert said(made).findtext(f".//{PDFA}conformance") == (claimed and "B")
    assert (b"/OutputIntents" in objects(made)) == bool(claimed)
    assert said(made).findtext(f".//{FX}DocumentType") == "INVOICE"


def test_what_would_start_something_is_left_behind(on_disk):
    """AC-8: scripts, programs, launch actions, other files and addresses do not go over."""
    # S30
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    original = pdf_with(
        OpenAction=pikepdf.Dictionary(S=pikepdf.Name.Launch, F="evil.exe"),
        AA=pikepdf.Dictionary(WC=script),
        Names=pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=["x", script])),
    )
    document = pymupdf.open(stream=original)
    document.embfile_add("evil.exe", b"MZ")
    document[0].insert_link({"kind": pymupdf.LINK_URI, "from": pymupdf.Rect(0, 0, 99, 99), "uri": "https://x.example"})
    page_script = pymupdf.open(stream=document.tobytes())
    page_script.xref_set_key(page_script[0].xref, "AA", "<</O<</S/JavaScript/JS(app.alert(2))>>>>")

    made = embedded(on_disk(page_script.tobytes()))

    written = objects(made)
    for word in (b"/JavaScript", b"/JS", b"/Launch", b"evil", b"/OpenAction", b"/AA", b"/URI", b"x.example"):
        assert word not in written, word
    assert pymupdf.open(stream=made).embfile_names() == ["factur-x.xml"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 and then nothing of use", "broken"),
        (raw_pdf("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[]/Count 0>>"), "no_pages"),
        (samples.encrypted_pdf(), "encrypted"),
        (b"<!DOCTYPE html><html><body>Invoice</body></html>", "not_supported"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_supported"),
        (zipped("mimetype"), "not_supported"),
        (XML, "not_supported"),
        (samples.facturx_pdf("F-8"), "has_e_invoice"),
    ],
)
def test_what_is_no_page_to_carry_it_is_refused(on_disk, data, code):
    """AC-8: bad files, and the supplier's own e-invoice, whatever it is called."""
    # S21, S25
    with pytest.raises(Unreadable) as refused:
        embedded(on_disk(data))

    assert refused.value.code == code and code in REASONS


def test_an_e_invoice_under_another_name_is_the_supplier_s_own(on_disk):
    """AC-8: it is never made again."""
    document = pymupdf.open(stream=samples.invoice_pdf("F-7"))
    document.embfile_add("xrechnung.txt", samples.facturx_xml("F-7"))

    with pytest.raises(Unreadable, match="has_e_invoice"):
        embedded(on_disk(document.tobytes()))


@pytest.mark.parametrize("carried", [b"<Order/>", b"<!DOCTYPE x [<!ENTITY a 'b'>]><CrossIndustryInvoice>&a;", b"<<"])
def test_a_file_that_says_nothing_of_the_kind_is_made_though_it_carries_xml(on_disk, carried):
    """AC-8: XML that is no invoice is none, and stays behind."""
    # S28
    document = pymupdf.open(stream=samples.invoice_pdf("F-7"))
    document.embfile_add("order.xml", carried)

    assert parse(pymupdf.open(stream=embedded(on_disk(document.tobytes()))).embfile_get("factur-x.xml")).number


def test_the_limits_hold_at_the_edge_and_one_past_it(on_disk):
    """AC-8: size and pages."""
    # S24
    original = samples.invoice_pdf(pages=3)

    embedded(on_disk(original), limits=Limits(file_bytes=len(original), made_pages=3))
    with pytest.raises(Unreadable, match="too_large"):
        embedded(on_disk(original), limits=Limits(file_bytes=len(original) - 1))
    with pytest.raises(Unreadable, match="too_many_pages"):
        embedded(on_disk(original), limits=Limits(made_pages=2))
