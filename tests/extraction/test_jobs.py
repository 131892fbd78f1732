"""Reading a document: its facts are filled, once, whatever dies in between; nothing stays unread and unseen."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError

from app.audit.models import AuditEntry
from app.config import ROOT
from app.core import clock
from app.core.errors import Refused
from app.documents import arrival, editing, status, twins
from app.documents.models import Direction, Document, DocumentFile, FileRole, Kind, ReadState, Status
from app.extensions import db
from app.extraction import choose, jobs, password
from app.extraction.jobs import end_what_is_stuck, read_again, read_document
from app.extraction.models import DocumentReading, newest
from app.files import store
from app.tasks.jobs import commit
from app.tasks.models import State, Task
from tests import samples
from tests.factories import make_company, make_counterparty, make_file, make_user, reload, the_company
from tests.live import make_live_app

COLUMNS = "number issue_date due_date currency net_minor tax_minor gross_minor iban"


def arrived(data: bytes, *, name: str = "invoice.pdf", direction: Direction = Direction.PURCHASE, xml: bytes = b""):
    """A document just come in, in state *reading*, with its reading asked for."""
    document = arrival.arrive(the_company(), direction, make_file(data), name, source="upload", by=None)
    if xml:
        document.files.append(DocumentFile(file=make_file(xml), name="invoice.xml", role=FileRole.E_INVOICE))
    commit()
    return document


def read(document: Document, *args) -> Document:
    """The document after its reading."""
    read_document(document.id, *args)
    commit()
    return reload(document)


def test_after_a_replacement_the_reading_of_the_new_file_counts(app):
    """DU-1: the marks lie on the pages they were read from."""
    old, new = arrived(samples.invoice_pdf("F-1", gross="10.00")), arrived(samples.invoice_pdf("F-1", gross="12.00"))
    read(old), read(new)

    twins.replace(new, old, by=make_user())
    db.session.commit()

    assert newest(reload(old)).reading.value("gross") == Decimal("12.00")


# --- What is filled -------------------------------------------------------------------------------


def test_a_digital_invoice_fills_its_facts(app):
    """EX-1: a document that arrives is read by itself, and waits to be checked."""
    document = arrived(samples.invoice_pdf("F-2026-204", gross="1234.50"))

    assert ("ocr", db.session.query(Task).one().id) in app.config["BELLS"]
    document = read(document)

    facts = [getattr(document, name) for name in COLUMNS.split()]
    dates = (date(2026, 11, 2), date(2026, 12, 2))
    assert facts == ["F-2026-204", *dates, "EUR", 102875, 20575, 123450, samples.Sample().iban]
    assert (document.kind, document.status, document.page_count) == (Kind.INVOICE, Status.TO_PROCESS, 1)
    assert [(tax.rate_bp, tax.base_minor, tax.tax_minor) for tax in document.taxes] == [(2000, 102875, 20575)]


def test_each_field_says_where_it_was_read_and_how_sure_it_is(app):
    """EX-3: confidence, page and box are kept, with the words and the picture of the page."""
    document = read(arrived(samples.invoice_pdf("F-2026-204")))

    kept = newest(document)
    found = kept.reading.fields["number"]
    assert (found.value, found.page) == ("F-2026-204", 1) and 0.5 < found.confidence <= 1
    x0, y0, x1, y1 = found.box
    assert 0.5 < x0 < x1 <= 1 and 0 < y0 < y1 < 0.2  # at the top right, where the sample prints it
    assert any(word[0] == "F-2026-204" for word in kept.pages[0]["words"])
    picture = store.pages_folder(document.original.file) / kept.pages[0]["image"]
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_credit_note_has_positive_amounts(app):
    """EX-1: an avoir that prints a minus sign is a credit note over that amount."""
    document = read(arrived(samples.credit_note_pdf()))

    assert (document.kind, document.gross_minor, document.due_date) == (Kind.CREDIT_NOTE, 6000, None)


def test_a_pdf_and_its_separate_xml_are_read_as_one(app):
    """EX-2: the XML that came beside the PDF is believed, and a contradiction is flagged."""
    page, xml = samples.invoice_pdf("F-1", gross="120.00"), samples.facturx_xml("F-1", gross="240.00")
    document = read(arrived(page, xml=xml))

    assert document.gross_minor == 24000
    assert any(flag["code"] == "xml_page_differ" and flag["field"] == "gross" for flag in document.flags)
    assert newest(document).reading.fields["gross"].confidence <= 0.5


def test_an_xml_alone_needs_no_page(app):
    """EX-2: a UBL or CII file is read without any picture."""
    document = read(arrived(samples.facturx_xml("F-77", gross="99.60"), name="invoice.xml"))

    kept = newest(document)
    assert (document.number, document.gross_minor, document.status) == ("F-77", 9960, Status.TO_PROCESS)
    assert (kept.type, kept.pages) == ("xml", []) and kept.reading.lines[0].description == "Pose de luminaires"


def test_a_photographed_receipt_is_recognised(app):
    """EX-2: OCR reads what has no text."""
    document = read(arrived(samples.receipt_jpeg("23.40"), name="receipt.jpg"))

    assert (document.status, document.gross_minor) == (Status.TO_PROCESS, 2340)
    assert newest(document).pages[0]["source"] == "ocr"


# --- Counterparty and direction -------------------------------------------------------------------


@pytest.mark.parametrize(
    "known",
    [
        {"vat_number": "FR40303265045"},
        {"siren": "303265045"},
        {"email": "info@atelier-lumen.example"},
        {"name": "ATELIER LUMEN"},
    ],
    ids=lambda known: next(iter(known)),
)
def test_the_supplier_is_found_by_what_identifies_it(app, known):
    """EX-7: by VAT number, SIREN, e-mail domain, then by name."""
    make_counterparty("Somebody Else")
    supplier = make_counterparty(**({"name": "Lumen (Lyon)"} | known))

    assert read(arrived(samples.invoice_pdf())).counterparty == supplier


def test_an_unknown_supplier_is_proposed_not_made(app):
    """EX-7: what was read waits in the reading until a person validates."""
    make_counterparty("Somebody Else", vat_number="FR83404833048")
    document = read(arrived(samples.invoice_pdf()))

    assert document.counterparty is None
    assert newest(document).reading.party("seller").name == "Atelier Lumen SARL"


def test_the_supplier_of_another_company_is_not_found(app):
    """US-3: what another company knows stays there."""
    mine = the_company()
    make_counterparty("Atelier Lumen SARL", make_company("Other"), vat_number="FR40303265045")

    document = read(arrived(samples.invoice_pdf()))

    assert (document.company, document.counterparty) == (mine, None)


def test_an_invoice_of_our_own_among_the_purchases_is_flagged(app):
    """EX-1: the intake address says purchase, the page says it is ours: a person is told, nothing moves."""
    the_company().vat_number, the_company().name = "FR40303265045", "Atelier Lumen SARL"

    document = read(arrived(samples.invoice_pdf()))

    assert document.direction is Direction.PURCHASE
    assert "direction_differs" in [flag["code"] for flag in document.flags]


# --- Read again -----------------------------------------------------------------------------------


def test_what_a_person_typed_is_never_read_over(app):
    """EX-8: reading run again fills only what nobody has touched."""
    person, document = make_user(), read(arrived(samples.invoice_pdf("F-9")))
    document.number, document.label = "F-9 bis", ""
    status.settle(document, by=person, act="edited", changes={"number": ["F-9", "F-9 bis"]})
    read_again(document, by=person, languages="deu+eng")
    document.gross_minor = None
    commit()

    document = read(document, "deu+eng")

    assert (document.number, document.gross_minor) == ("F-9 bis", 12000)
    assert newest(document).languages == "deu+eng"
    assert db.session.scalar(select(func.count()).select_from(DocumentReading)) == 2


def test_a_validated_document_is_not_read_again(app):
    """EX-8: what was decided on stays as it is."""
    document = read(arrived(samples.invoice_pdf()))
    document.validated_at = clock.now()
    status.settle(document, by=None, act="validated")

    with pytest.raises(Refused):
        read_again(document, by=make_user())
    assert document.read_state is ReadState.READ


# --- What can't be read ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "code"),
    [(samples.encrypted_pdf(), "encrypted"), (b"%PDF-1.7\nnothing more", "broken"), (b"", "empty")],
    ids=["encrypted", "broken", "empty"],
)
def test_what_cannot_be_read_stays_visible(app, data, code):
    """IN-8: unreadable, with the reason; the original is kept."""  # S21
    document = arrived(b"placeholder")
    document.files[0].file = store.keep(data)
    commit()
    document = read(document)

    assert (document.status, document.unreadable_reason) == (Status.UNREADABLE, code)
    assert store.read(document.original.file) == data
    assert db.session.scalars(AuditEntry.about(document)).first().why == code


def test_a_typed_password_opens_an_encrypted_pdf_once(app):
    """IN-8: a password can be typed; it is used for one reading and kept nowhere."""
    document = read(arrived(samples.encrypted_pdf("sésame", "F-88")))
    read_again(document, by=make_user(), typed_password="wrong")
    document = read(document)
    assert (document.status, document.unreadable_reason) == (Status.UNREADABLE, "wrong_password")

    read_again(document, by=make_user(), typed_password="sésame")
    commit()
    document = read(document)

    assert (document.status, document.number) == (Status.TO_PROCESS, "F-88")
    assert password.of(document.id) == ""
    assert not any("sésame" in str(task.ids) for task in db.session.query(Task))


def test_a_crash_of_the_reader_is_tried_twice_then_shown(app, monkeypatch, tmp_path):
    """IN-8: the file fails, the worker lives."""  # S22
    monkeypatch.setenv("FACTEUR_TEST_FAULTS", "1")
    monkeypatch.setenv("FACTEUR_READER_FAULT", "abort")
    document = read(arrived(samples.invoice_pdf()))

    assert (document.status, document.unreadable_reason) == (Status.UNREADABLE, "crashed")


def test_a_broken_xml_beside_a_pdf_leaves_the_pdfs_reading(app):
    """EX-2: the page is read, and says that its e-invoice could not be."""
    document = read(arrived(samples.invoice_pdf("F-1", gross="120.00"), xml=b"<a><b></a>"))

    assert (document.status, document.number, document.gross_minor) == (Status.TO_PROCESS, "F-1", 12000)
    assert document.flags == [{"code": "xml_unreadable", "reason": "xml_broken"}]


def test_trouble_of_ours_leaves_the_document_to_be_tried_again(app):
    """EX-8: a full or broken disk says nothing about the file."""
    document = arrived(samples.invoice_pdf("F-2026-311"))
    pages = store.pages_folder(document.original.file)
    pages.parent.mkdir(parents=True, exist_ok=True)
    pages.write_text("no folder: nothing can be drawn here")

    with pytest.raises(OSError):
        read_document(document.id)

    db.session.rollback()
    assert reload(document).status is Status.READING
    pages.unlink()
    assert read(document).status is Status.TO_PROCESS


def test_a_locked_database_leaves_the_document_to_be_tried_again(app, monkeypatch):
    """EX-8: progress that cannot be told is no fault of the file."""
    document = arrived(samples.scanned_pdf("F-2026-312"))

    def locked(*_args):
        raise OperationalError("UPDATE", {}, Exception("database is locked"))

    with monkeypatch.context() as patched:
        patched.setattr(jobs, "_report", locked)
        with pytest.raises(OperationalError):
            read_document(document.id)

    db.session.rollback()
    assert reload(document).status is Status.READING


def test_an_error_while_fields_are_chosen_keeps_the_pages(app, monkeypatch):
    """IN-8: this document is for people, beside its pages; the next one is read."""

    def fail(*_args, **_options):
        raise ZeroDivisionError

    monkeypatch.setattr(choose, "read_fields", fail)
    document = read(arrived(samples.invoice_pdf()))

    assert (document.status, document.unreadable_reason) == (Status.UNREADABLE, "crashed")
    assert document.page_count == 1 and newest(document).pages[0]["image"] == "page-1.png"


def test_a_reading_nobody_works_on_any_more_is_given_to_people(app):
    """EX-8: no document stays in *reading* for ever."""  # S35
    lost, fresh = arrived(samples.invoice_pdf("F-1")), arrived(samples.invoice_pdf("F-2"))
    for document in (lost, fresh):
        document.created_at = clock.now() - timedelta(minutes=11)
    db.session.execute(update(Task).where(Task.ids == [lost.id]).values(state=State.FAILED))
    commit()

    assert end_what_is_stuck() == 1
    commit()
    assert reload(lost).status is Status.UNREADABLE
    assert reload(fresh).status is Status.READING


# --- Twice, at once, half -------------------------------------------------------------------------


def test_reading_twice_leaves_one_reading(app):
    """EX-8: the second run finds nothing to do."""  # S37
    document = read(arrived(samples.invoice_pdf()))
    version, entries = document.version, db.session.query(AuditEntry).count()

    document = read(document)

    assert (document.version, db.session.query(AuditEntry).count()) == (version, entries)
    assert db.session.query(DocumentReading).count() == 1


def test_a_document_that_is_gone_needs_no_reading(app):
    """EX-8: rung for a row that was rolled back."""  # S38
    read_document(999_999)

    assert db.session.query(DocumentReading).count() == 0


@pytest.mark.alone
def test_reading_twice_at_once_leaves_one_reading(live_app):
    """EX-8: two workers that got the same bell."""  # S37
    with live_app.app_context():
        document_id = arrived(samples.invoice_pdf("F-5")).id
    failed: list[Exception] = []

    def work() -> None:
        try:
            with live_app.app_context():
                read_document(document_id)
                commit()
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with live_app.app_context():
        document = db.session.get_one(Document, document_id)
        assert not failed
        assert (document.number, document.status) == ("F-5", Status.TO_PROCESS)
        assert db.session.query(DocumentReading).count() == 1


@pytest.mark.alone
def test_others_write_while_a_page_is_recognised(tmp_path):
    """EX-8: no transaction is open during OCR, so a mail that arrives then is accepted at once."""
    app = make_live_app(tmp_path)
    with app.app_context():
        document_id = arrived(samples.scanned_pdf()).id

    def work() -> None:
        with app.app_context():
            read_document(document_id)
            commit()

    thread = threading.Thread(target=work)
    thread.start()
    count, meanwhile = 0, 0
    while thread.is_alive():
        with app.app_context():
            arrived(samples.invoice_pdf(f"F-{count}"))
        count, meanwhile = count + 1, meanwhile + thread.is_alive()
        time.sleep(0.05)

    assert meanwhile > 5
    with app.app_context():
        assert db.session.get_one(Document, document_id).status is Status.TO_PROCESS


RUN = """
import sys
from app import create_app
from app.tasks import runner
with create_app().app_context():
    runner.run(int(sys.argv[1]))
"""


@pytest.mark.alone
def test_workers_killed_at_any_instant_leave_no_document_unread(tmp_path):
    """EX-8: the same at random moments, the reader's child included."""  # S35
    app = make_live_app(tmp_path)
    with app.app_context():
        document_id = arrived(samples.scanned_pdf("F-7")).id
        task_id = db.session.scalar(select(Task.id))
    for delay in (0.8, 1.2, 1.7):
        worker = _worker(app, task_id)
        time.sleep(delay)
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait(10)
        _lease_runs_out(app)
    assert _worker(app, task_id).wait(90) == 0

    _is_read_once(app, document_id, "F-7")


def _worker(app, task_id: int, **environment: str) -> subprocess.Popen:
    settings = app.config["SETTINGS"]
    told = {
        "FACTEUR_DATA_DIR": str(settings.data_dir),
        "FACTEUR_DATABASE_URL": settings.database_url,
        "FACTEUR_SECRET_KEY": settings.secret_key,
    }
    return subprocess.Popen(
        [sys.executable, "-c", RUN, str(task_id)],
        cwd=ROOT,
        env=os.environ | told | environment,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _lease_runs_out(app) -> None:
    with app.app_context():
        db.session.execute(update(Task).values(lease_until=clock.now() - timedelta(seconds=1)))
        db.session.commit()


def _is_read_once(app, document_id: int, number: str) -> None:
    with app.app_context():
        document = db.session.get_one(Document, document_id)
        assert (document.number, document.status) == (number, Status.TO_PROCESS)
        assert db.session.query(DocumentReading).count() == 1
        assert db.session.scalar(select(Task.state)) is State.DONE


def test_who_saves_an_older_page_is_told_what_was_read_meanwhile(app):
    """RV-8: a page opened before *Read again* never wipes what the reading found."""
    document, member = arrived(samples.invoice_pdf("F-2026-204")), make_user()
    read(document)
    seen = document.version
    read_again(document, by=member)
    commit()
    read(document)

    with pytest.raises(editing.Changed) as changed:
        editing.edit(document, {"order_reference": "O-1"}, by=member, version=seen)

    assert changed.value.names == ["Facteur"]
