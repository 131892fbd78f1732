"""Messages become documents, once."""

from __future__ import annotations

import pytest

from app.documents import trash
from app.documents.models import Direction, Document, FileRole, Status, TrashKind
from app.extensions import db
from app.files import store
from app.intake.arrival import take_message
from app.intake.jobs import open_message
from app.intake.letter import MOST_PARTS
from app.intake.models import Message, MessageState, Outcome, Source
from app.intake.openings import open_again, take_anyway
from app.tasks import runner
from app.tasks.models import State, Task
from tests import samples
from tests.factories import make_company, make_user, the_company
from tests.intake import mails


def arrive(raw: bytes, **facts) -> Message:
    """A message that came in, not opened yet."""
    facts = {"company": the_company(), "direction": Direction.PURCHASE, "source": Source.SMTP} | facts
    message = take_message(raw, **facts)
    db.session.commit()
    return message


def opened(raw: bytes, **facts) -> Message:
    """A message that came in and was opened by its task."""
    message = arrive(raw, **facts)
    for task in db.session.query(Task).filter_by(kind="open_message", state=State.READY):
        assert runner.run(task.id)
    return db.session.get_one(Message, message.id)


def fates(message: Message) -> list[tuple[str, Outcome]]:
    """Name and outcome of each part that is no text."""
    return [(part.name, part.outcome) for part in message.parts if part.reason.get("key") != "body"]


def test_an_invoice_that_was_mailed_becomes_a_document(app):
    """IN-4: a PDF attached becomes a document of its company, with the file as its original."""
    message = opened(mails.invoice_mail("F-2026-009"), direction=Direction.SALE)

    [document] = db.session.query(Document)
    assert fates(message) == [("F-2026-009.pdf", Outcome.IMPORTED)]
    assert (document.direction, document.status, document.source) == (Direction.SALE, Status.READING, "smtp")
    assert store.read(document.original.file) == mails.pdf("F-2026-009")
    assert (message.sender, message.subject) == ("Compta <compta@fournisseur.example>", "Votre facture")


def test_a_pdf_and_its_xml_become_one_document(app):
    """IN-4: a PDF and an XML of the same invoice in one message become ONE document."""
    xml = samples.facturx_xml("F-2026-009")
    message = opened(mails.mail(("f.pdf", mails.pdf(), mails.PDF), ("f.xml", xml, "text/xml")))

    [document] = db.session.query(Document)
    assert fates(message) == [("f.pdf", Outcome.IMPORTED), ("f.xml", Outcome.ATTACHED)]
    assert [each.role for each in document.files] == [FileRole.ORIGINAL, FileRole.E_INVOICE]
    assert {part.document for part in message.parts if part.document} == {document}


def test_an_xml_that_comes_before_its_pdf_is_its_xml_all_the_same(app):
    """IN-4: senders attach in any order."""
    xml = samples.facturx_xml("F-2026-009")
    message = opened(mails.mail(("f.xml", xml, "text/xml"), ("f.pdf", mails.pdf(), mails.PDF)))

    [document] = db.session.query(Document)
    assert fates(message) == [("f.xml", Outcome.ATTACHED), ("f.pdf", Outcome.IMPORTED)]
    assert [each.role for each in document.files] == [FileRole.ORIGINAL, FileRole.E_INVOICE]


def test_an_xml_whose_pdf_is_beyond_the_cap_is_a_document_itself(app):
    """IN-4: a mail with more parts than are opened loses none of those that are. S20"""
    xml = samples.facturx_xml("F-2026-009")
    inner = mails.mail(*((f"{n}.pdf", mails.pdf(f"N-{n}"), mails.PDF) for n in range(MOST_PARTS)))
    files = (
        ("f.xml", xml, "text/xml"),
        ("more.eml", inner, "application/octet-stream"),
        ("f.pdf", mails.pdf(), mails.PDF),
    )
    message = opened(mails.mail(*files))

    assert dict(fates(message))["f.xml"] is Outcome.IMPORTED
    assert len(message.parts) == MOST_PARTS
    assert "too_many_parts" in [note["key"] for note in message.notes]


@pytest.mark.parametrize(("name", "data", "key"), [("f.pdf", b"", "empty"), ("f.pdf", b"<html>x", "mislabelled")])
def test_what_only_claims_to_be_a_document_waits_for_a_person(app, name, data, key):
    """IN-8: empty and mislabelled files give a row in the log and a document to complete by hand."""
    message = opened(mails.mail((name, data, mails.PDF)))

    part = message.parts[-1]
    assert (part.outcome, part.reason["key"]) == (Outcome.UNREADABLE, key)
    assert part.document.original.name == "f.pdf"


def test_the_same_mail_again_is_imported_once_and_logged_twice(app):
    """IN-3: known by its address and the SHA-256 of its bytes; S7: the sender never got our 250."""
    first = opened(mails.invoice_mail())

    again = opened(mails.invoice_mail())  # S7

    assert again.state is MessageState.REPEATED and again.first == first
    assert again.subject == first.subject and not again.parts
    assert db.session.query(Document).count() == 1
    assert db.session.query(Task).filter_by(kind="open_message").count() == 1


def test_one_mail_to_two_addresses_is_two_imports(app):
    """IN-3: two of our addresses in one mail are two imports."""
    raw, company, other = mails.invoice_mail(), the_company(), make_company("Other SARL")

    assert opened(raw, company=company).state is MessageState.OPENED
    assert opened(raw, direction=Direction.SALE).state is MessageState.OPENED
    assert opened(raw, company=other).state is MessageState.OPENED
    assert db.session.query(Document).filter_by(company_id=other.id, trashed_at=None).count() == 1


def test_the_same_message_id_with_other_content_is_kept_and_flagged(app):
    """S8: a Message-ID is never the only key; other Message-IDs with the same bytes inside are DU-2."""
    first = opened(mails.invoice_mail("F-1", message_id="<a@x>"))
    second = opened(mails.invoice_mail("F-2", message_id="<a@x>"))  # S8
    third = opened(mails.invoice_mail("F-2", message_id="<b@x>"))

    assert second.notes == [{"key": "same_message_id", "message": first.id}]
    assert first.notes == [{"key": "same_message_id", "message": second.id}]
    assert fates(third) == [("F-2.pdf", Outcome.DUPLICATE)] and third.notes == []
    assert db.session.query(Document).filter_by(trashed_at=None).count() == 2


def test_the_same_bytes_again_go_to_the_trash_as_a_duplicate(app):
    """DU-2: linked to the first, and said in the mail log."""
    opened(mails.invoice_mail("F-1"))
    message = opened(mails.invoice_mail("F-1", subject="Rappel"))

    first, second = db.session.query(Document).order_by(Document.id)
    assert (second.trash_kind, second.duplicate_of) == (TrashKind.DUPLICATE, first)
    assert message.parts[-1].reason == {"key": "same_bytes", "document": first.id}


def test_a_twin_in_the_trash_blocks_nothing(app):
    """DU-2: where the twin is in the trash the new one is imported."""
    opened(mails.invoice_mail("F-1"))
    trash.trash(db.session.query(Document).one(), by=None)
    db.session.commit()

    message = opened(mails.invoice_mail("F-1", subject="Rappel"))

    assert fates(message) == [("F-1.pdf", Outcome.IMPORTED)]


def test_an_xml_beside_a_pdf_that_was_there_already_is_not_lost(app):
    """DU-2: the PDF is a duplicate, the XML is news: it becomes a document of its own."""
    xml = ("f.xml", samples.facturx_xml(), "text/xml")
    opened(mails.mail(("f.pdf", mails.pdf(), mails.PDF)))

    second = opened(mails.mail(("f.pdf", mails.pdf(), mails.PDF), xml))
    third = opened(mails.mail(("f.pdf", mails.pdf(), mails.PDF), xml, subject="encore"))

    assert fates(second) == [("f.pdf", Outcome.DUPLICATE), ("f.xml", Outcome.IMPORTED)]
    assert fates(third) == [("f.pdf", Outcome.DUPLICATE), ("f.xml", Outcome.DUPLICATE)]
    assert db.session.query(Document).filter_by(trashed_at=None).count() == 2


def test_the_same_file_twice_in_one_mail_makes_one_document(app):
    """DU-2: the second is said to be the first again."""
    message = opened(mails.mail(("a.pdf", mails.pdf(), mails.PDF), ("b.pdf", mails.pdf(), mails.PDF)))

    assert fates(message) == [("a.pdf", Outcome.IMPORTED), ("b.pdf", Outcome.DUPLICATE)]
    assert db.session.query(Document).count() == 1


@pytest.mark.parametrize(
    ("headers", "key"), [({"Auto-Submitted": "auto-replied"}, "auto_reply"), ({"List-Id": "<x>"}, "list")]
)
def test_an_automatic_mail_makes_no_document_unless_a_person_wants_it(app, headers, key):
    """IN-7: no document and one log line; a person can take its attachments all the same."""
    message = opened(mails.invoice_mail("F-1", **headers))  # S14

    assert message.notes == [{"key": key}] and fates(message) == [("F-1.pdf", Outcome.PASSED_OVER)]
    assert not db.session.query(Document).count() and not db.session.query(Task).filter_by(kind="deliver").count()

    take_anyway(message, by=make_user())
    db.session.commit()
    open_message(message.id)
    assert fates(message) == [("F-1.pdf", Outcome.IMPORTED)]


def test_the_empty_sender_makes_no_document(app):
    """IN-7: bounces come from nobody."""
    message = opened(mails.invoice_mail("F-1"), envelope_sender="<>")

    assert message.notes == [{"key": "bounce"}] and not db.session.query(Document).count()  # S14


def test_a_mail_without_an_attachment_says_so(app):
    """IN-5: nothing that arrived is ever invisible."""
    message = opened(mails.mail(subject="Votre facture est disponible"))

    assert message.state is MessageState.OPENED and message.notes == [{"key": "no_attachment"}]


def test_a_message_that_cannot_be_opened_is_shown_as_failed(app):
    """S6: 1,000 nested multiparts; the original is kept and no task tries for ever."""
    raw = mails.nested_multiparts(1000)
    message = opened(raw)  # S6 S20

    assert message.state is MessageState.FAILED and message.notes == [{"key": "nested"}]
    assert store.read(message.raw) == raw


def test_an_original_that_was_changed_on_disk_is_not_opened(app):
    """S97: one bit changed is found and said, never served as good."""
    message = arrive(mails.invoice_mail())
    store.path(message.raw).write_bytes(b"changed")

    open_message(message.id)

    assert message.state is MessageState.FAILED and message.notes == [{"key": "damaged"}]
    assert not db.session.query(Document).count()


def test_opening_twice_makes_nothing_twice(app):
    """S37: run again, the job keeps what it made."""
    message = opened(mails.mail(("a.pdf", mails.pdf(), mails.PDF), ("a.txt", b"x", "text/plain")))
    parts = [(part.id, part.document_id) for part in message.parts]

    open_message(message.id)  # S37
    open_message(message.id)

    db.session.expire_all()
    assert [(part.id, part.document_id) for part in message.parts] == parts
    assert db.session.query(Document).count() == 1


def test_read_again_takes_what_was_not_taken(app):
    """IN-5: *Read again* opens the parts nothing was made of; the others stay as they are."""
    message = opened(mails.mail(("a.pdf", mails.pdf("F-1"), mails.PDF), ("b.pdf", mails.pdf("F-2"), mails.PDF)))
    first, second = (part for part in message.parts if part.document_id)
    kept = first.document_id
    db.session.delete(second)
    db.session.commit()
    db.session.expire_all()

    open_again(message, by=make_user())
    db.session.commit()
    open_message(message.id)

    assert first.document_id == kept
    assert fates(message) == [("a.pdf", Outcome.IMPORTED), ("b.pdf", Outcome.DUPLICATE)]


def test_a_hostile_name_is_only_text(app):
    """S33: the path comes from the hash, whatever the file is called."""
    name = "../../etc/" + "x" * 400 + '<script>"\u202e.pdf'
    message = opened(mails.mail((name, mails.pdf(), mails.PDF)))  # S33

    original = message.parts[-1].document.original
    assert len(original.name) == 300 and "\u202e" not in original.name
    assert store.path(original.file).relative_to(store.root()).name == original.file.sha256


def test_a_plain_file_given_twice_is_told_by_its_bytes(app):
    """DU-2: an uploaded file is no repeated mail; once its twin is in the trash it comes in again."""
    facts = {"is_mail": False, "source": Source.UPLOAD, "name": "a.pdf"}
    assert fates(opened(mails.pdf(), **facts)) == [("a.pdf", Outcome.IMPORTED)]
    assert fates(opened(mails.pdf(), **facts)) == [("a.pdf", Outcome.DUPLICATE)]
    trash.trash(db.session.query(Document).order_by(Document.id).first(), by=None)
    db.session.commit()
    assert fates(opened(mails.pdf(), **facts)) == [("a.pdf", Outcome.IMPORTED)]
