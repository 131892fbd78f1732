"""AC-8: a document becomes a Factur-X of its facts and its original, or the original goes and the reason is told."""

import io
from datetime import date

import pikepdf
import pymupdf
import pytest
from flask_babel import force_locale
from lxml import etree

from app.accounting import enclosing, facturx, words
from app.accounting.enclosing import CannotSend
from app.accounting.facturx_facts import invoice_of
from app.accounting.facturx_models import FacturxCopy
from app.accounting.models import Connection
from app.documents.models import Direction, DocumentFile, DocumentTax, FileRole, Kind
from app.einvoice import validity
from app.einvoice.cannot import CannotMake
from app.einvoice.parsing import parse
from app.einvoice.profiles import Profile
from app.extensions import db
from app.extraction.fields import as_json
from app.extraction.from_xml import read_invoice
from app.extraction.models import DocumentReading
from app.files import checking, store
from app.files.models import File
from tests import samples
from tests.factories import make_company, make_counterparty, make_document, make_file, reload

LAMPS = {"vat_number": "FR40303265045", "siren": "303265045", "address": "12 rue des Lampistes\n69003 Lyon"}


@pytest.fixture(scope="module", autouse=True)
def rules_process():
    yield
    validity.end()


def bought(data: bytes | None = None, *, rates=((2000, 10000, 2000),), party: dict | None = None, **facts):
    """An invoice from a supplier of whom all is known."""
    company = make_company(
        "Menuiserie Duval", vat_number="FR83404833048", siren="404833048", address="4 avenue du Bois"
    )
    supplier = make_counterparty("Atelier Lumen", company, **(LAMPS | (party or {})))
    file = make_file(samples.invoice_pdf() if data is None else data, type=facts.pop("type", "application/pdf"))
    document = make_document(company, file=file, **({"counterparty": supplier, "number": "F-9"} | facts))
    document.taxes = [DocumentTax(rate_bp=rate, base_minor=base, tax_minor=tax) for rate, base, tax in rates]
    db.session.commit()
    return document


def read_as(document, invoice) -> None:
    """As if the document had been read as this e-invoice."""
    said = as_json(read_invoice(invoice))
    names = ("fields", "taxes", "lines", "flags", "language")
    rows = {name: said[name] for name in names}
    db.session.add(DocumentReading(document_id=document.id, file_id=document.original.file_id, **rows))
    db.session.commit()


def refused(document) -> CannotMake:
    with pytest.raises(CannotMake) as error:
        facturx.made(document)
    return error.value


def xml_of(file: File) -> bytes:
    opened = pikepdf.open(io.BytesIO(store.read(file)))
    return opened.attachments["factur-x.xml"].get_file().read_bytes()


def test_a_copy_that_was_damaged_is_made_again(app):
    """S53: it is made of what is there; of an original that was changed nothing is."""
    document = bought()
    connection = Connection(name="x", shares=True)
    (first,) = enclosing.parcel(document, connection, set()).files
    store.path(first.file).chmod(0o644)
    store.path(first.file).write_bytes(b"%PDF-1.7 something else")
    (again,) = enclosing.parcel(reload(document), connection, set()).files
    assert again.what == "facturx" and checking.is_whole(again.file.sha256)

    original = store.path(document.original.file)
    original.chmod(0o644)
    original.write_bytes(samples.invoice_pdf("another"))
    with pytest.raises(CannotSend):
        enclosing.parcel(reload(document), connection, set())


def test_a_purchase_becomes_a_factur_x_of_the_same_page(app):
    """AC-8: the supplier is the seller, the company the buyer; valid, and opened by pikepdf and lxml alone."""
    document = bought(iban="FR7630006000011234567890189", payment_reference="RF18", order_reference="B-7")

    made = facturx.made(document)

    xml = xml_of(made)
    assert etree.fromstring(xml) is not None and validity.faults(xml, Profile.BASIC_WL) == []
    said = parse(xml)
    assert (said.number, said.issue_date, said.due_date) == ("F-9", date(2026, 10, 1), date(2026, 10, 31))
    assert (said.seller.name, said.seller.vat_number, said.seller.siren) == (
        "Atelier Lumen",
        "FR40303265045",
        "303265045",
    )
    assert (said.buyer.name, said.buyer.vat_number, said.buyer.country) == ("Menuiserie Duval", "FR83404833048", "FR")
    assert (said.ibans, said.payment_reference, said.order_reference) == (
        ["FR7630006000011234567890189"],
        "RF18",
        "B-7",
    )
    assert [str(each) for each in (said.net, said.tax, said.gross)] == ["100.00", "20.00", "120.00"]
    assert made.type == "application/pdf"
    shown = [pymupdf.open(stream=each)[0].get_pixmap().samples for each in (store.read(made), samples.invoice_pdf())]
    assert shown[0] == shown[1]


def test_on_a_sale_the_company_is_the_seller(app):
    """AC-8: and a credit note is one, with positive amounts."""
    said = parse(xml_of(facturx.made(bought(direction=Direction.SALE, kind=Kind.CREDIT_NOTE))))

    assert (said.seller.name, said.buyer.name, said.kind) == ("Menuiserie Duval", "Atelier Lumen", "credit_note")
    assert said.type_code == "381" and str(said.gross) == "120.00"


def test_a_photo_becomes_a_factur_x_too(app):
    """AC-8: the picture is its page."""
    made = facturx.made(bought(samples.picture(), type="image/png"))

    assert store.read(made).startswith(b"%PDF-") and parse(xml_of(made)).number == "F-9"


def test_it_is_made_once_and_again_when_a_fact_changes(app, monkeypatch):
    """AC-8: what is kept is known again by the original and the facts."""
    document = bought()
    first = facturx.made(document)
    with monkeypatch.context() as patched:
        patched.setattr(facturx, "make", None)
        assert facturx.made(reload(document)) == first

    document.number = "F-10"
    second = facturx.made(document)

    assert parse(xml_of(second)).number == "F-10" and second != first
    assert db.session.query(FacturxCopy).one().file == second


def test_it_goes_with_its_document(app):
    """AC-8: nothing keeps the bytes of what was purged."""
    document = bought()
    facturx.made(document)
    db.session.execute(db.delete(DocumentFile))
    db.session.execute(db.text("DELETE FROM document"))

    assert db.session.scalar(db.select(db.func.count()).select_from(FacturxCopy)) == 0


def test_the_supplier_s_own_e_invoice_is_never_made_again(app):
    """AC-8: found in the reading, or by the reader where nothing was read of it."""
    own = bought(samples.facturx_pdf("F-9"))

    assert facturx.made(own) == own.original.file

    read_as(own, samples.as_invoice(samples.Sample(number="F-9")))
    assert facturx.is_own(own) and facturx.made(own) == own.original.file
    assert db.session.query(FacturxCopy).count() == 0


def test_an_xml_that_is_the_original_goes_as_it_is(app):
    """AC-8: there is no page to carry another."""
    document = bought(samples.facturx_xml(), type="application/xml")

    assert facturx.made(document) == document.original.file


def test_an_xml_beside_the_page_gives_its_lines(app):
    """AC-8: then the whole of the European standard is written."""
    document = bought()
    xml = make_file(samples.facturx_xml("F-9"), type="application/xml")
    document.files.append(DocumentFile(file=xml, name="f9.xml", role=FileRole.E_INVOICE))
    read_as(document, samples.as_invoice(samples.Sample(number="F-9")))

    made = facturx.made(document)

    assert [line.description for line in parse(xml_of(made)).lines] == ["Pose de luminaires"]
    assert db.session.query(FacturxCopy).one().profile == Profile.EN_16931

    document.net_minor, document.gross_minor = 20000, 24000
    document.tax_minor, document.taxes = 4000, [DocumentTax(rate_bp=2000, base_minor=20000, tax_minor=4000)]
    assert parse(xml_of(facturx.made(document))).lines == []


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"number": ""}, "number"),
        ({"issue_date": None}, "issue_date"),
        ({"party": {"vat_number": "", "siren": ""}}, "seller_number"),
        ({"tax_minor": 1900}, "totals_differ"),
        ({"rates": [(2000, 9000, 1800)]}, "taxes_differ"),
        ({"data": samples.encrypted_pdf()}, "encrypted"),
        ({"data": b"%PDF-1.7 and then nothing of use"}, "broken"),
    ],
)
def test_where_it_cannot_be_made_the_reason_is_told(app, facts, code):
    """AC-8: missing data, and files that cannot carry it; nothing is kept."""
    # S21
    document = bought(**facts)

    error = refused(document)

    assert code in error.codes
    with force_locale("en"):
        assert words.fallback(error.codes).startswith("No Factur-X could be made, so the original is sent. ")
    assert db.session.query(FacturxCopy).count() == 0


def test_a_document_without_a_file_has_none(app):
    """AC-8: nor anything to send."""
    document = bought()
    db.session.delete(document.files[0])
    db.session.commit()

    assert refused(reload(document)).codes == ("no_file",)


@pytest.mark.parametrize(
    ("known", "country"),
    [
        ({"address": "Hauptstr. 1\n10115 Berlin\nAllemagne"}, "DE"),
        ({"address": "Rue Haute 1\nL-1234 Luxembourg"}, "LU"),
        ({"address": "", "vat_number": "EL094259216", "siren": ""}, "GR"),
        ({"address": "", "vat_number": "ATU13585627"}, "AT"),
        ({"address": "", "vat_number": ""}, "FR"),
        ({"address": "", "vat_number": "", "siren": "", "siret": ""}, ""),
    ],
)
def test_the_country_is_the_one_an_address_or_a_number_names(app, known, country):
    """AC-8: never a guess."""
    assert invoice_of(bought(party=known)).seller.country == country


def test_an_unknown_supplier_is_what_was_read_of_it(app):
    """AC-8: before anybody made a counterparty of it."""
    document = bought(
        counterparty=None,
        counterparty_name="Lumen",
        counterparty_facts={"siren": "303265045", "address": "a\nb\nc\nd", "ibans": []},
    )

    seller = invoice_of(document).seller

    assert (seller.name, seller.siren, seller.country, seller.address) == (
        "Lumen",
        "303265045",
        "FR",
        ["a", "b", "c, d"],
    )


def test_signs_that_xml_cannot_say_do_no_harm(app):
    """AC-8: neither in the XML nor in what the PDF says of itself."""
    assert parse(xml_of(facturx.made(bought(number="F\x00\x1b-9")))).number == "F -9"


def test_a_rate_without_its_base_says_nothing_wrong(app):
    """AC-8: then the tax of each rate is left out."""
    document = bought(rates=[(2000, 0, 2000)])

    assert parse(xml_of(facturx.made(document))).taxes == []
