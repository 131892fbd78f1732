"""Duplicates, and what a person decides about them."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from app.core import clock
from app.core.errors import Refused
from app.documents import decisions, twins
from app.documents.models import Direction, Document, DocumentFile, FileRole, Kind, Status, TrashKind
from app.extensions import db
from app.web.access import Role
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

SALE = {"direction": Direction.SALE}


def make_twins(**facts):
    """Two purchases of one supplier with one number."""
    supplier = facts.pop("counterparty", None) or make_counterparty()
    first = make_document(**({"number": "F-77", "counterparty": supplier} | facts))
    return first, make_document(**({"number": "f 77", "counterparty": supplier} | facts))


def test_a_purchase_is_a_twin_by_supplier_and_number(app):
    """DU-1: letters and digits count, signs and case do not; whether read, to process or validated."""
    first, second = make_twins()
    make_document(number="F-77")

    assert twins.same_number(first) == [second]
    assert twins.same_number(second) == [first]


def test_a_sale_is_a_twin_whoever_the_customer(app):
    """DU-1: sales count within company and kind."""
    first, second = make_document(number="V-1", **SALE), make_document(number="V-1", **SALE)
    make_document(number="V-1", kind=Kind.CREDIT_NOTE, **SALE)
    make_document(number="V-1", company=make_company("Other"), **SALE)
    make_document(number="V-1")

    assert twins.same_number(first) == [second]


def test_documents_without_a_number_are_no_twins(app):
    """DU-1: nothing is equal to nothing."""
    first, _second = make_document(number="", **SALE), make_document(number=" - ", **SALE)

    assert twins.same_number(first) == []


def test_a_supplier_nobody_knows_yet_is_compared_by_the_name_that_was_read(app):
    """DU-1: same company, kind and supplier; without any name there is nothing to compare."""
    unknown = {"number": "F-77", "counterparty": None}
    first, second = (make_document(counterparty_name=name, **unknown) for name in ("Durand", "DURAND"))
    nameless, _other = make_document(**unknown), make_document(**unknown)
    make_document(number="F-77", counterparty=make_counterparty("Durand"))

    assert twins.same_number(first) == [second]
    assert twins.same_number(nameless) == []


def test_a_supplier_made_on_validation_is_that_of_the_others_with_its_name(app):
    """DU-1: EX-7: what waits under the same name is then compared with it."""
    first = make_document(number="F-77", counterparty=None, counterparty_name="Durand", category=make_category())
    waiting = make_document(number="F 77", counterparty=None, counterparty_name="durand", kind=Kind.CREDIT_NOTE)
    validated_by = make_user()

    decisions.validate(first, by=validated_by)
    db.session.commit()

    assert reload(waiting).counterparty == first.counterparty
    assert reload(waiting).counterparty_name == ""


def test_a_supplier_may_count_from_one_each_year(app):
    """DU-1: numbering restarts each year; within the year it is a twin still."""
    supplier = make_counterparty(numbering_restarts_yearly=True)
    first, second = make_twins(counterparty=supplier)
    second.issue_date = date(2025, 10, 1)

    assert twins.same_number(first) == []
    assert twins.same_number(make_document(number="F77", counterparty=supplier)) == [first]


def test_a_persons_word_ends_it_for_both(app):
    """DU-1: Not a duplicate, with its reason."""
    first, second = make_twins()

    twins.not_a_duplicate(second, first, "Two deliveries on one day", by=make_user())

    assert twins.same_number(first) == twins.same_number(second) == []


def test_not_a_duplicate_needs_a_reason(app):
    """DU-1: the reason is required."""
    first, second = make_twins()

    with pytest.raises(Refused):
        twins.not_a_duplicate(second, first, "  ", by=make_user())

    assert twins.same_number(second) == [first]


def test_a_twin_stands_in_the_way_of_validation(app):
    """DU-1: tested on validation; the sentence is the agreed one."""
    _first, second = make_twins(category=make_category())

    with pytest.raises(decisions.HasTwin, match="It looks like this invoice has already been imported"):
        decisions.validate(second, by=make_user())

    assert second.validated_at is None


def test_a_trashed_twin_is_shown_and_never_blocks(app):
    """DU-1: RV-5: the number of a trashed document is free again."""
    first, second = make_twins(category=make_category())
    decisions.trash(first, by=None)

    assert twins.same_number(second) == [first]
    decisions.validate(second, by=make_user())

    assert second.status is Status.TO_MATCH


def test_lists_know_who_has_a_twin(app):
    """DU-1: in one query for all rows."""
    first, second = make_twins()
    third = make_document()
    decisions.trash(make_document(number=third.number, counterparty=third.counterparty), by=None)

    untrashed = select(Document).where(Document.trashed_at.is_(None))
    found = db.session.scalars(untrashed.where(twins.has_living_twin()).order_by(Document.id))

    assert list(found) == [first, second]


def test_linking_attaches_the_new_file_to_the_existing_invoice(app):
    """DU-1: Link the new document."""
    first, second = make_twins()

    twins.link(second, first, by=make_user())
    db.session.commit()

    first, second = reload(first), reload(second)
    assert [each.role for each in first.files] == [FileRole.ORIGINAL, FileRole.ATTACHMENT]
    assert first.files[1].file == second.original.file
    assert (second.status, second.trash_kind) == (Status.TRASH, TrashKind.DUPLICATE)
    assert second.duplicate_of == first
    assert twins.same_number(first) == []


def test_linked_to_an_invoice_without_a_file_the_new_file_is_its_own(app):
    """DU-1: IN-2: as a spreadsheet brings it: its page shows the pages, and it is no longer without a file."""
    first, second = make_twins()
    db.session.delete(first.files[0])
    first.page_count, second.page_count = 0, 2
    db.session.commit()

    twins.link(second, reload(first), by=make_user())

    assert (first.original.file, first.page_count) == (second.original.file, 2)
    assert second.duplicate_of == first


def test_what_has_no_file_is_not_linked(app, browser):
    """DU-1: entered by hand after its file came: nothing is attached, so nobody is told that it was."""
    first, second = make_twins()
    db.session.delete(second.files[0])
    db.session.commit()
    member = browser(make_user())
    page = member.get(f"/documents/{second.id}").text
    assert "Link the new document" not in page and "Discard the new document" in page

    answer = member.post(f"/documents/{second.id}/duplicates/{first.id}/link")

    assert answer.status_code == 422 and reload(second).trashed_at is None


def test_a_file_is_linked_once(app):
    """DU-1: bytes the invoice has already are not attached again."""
    file = make_file()
    supplier = make_counterparty()
    first = make_document(number="F-77", counterparty=supplier, file=file)
    second = make_document(number="F-77", counterparty=supplier, file=file)

    twins.link(second, first, by=make_user())

    assert len(first.files) == 1


def test_replacing_keeps_the_old_file_in_the_history(app):
    """DU-1: Replace the existing document, offered when the file name is the same."""
    first, second = make_twins(file_name="Invoice.pdf")
    old, new = first.original.file, second.original.file

    twins.replace(second, first, by=make_user())
    db.session.commit()

    first = reload(first)
    assert first.original.file == new
    assert [(each.file, each.role) for each in first.files] == [(old, FileRole.REPLACED), (new, FileRole.ORIGINAL)]
    assert reload(second).trash_kind is TrashKind.DUPLICATE


def test_another_file_name_replaces_nothing(app):
    """DU-1: Replace is offered when the file name is the same."""
    first, second = make_twins()

    with pytest.raises(Refused):
        twins.replace(second, first, by=make_user())

    assert len(first.files) == 1 and not second.trashed_at


@pytest.mark.parametrize("verb", [twins.link, twins.replace])
def test_nothing_is_added_to_what_is_in_the_trash(app, verb):
    """DU-1: a trashed twin is to be restored first."""
    first, second = make_twins(file_name="Invoice.pdf")
    decisions.trash(first, by=None)

    with pytest.raises(Refused, match="restore it first"):
        verb(second, first, by=make_user())


def test_documents_of_two_companies_are_never_joined(app):
    """US-3: S71: a file does not cross from one company to another."""
    first = make_document()
    second = make_document(make_company("Other"))

    with pytest.raises(Refused):
        twins.link(second, first, by=make_user())


def test_discarding_sends_the_new_one_to_the_trash_as_duplicate(app):
    """DU-1: Discard."""
    first, second = make_twins()

    twins.discard(second, first, by=make_user())

    assert (second.trash_kind, second.duplicate_of) == (TrashKind.DUPLICATE, first)


def test_both_are_never_discarded(app):
    """DU-1: on a page from before the other went to the trash, nothing more is thrown away."""
    first, second = make_twins()
    decisions.trash(first, by=make_user())

    for one, other in ((second, first), (second, second)):
        with pytest.raises(Refused):
            twins.discard(one, other, by=make_user())
    with pytest.raises(Refused):
        twins.not_a_duplicate(second, make_document(make_company("Other")), "two of them", by=make_user())


def test_a_page_of_the_former_file_is_told_of_the_new_one(app):
    """RV-8: after *Replace* a form from before it is old."""
    first, second = make_twins(file_name="same.pdf")
    seen = first.version
    twins.replace(second, first, by=make_user())

    with pytest.raises(decisions.Changed):
        decisions.edit(first, {"label": "Other"}, by=make_user(), version=seen)


def test_the_same_bytes_are_found_in_the_company(app):
    """DU-2: any file of a document that is not in the trash, and of that company."""
    file, company = make_file(), the_company()
    make_document(make_company("Other"), file=file)
    assert twins.same_bytes(company.id, file) is None

    first = make_document()
    first.files.append(DocumentFile(file=file, name="copy.pdf", role=FileRole.ATTACHMENT))
    second = make_document(file=file)

    assert twins.same_bytes(company.id, file) is first
    assert twins.same_bytes(company.id, file, but=first) is second


def test_the_same_bytes_in_the_trash_are_offered_apart(app):
    """DU-2: where the twin is in the trash the new one is imported and shows it."""
    file = make_file()
    first, second = make_document(file=file), make_document(file=file)
    decisions.trash(first, by=None)

    assert twins.same_bytes(first.company_id, file, but=second) is None
    assert twins.same_bytes_in_trash(first.company_id, file, but=second) is first


@pytest.mark.parametrize(
    ("facts", "is_similar"),
    [
        ({}, True),
        ({"issue_date": date(2026, 11, 15)}, True),
        ({"issue_date": date(2026, 11, 16)}, False),
        ({"gross_minor": 12001}, False),
        ({"currency": "USD"}, False),
        ({"counterparty": None}, False),
        ({"trashed_at": clock.now()}, False),
    ],
)
def test_alike_documents_are_warned_of(app, facts, is_similar):
    """DU-3: same counterparty, same gross, dates within 45 days, another number."""
    supplier = make_counterparty()
    document = make_document(counterparty=supplier)
    other = make_document(**({"counterparty": supplier} | facts))

    assert twins.similar(document) == ([other] if is_similar else [])


def test_a_list_knows_a_twin_whatever_is_said_of_others(app):
    """DU-1: a verdict on two others, and a supplier elsewhere that counts anew each year, change nothing here."""
    admin, supplier = make_user(Role.ADMIN), make_counterparty()
    years = {"number": "F-9", "counterparty": supplier}
    first = make_document(**years, issue_date=date(2025, 1, 1))
    second = make_document(**years, issue_date=date(2026, 1, 1))
    other = make_document(number="F-9", counterparty=make_counterparty("Third"))
    make_document(counterparty=make_counterparty("Elsewhere", numbering_restarts_yearly=True))
    twins.not_a_duplicate(other, second, "another supplier", by=admin)
    db.session.commit()

    listed = db.session.scalars(Document.visible_to(admin).where(twins.has_living_twin()).order_by(Document.id)).all()

    assert listed == [first, second]
