"""What people correct is kept with its company, and used on the supplier's next document."""

from __future__ import annotations

from sqlalchemy import select

from app.documents import arrival, decisions, editing
from app.documents.models import Direction, Document
from app.extensions import db
from app.extraction import learning
from app.extraction.jobs import read_document
from app.extraction.models import KeptLesson, newest
from app.tasks.jobs import commit
from app.users.models import Company
from tests import samples
from tests.factories import make_category, make_company, make_file, make_user, reload, the_company


def arrived(number: str, other: str, company: Company | None = None, **said) -> Document:
    """A document of the sample's supplier, read; it prints `other` after words that nobody knows."""
    company = company or the_company()
    data = samples.invoice_pdf(number, extra=[f"Feuille de comptoir {other}"], **said)
    document = arrival.arrive(company, Direction.PURCHASE, make_file(data), "a.pdf", source="upload", by=None)
    commit()
    read_document(document.id)
    commit()
    return reload(document)


def corrected(document: Document, **changes) -> Document:
    """The same after a person changed this and validated it."""
    person = make_user()
    changes["category_id"] = make_category().id
    editing.edit(document, changes, by=person, version=document.version)
    decisions.validate(document, by=person)
    commit()
    return reload(document)


def lessons() -> list[KeptLesson]:
    """All that were kept."""
    return list(db.session.scalars(select(KeptLesson)))


def test_one_correction_makes_the_next_document_right(app):
    """EX-6: what stands in another place is the number; the next document has it from there."""
    first = corrected(arrived("F-2026-101", "PD-0041"), number="PD-0041")
    (kept,) = lessons()
    assert (kept.field, kept.document, kept.counterparty) == ("number", first, first.counterparty)

    second = arrived("F-2026-102", "PD-0042")

    assert second.number == "PD-0042" and newest(second).reading.fields["number"].lesson == str(kept.id)
    assert "number" not in second.unsure


def test_what_was_read_right_teaches_nothing(app):
    """EX-6: a lesson is a correction; changing a label is none."""
    corrected(arrived("F-2026-101", "PD-0041"), label="Paper")
    assert lessons() == []


def test_a_removed_lesson_is_not_used_until_it_is_brought_back(app):
    """EX-6: a wrong lesson can be removed, and that can be undone."""
    corrected(arrived("F-2026-101", "PD-0041"), number="PD-0041")
    (kept,), person = lessons(), make_user()
    learning.forget(kept, by=person)
    commit()
    assert arrived("F-2026-102", "PD-0042").number == "F-2026-102"

    learning.bring_back(lessons()[0], by=person)
    commit()
    assert arrived("F-2026-103", "PD-0043").number == "PD-0043"


def test_a_forgotten_lesson_is_not_learned_again_from_the_same_document(app):
    """EX-6: saving its document once more changes nothing."""
    document = corrected(arrived("F-2026-101", "PD-0041"), number="PD-0041")
    learning.forget(lessons()[0], by=make_user())
    commit()
    editing.edit(document, {"label": "Paper"}, by=make_user(), version=reload(document).version)
    commit()
    assert [each.removed_at is None for each in lessons()] == [False]


def test_a_second_correction_takes_the_place_of_the_first(app):
    """EX-6: also after validation."""
    document = corrected(arrived("F-2026-101", "PD-0041"), number="PD-0041")
    for number, count in (("SIRET 0041", 1), ("F-2026-101", 0)):
        editing.edit(document, {"number": number}, by=make_user(), version=reload(document).version)
        commit()
        assert len(lessons()) == count


def test_one_company_s_lessons_say_nothing_in_another(app):
    """S72: EX-6: what one company's people corrected stays theirs."""
    corrected(arrived("F-2026-101", "PD-0041"), number="PD-0041")
    assert arrived("F-2026-102", "PD-0042", make_company("Elsewhere")).number == "F-2026-102"


def test_another_supplier_s_document_is_read_as_before(app):
    """EX-6: a lesson is for one supplier's layout."""
    corrected(arrived("F-2026-101", "PD-0041"), number="PD-0041")
    other = {"seller": "Papier Vert", "vat_number": "FR83404833048", "siren": "404833048", "email": "a@papier.example"}
    other["iban"] = "DE89370400440532013000"
    assert arrived("F-2026-102", "PD-0042", **other).number == "F-2026-102"
