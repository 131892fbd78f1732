"""An invoice entered by hand: checked like any other, and honest about having no file."""

from __future__ import annotations

import io

import pytest

from app.audit.models import AuditEntry
from app.core import clock
from app.counterparties.models import Counterparty
from app.documents.models import Direction, Document, DocumentFile, FileRole, Status
from app.extensions import db
from app.extraction.jobs import draw_document, read_document
from app.intake.models import Message
from app.rules.acts import Act
from app.tasks import due
from app.web.access import Role
from tests import samples
from tests.conftest import aimed_at
from tests.factories import (
    make_category,
    make_company,
    make_counterparty,
    make_document,
    make_file,
    make_user,
    reload,
    the_company,
)
from tests.rules.making import do, make_rule, when


@pytest.fixture
def member():
    return make_user()


def typed(**facts) -> dict:
    """A complete purchase, as a browser sends it."""
    said = {
        "direction": "purchase",
        "kind": "invoice",
        "number": "H-1",
        "counterparty_name": "Durand",
        "currency": "EUR",
    }
    said |= {"issue_date": "2026-10-01", "due_date": "2026-10-31", "gross": "120.00", "net": "100.00", "tax": "20.00"}
    return said | facts


def test_an_invoice_entered_by_hand_waits_to_be_checked(browser, member):
    """IN-2: without a file, with what was typed; who entered it is in its trail, and nothing arrived by itself."""
    client = browser(member)
    answer = client.post("/add/by-hand", data=typed(due_date="", net="", tax=""))

    document = db.session.query(Document).one()
    assert answer.location == f"/review/{document.id}"
    assert (document.status, document.number, document.gross_minor) == (Status.TO_PROCESS, "H-1", 12000)
    assert (document.party_name, document.label, document.files) == ("Durand", "Durand – H-1", [])
    assert document.source == "hand" and not db.session.query(Message).count()
    acts = db.session.scalars(AuditEntry.about(document).order_by(None).order_by(AuditEntry.id)).all()
    assert [(entry.act, entry.user_id) for entry in acts] == [("entered by hand", member.id), ("edited", member.id)]
    assert "This document has no file" in client.get(f"/review/{document.id}").text
    assert "It was entered by hand, without a file." in client.get(f"/documents/{document.id}").text


def test_what_is_only_saved_is_validated_by_nobody_else(browser, member):
    """LC-3: LC-6: its review stands open before whoever typed it: neither a rule nor its supplier decides meanwhile."""
    make_counterparty("Durand", is_validated_automatically=True)
    make_rule(when("direction", "is", "purchase"), does=[do(Act.VALIDATE)])

    browser(member).post("/add/by-hand", data=typed(category_id=make_category(company=the_company()).id))
    due.run_due()

    assert reload(db.session.query(Document).one()).status is Status.TO_PROCESS


def test_saved_and_validated_at_once(browser, member):
    """IN-2: RV-6: the counterparty is made, the next one is asked for."""
    category = make_category(company=the_company())
    answer = browser(member).post("/add/by-hand/validation", data=typed(category_id=category.id))

    document = db.session.query(Document).one()
    assert answer.location == "/add/by-hand?direction=purchase"
    assert (document.status, document.counterparty.name) == (Status.TO_MATCH, "Durand")


def test_what_is_missing_for_a_validation_is_said_and_nothing_is_kept(browser, member):
    """RV-3: each with its reason beside the field, and what was typed."""
    page = browser(member).post("/add/by-hand/validation", data=typed(issue_date="", gross="", net="", tax=""))

    assert page.status_code == 422
    for sentence in ("Enter the issue date.", "Enter the amount.", "Choose a category."):
        assert sentence in page.text
    assert 'value="H-1"' in page.text
    assert not db.session.query(Document).count() and not db.session.query(Counterparty).count()
    assert browser(member).post("/add/by-hand", data={"direction": "sale", "currency": "EUR"}).status_code == 422


def test_a_number_that_is_there_already_is_not_validated(browser, member):
    """DU-1: nothing is kept; saved without validating, both can be compared."""
    durand = make_counterparty("Durand")
    first = make_document(number="H-1", counterparty=durand)
    category = make_category()
    page = browser(member).post("/add/by-hand/validation", data=typed(category_id=category.id))

    assert page.status_code == 409 and "already been imported" in page.text
    assert f"/documents/{first.id}" in page.text and db.session.query(Document).count() == 1
    assert browser(member).post("/add/by-hand", data=typed()).status_code == 303
    assert "already been imported" in browser(member).get(f"/review/{first.id + 1}").text


def test_what_can_hardly_be_right_is_asked_once(browser, member):
    """EX-4: a due date before the issue date; pressed again, it is meant so."""
    said = typed(category_id=make_category(company=the_company()).id, due_date="2026-09-01")
    page = browser(member).post("/add/by-hand/validation", data=said)
    assert page.status_code == 422 and "It falls due before it was issued." in page.text
    mark = page.text.split('name="despite" value="')[1].split('"')[0]

    assert browser(member).post("/add/by-hand/validation", data=said | {"despite": mark}).status_code == 303


def test_the_fields_follow_the_direction(browser, member):
    """IN-2: the categories and the words of a sale; nothing is kept."""
    make_category("Sold goods", the_company(), direction=Direction.SALE)
    typed_so_far = typed(direction="sale", counterparty_name="Zoé")
    block = browser(member).post("/add/by-hand/draft", data=typed_so_far, headers=aimed_at("typed")).text

    assert "Sold goods" in block and "Customer" in block and 'value="Zoé"' in block and "<h1" not in block
    assert not db.session.query(Document).count()


def test_a_restricted_member_enters_and_is_told_where_it_went(browser):
    """US-2: names of all may be chosen from; validated, it leaves their sight, and they are told."""
    company = make_company(restrict_non_admins=True)
    make_counterparty("Durand", company)
    category, member = make_category(company=company), make_user(company=company)
    client = browser(member)

    assert "Durand" in client.get("/add/by-hand/counterparties?counterparty_name=dur").text
    assert "Durand" not in client.get("/add/by-hand/counterparties").text
    answer = client.post("/add/by-hand/validation", data=typed(category_id=category.id), follow_redirects=True)
    assert "It is now with those who look after Durand." in answer.text


def test_another_company_s_counterparty_is_not_taken(browser, member):
    """US-3: an id of another company is as good as none."""
    other = make_counterparty("Secret", make_company("Elsewhere"))
    browser(member).post("/add/by-hand", data=typed(counterparty_id=other.id))

    assert db.session.query(Document).one().counterparty_id is None
    assert "Secret" not in browser(member).get("/add/by-hand/counterparties?counterparty_name=Sec").text


def test_a_file_is_added_where_the_document_is_checked(app, browser, member):
    """IN-2: RV-1: beside its empty form too, and one comes back there."""
    client, document = browser(member), without_a_file(counterparty=None)
    address = f"/review/{document.id}"
    assert f'action="/documents/{document.id}/original"' in client.get(address).text

    given = {"file": (io.BytesIO(samples.invoice_pdf("F-77")), "durand.pdf"), "back": "review"}
    answer = client.post(f"/documents/{document.id}/original", data=given, content_type="multipart/form-data")

    assert answer.location == address and reload(document).original.name == "durand.pdf"


@pytest.mark.parametrize("role", [Role.APPROVER, Role.ACCOUNTANT])
def test_who_may_not_add_is_refused(browser, role):
    """US-6: approvers and accountants."""
    assert browser(make_user(role)).post("/add/by-hand", data=typed()).status_code == 403


def add(client, document, data: bytes = b"", name: str = "durand.pdf"):
    given = {"file": (io.BytesIO(data), name)} if data else {}
    return client.post(f"/documents/{document.id}/original", data=given, content_type="multipart/form-data")


def without_a_file(**facts) -> Document:
    document = make_document(**facts)
    db.session.delete(document.files[0])
    db.session.commit()
    return document


def test_a_file_added_later_is_read_where_it_still_waits(app, browser, member):
    """IN-2: what was typed stays, what is missing is filled in from it."""
    client = browser(member)
    client.post("/add/by-hand", data=typed(net="", tax="", due_date=""))
    document = db.session.query(Document).one()
    assert add(client, document, samples.invoice_pdf("F-77")).status_code == 303
    assert reload(document).status is Status.READING

    read_document(document.id)
    db.session.commit()

    document = reload(document)
    assert (document.status, document.number, document.gross_minor) == (Status.TO_PROCESS, "H-1", 12000)
    assert document.net_minor and document.original.name == "durand.pdf" and document.page_count == 1
    assert add(client, document, samples.invoice_pdf("F-78")).status_code == 422, "it has one already"


def test_a_file_added_to_a_decided_document_is_only_drawn(app, browser, member):
    """IN-2: no verification follows: its facts stay."""
    document = without_a_file(validated_at=clock.now(), gross_minor=777, net_minor=None, tax_minor=None)
    client = browser(member)
    assert "It was entered by hand, without a file." in client.get(f"/documents/{document.id}").text
    assert add(client, document, samples.invoice_pdf("F-79")).status_code == 303

    draw_document(document.id)
    db.session.commit()

    document = reload(document)
    assert (document.status, document.gross_minor, document.page_count) == (Status.TO_MATCH, 777, 1)
    assert f"/documents/{document.id}/pages/1.png" in client.get(f"/documents/{document.id}").text


def test_a_file_that_cannot_be_its_own_is_refused(browser, member):
    """DU-2: another document's bytes, a text, nothing at all; a stranger finds no document."""
    pdf = samples.invoice_pdf("F-80")
    make_document(file=make_file(pdf))
    document, client = without_a_file(), browser(member)

    for data, name in ((pdf, "a.pdf"), (b"only text", "a.txt"), (b"", "")):
        assert add(client, document, data, name).status_code == 422
    assert add(browser(make_user(Role.ADMIN, make_company("Elsewhere"))), document, pdf).status_code == 404
    assert not reload(document).files


def test_what_was_its_annex_so_far_becomes_its_file(browser, member):
    """IN-2: IN-4: the bytes are its own already, not another document's, and stand there once."""
    pdf = samples.invoice_pdf("F-81")
    document, file = without_a_file(), make_file(pdf)
    document.files.append(DocumentFile(file=file, name="annex.pdf", role=FileRole.ATTACHMENT))
    db.session.commit()

    assert add(browser(member), document, pdf).status_code == 303
    assert [(each.file, each.role) for each in reload(document).files] == [(file, FileRole.ORIGINAL)]
