"""What corrections have taught is shown where it is used, and can be forgotten."""

from __future__ import annotations

from app.counterparties.models import Counterparty
from app.documents.models import Document
from app.extensions import db
from app.extraction.models import KeptLesson
from app.extraction.reading import Found
from app.web.access import Role
from tests.factories import make_company, make_counterparty, make_document, make_user, reload, the_company
from tests.review.readings import made_reading
from tests.review.test_review import marked

SAYS = {"layout": {"identifiers": [], "name": "", "labels": []}, "place": None, "form": "X", "instead_of": ""}


def taught(party: Counterparty, document: Document, by=None) -> KeptLesson:
    """A lesson about the number, learned from a document."""
    about = {"company_id": party.company_id, "counterparty_id": party.id, "document_id": document.id}
    lesson = KeptLesson(**about, field="number", says=SAYS, by_id=by and by.id)
    db.session.add(lesson)
    db.session.commit()
    return lesson


def test_a_field_says_whose_correction_it_follows(browser):
    """EX-6: EX-3: the reason stands beside the field."""
    party, person = make_counterparty("Papeterie Durand"), make_user(name="Léa Martin")
    lesson = taught(party, make_document(counterparty=party), person)
    document = make_document()
    made_reading(document, {"number": Found("F-204", 0.97, 1, (0.6, 0.1, 0.7, 0.12), lesson=str(lesson.id))})

    page = browser(person).get(f"/review/{document.id}").text

    assert "As on an earlier document of Papeterie Durand, corrected by Léa Martin." in marked(page, "number")


def test_what_was_learned_is_listed_and_can_be_forgotten_and_brought_back(browser):
    """EX-6: field, document and day; *Forget* can be undone."""
    party = make_counterparty("Papeterie Durand")
    lesson = taught(party, make_document(counterparty=party, number="F-777"))
    client, address = browser(make_user()), f"/counterparties/{party.id}"
    page = client.get(address).text
    assert "What was learned" in page and "F-777" in page

    answer = client.post(f"/lessons/{lesson.id}/removal", follow_redirects=True)
    assert "Forgotten" in answer.text and f"/lessons/{lesson.id}/return" in answer.text
    assert reload(lesson).removed_at and "What was learned" not in client.get(address).text

    client.post(f"/lessons/{lesson.id}/return")
    assert reload(lesson).removed_at is None and "What was learned" in client.get(address).text


def test_a_stranger_knows_nothing_of_it(browser):
    """S72: another company's lesson is not found."""
    party = make_counterparty("Papeterie Durand")
    lesson = taught(party, make_document(counterparty=party))
    stranger = make_user(company=make_company("Elsewhere"))

    assert browser(stranger).post(f"/lessons/{lesson.id}/removal").status_code == 404
    assert reload(lesson).removed_at is None


def test_who_may_not_edit_may_not_forget(browser):
    """EX-6: S71: an approver sees no button, and the act is refused."""
    party = make_counterparty("Papeterie Durand")
    lesson = taught(party, make_document(counterparty=party))
    reader = make_user(Role.ACCOUNTANT)

    assert browser(reader).post(f"/lessons/{lesson.id}/removal").status_code in (403, 404)
    assert reload(lesson).removed_at is None and the_company()
