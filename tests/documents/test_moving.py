"""A document goes to another company."""

from __future__ import annotations

import pytest

from app.audit.models import AuditEntry
from app.core import clock
from app.core.errors import Refused
from app.counterparties.models import Terms
from app.documents import defaults, moving, twins
from app.documents.models import DocumentFile, ReadState, Status
from app.extensions import db
from app.review import rearranging, undoing
from app.review.models import Progress, RearrangedDocument
from app.tags.models import Tag
from app.users import people
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


@pytest.fixture
def mover(app):
    """A member of both companies."""
    return member_of_both()


def member_of_both():
    user, other = make_user(), make_company("Beta SARL")
    people.join(user, other, Role.MEMBER, by=None)
    db.session.commit()
    return user, other


def make_tag(name, company, **facts):
    """A tag of a company."""
    tag = Tag(company_id=company.id, name=name, **facts)
    db.session.add(tag)
    db.session.commit()
    return tag


def test_it_takes_along_what_is_called_the_same_there(mover):
    """RV-7: files and facts follow; supplier, category and tags are those of the other company."""
    user, other = mover
    here, there = the_company(), other
    document = make_document(
        counterparty=make_counterparty("Durand", here, siren="552100554"), category=make_category("Événements", here)
    )
    document.tags = [make_tag("Lyon", here), make_tag("Only here", here)]
    known = make_counterparty("Durand & Fils", there, siren="552100554")
    category, lyon = make_category("evenements", there), make_tag("lyon", there)
    files = [each.file_id for each in document.files]

    moving.move(document, there, by=user)
    db.session.commit()

    document = reload(document)
    assert (document.company, document.counterparty, document.category) == (there, known, category)
    assert (document.tags, document.counterparty_name) == ([lyon], "")
    assert [each.file_id for each in document.files] == files
    assert document.status is Status.TO_PROCESS


def test_what_nobody_knows_there_keeps_its_name(mover):
    """RV-7: an unknown supplier is proposed by name and identifiers, nothing else of it goes along."""
    user, other = mover
    supplier = make_counterparty("Nouveau Fournisseur", vat_number="FR83404833048", email="private@example.org")
    document = make_document(counterparty=supplier, category=make_category("Only here"))

    moving.move(document, other, by=user)

    assert (document.counterparty, document.category) == (None, None)
    assert document.counterparty_name == "Nouveau Fournisseur"
    assert document.counterparty_facts == {"vat_number": "FR83404833048"}


def test_both_companies_keep_a_trace(mover):
    """US-4: the trail of the company it left says so, and the document's own goes with it."""
    user, other = mover
    document, here = make_document(number="F-77"), the_company()

    moving.move(document, other, by=user)
    db.session.commit()

    own = db.session.scalars(AuditEntry.about(document)).first()
    assert (own.act, own.company_id, own.changes["company"]) == ("moved", other.id, ["Atelier Zoé", "Beta SARL"])
    left = db.session.scalars(AuditEntry.about(here)).first()
    assert (left.act, left.company_id, left.why) == ("document moved", here.id, "F-77")


def test_only_who_may_edit_in_both_moves_it(app):
    """S71: a member of one company brings nothing into another."""
    document, other = make_document(), make_company("Beta SARL")
    accountant = make_user()
    people.join(accountant, other, Role.ACCOUNTANT, by=None)

    for user in (make_user(), accountant):
        with pytest.raises(Refused):
            moving.move(document, other, by=user)

    assert reload(document).company == the_company()


STAYS = {
    "validated": {"validated_at": clock.now()},
    "trash": {"trashed_at": clock.now()},
    "read": {"read_state": ReadState.READING},
}


@pytest.mark.parametrize("word", STAYS)
def test_what_is_decided_or_still_being_read_stays(mover, word):
    """RV-7: only what waits to be checked is moved, and the refusal says why."""
    user, other = mover
    document = make_document(**STAYS[word])

    with pytest.raises(Refused, match=word):
        moving.move(document, other, by=user)

    assert document.company == the_company()


def test_a_file_that_is_there_already_is_not_brought_again(mover):
    """DU-2: the same bytes stand once in each company."""
    user, other = mover
    file = make_file(b"%PDF-1.7 the same")
    make_document(other, file=file)
    document = make_document(file=file)

    with pytest.raises(Refused, match="the same file"):
        moving.move(document, other, by=user)


def test_its_twins_are_those_of_the_other_company(mover):
    """DU-1: the same number of the same supplier there stops its validation."""
    user, other = mover
    document = make_document(counterparty=make_counterparty("Durand"), number="F-1")
    first = make_document(other, counterparty=make_counterparty("Durand", other), number="F-1")
    assert twins.living(document) == []

    moving.move(document, other, by=user)

    assert twins.living(document) == [first]


def test_whoever_was_in_charge_stays_only_where_they_may_work(mover):
    """S72: somebody without access to the other company is not left in charge there."""
    user, other = mover
    stranger = make_user()
    document, second = make_document(assignee=stranger), make_document(assignee=user)

    moving.move(document, other, by=user)
    moving.move(second, other, by=user)

    assert (document.assignee, second.assignee) == (None, user)


def test_pages_that_are_being_split_stay_until_that_is_done(mover):
    """IN-10: a document is not moved from under a split, and a split across companies is not taken back."""
    user, other = mover
    document = make_document(page_count=3)
    asked = rearranging.split(document, [1], by=user)

    with pytest.raises(Refused, match="split"):
        moving.move(document, other, by=user)

    part = make_document()
    asked.progress = Progress.DONE
    asked.documents.append(RearrangedDocument(document=part, position=0, is_made=True))
    moving.move(part, other, by=user)
    with pytest.raises(Refused, match="another company"):
        undoing.undo(asked, by=user)


def test_the_second_of_two_moves_is_refused(mover):
    """S37: moved once, however often it is asked."""
    user, other = mover
    document = make_document()
    moving.move(document, other, by=user)
    db.session.commit()

    with pytest.raises(Refused, match="already"):
        moving.move(reload(document), other, by=user)

    assert db.session.query(DocumentFile).filter_by(document_id=document.id).count() == 1


def test_what_was_usual_in_the_one_company_is_not_usual_in_the_other(mover):
    """LC-6: account, treasury category and payment terms are each company's own; what is typed goes along."""
    (by, there), here = mover, the_company()
    same = {"vat_number": "FR83404833048", "terms": Terms.NET}
    ours = make_counterparty("Durand", here, account_code="401A", treasury_category="Rent", terms_days=10, **same)
    make_counterparty("Durand", there, account_code="401B", terms_days=20, **same)
    document = make_document(here, counterparty=ours, due_date=None)
    defaults.fill(document)
    assert (document.account_code, document.treasury_category) == ("401A", "Rent")

    moving.move(document, there, by=by)

    assert (document.account_code, document.treasury_category) == ("401B", "")
    assert (document.due_date - document.issue_date).days == 20
