"""A person says what a part of a message is."""

from __future__ import annotations

import pytest

from app.audit.models import AuditEntry
from app.core import clock
from app.core.errors import Refused
from app.documents import history
from app.documents.models import Document, FileRole, Status
from app.documents.trash import restore
from app.extensions import db
from app.files import store
from app.intake import judging, openings
from app.intake.jobs import open_message
from app.intake.models import Judgement, Message, MessageState, Outcome, Part
from app.web.access import Role
from tests import samples
from tests.factories import make_company, make_counterparty, make_document, make_user, reload, the_company
from tests.intake import mails, packed
from tests.intake.test_opening import fates, opened

J = Judgement


def two_pdfs() -> tuple[Message, Part, Part]:
    """A mail with an invoice and the terms of sale, both of which became documents."""
    message = opened(mails.mail(("f.pdf", mails.pdf("F-1"), mails.PDF), ("cgv.pdf", mails.pdf("CGV"), mails.PDF)))
    return message, *message.parts[1:]


def say(part: Part, judgement: Judgement, target: Document | None = None) -> None:
    """What somebody says, committed."""
    openings.judge(part, judgement, by=make_user(), target=target)
    db.session.commit()


def roles(document: Document) -> list[tuple[str, FileRole]]:
    return [(each.name, each.role) for each in reload(document).files]


def test_an_annex_is_attached_and_its_own_document_goes(app):
    """IN-4: *annex of…*: its file hangs at that document, its own goes to the trash; undone, all is as before."""
    message, invoice, terms = two_pdfs()
    own = terms.document
    say(terms, J.ANNEX, invoice.document)

    assert roles(invoice.document) == [("f.pdf", FileRole.ORIGINAL), ("cgv.pdf", FileRole.ATTACHMENT)]
    assert reload(own).trashed_at and (terms.outcome, terms.document) == (Outcome.ATTACHED, invoice.document)
    assert db.session.query(AuditEntry).filter_by(object_type="message", object_id=message.id, act="judged").one()

    judging.undo(terms, by=make_user())
    db.session.commit()
    assert roles(invoice.document) == [("f.pdf", FileRole.ORIGINAL)]
    told = [line.text for line in history.of(invoice.document)]
    assert told[:2] == ["a retiré une pièce", "a joint une pièce"]
    assert not reload(own).trashed_at and fates(message) == [("f.pdf", "imported"), ("cgv.pdf", "imported")]
    assert terms.judged is None and terms.reason == {}


def test_what_is_no_document_goes_to_the_trash_and_comes_back(app):
    """IN-4: *not a document*, and *invoice* restores it."""
    _message, _invoice, terms = two_pdfs()
    own = terms.document
    say(terms, J.NOT_DOCUMENT)
    assert (reload(own).status, terms.outcome) == (Status.TRASH, Outcome.PASSED_OVER)

    say(terms, J.INVOICE)
    assert not reload(own).trashed_at and (terms.outcome, terms.document) == (Outcome.IMPORTED, own)


@pytest.mark.parametrize("judgement", [J.NOT_DOCUMENT, J.ANNEX])
def test_a_file_judged_before_makes_no_document_again(app, judgement):
    """DU-2: a part already judged *annex* or *not a document* makes none again; in another company it does."""
    _message, invoice, terms = two_pdfs()
    say(terms, judgement, invoice.document if judgement is J.ANNEX else None)

    again = opened(mails.mail(("g.pdf", mails.pdf("F-2"), mails.PDF), ("cgv2.pdf", mails.pdf("CGV"), mails.PDF)))
    assert fates(again) == [("g.pdf", Outcome.IMPORTED), ("cgv2.pdf", Outcome.PASSED_OVER)]
    assert again.parts[2].reason == {"key": "judged_before", "as": judgement, "message": terms.message_id}

    elsewhere = opened(mails.mail(("cgv.pdf", mails.pdf("CGV"), mails.PDF)), company=make_company("Autre SARL"))
    assert fates(elsewhere) == [("cgv.pdf", Outcome.IMPORTED)]


def test_the_last_word_on_a_file_counts(app):
    """DU-2: judged an invoice again, it becomes a document again."""
    _message, _invoice, terms = two_pdfs()
    say(terms, J.NOT_DOCUMENT)
    again = opened(mails.mail(("cgv.pdf", mails.pdf("CGV"), mails.PDF), subject="encore"))
    say(again.parts[1], J.INVOICE)
    third = opened(mails.mail(("cgv.pdf", mails.pdf("CGV"), mails.PDF), subject="toujours"))

    assert again.parts[1].document.status is Status.READING
    assert fates(third) == [("cgv.pdf", Outcome.DUPLICATE)]


def test_a_part_that_was_passed_over_is_taken_out_of_its_message(app):
    """IN-4: its bytes were not kept; the message is opened for them, twice if need be, and one document is made."""
    message = opened(mails.with_logo(picture=mails.logo()))
    logo = message.parts[-1]
    assert (logo.reason["key"], logo.file) == ("decoration", None)
    say(logo, J.INVOICE)
    assert (message.state, logo.reason["key"]) == (MessageState.RECEIVED, judging.PENDING)

    open_message(message.id)
    open_message(message.id)
    db.session.commit()
    assert (logo.outcome, logo.reason["key"]) == (Outcome.IMPORTED, "judged_invoice")
    assert db.session.query(Document).one() == logo.document

    judging.undo(logo, by=make_user())
    assert logo.document is None and logo.reason["key"] == "decoration"
    assert db.session.query(Document).one().trashed_at


def test_a_part_whose_message_cannot_be_opened_any_more_is_not_stuck(app):
    """IN-4: S97: its bytes cannot be taken out; what was said of it can be taken back."""
    message = opened(mails.with_logo(picture=mails.logo()))
    logo = message.parts[-1]
    say(logo, J.INVOICE)
    with pytest.raises(Refused):
        judging.undo(logo, by=make_user())
    db.session.rollback()
    store.path(message.raw).write_bytes(b"changed")
    open_message(message.id)
    db.session.commit()
    assert (message.state, logo.reason["key"]) == (MessageState.FAILED, judging.PENDING)

    judging.undo(logo, by=make_user())
    assert logo.judged is None and logo.reason["key"] == "decoration"


def test_an_annex_that_was_passed_over_is_attached_once_it_is_taken_out(app):
    """IN-4: a spreadsheet beside an invoice belongs to it, though no document is ever made of it."""
    table = ("t.csv", b"a;b", "text/csv")
    message = opened(
        mails.mail(("f.pdf", mails.pdf(), mails.PDF), ("z.zip", packed.zipped({"t.csv": b"a;b"}), "x/zip"), table)
    )
    invoice, inner = message.parts[1].document, message.parts[-1]
    with pytest.raises(Refused):
        openings.judge(inner, J.INVOICE, by=make_user())
    db.session.rollback()
    say(inner, J.ANNEX, invoice)
    open_message(message.id)
    db.session.commit()

    assert roles(invoice)[1:] == [("t.csv", FileRole.ATTACHMENT)]


def test_an_e_invoice_leaves_its_pdf_and_comes_back(app):
    """IN-4: the program may have put together what does not belong together."""
    message = opened(mails.mail(("f.pdf", mails.pdf(), mails.PDF), ("f.xml", samples.facturx_xml(), "text/xml")))
    pdf, xml = message.parts[1:]
    say(xml, J.INVOICE)
    assert len(roles(pdf.document)) == 1 and xml.document != pdf.document

    made = xml.document
    judging.undo(xml, by=make_user())
    db.session.commit()
    assert roles(pdf.document)[1] == ("f.xml", FileRole.E_INVOICE) and reload(made).trashed_at


@pytest.mark.parametrize("judgement", [J.NOT_DOCUMENT, J.ANNEX])
def test_a_document_validated_meanwhile_stays(app, judgement):
    """IN-4: whoever validated it knew what it is: refused in words, and nothing changes."""
    message, invoice, terms = two_pdfs()
    terms.document.validated_at = clock.now()
    db.session.commit()
    with pytest.raises(Refused):
        openings.judge(terms, judgement, by=make_user(), target=invoice.document)
    db.session.rollback()

    assert not reload(terms.document).trashed_at and len(roles(invoice.document)) == 1
    assert fates(reload(message)) == [("f.pdf", "imported"), ("cgv.pdf", "imported")]


def test_files_of_a_document_that_must_be_kept_stay_at_it(app):
    """R17: once it was paid or exported its annex is not taken off any more."""
    _message, invoice, terms = two_pdfs()
    say(terms, J.ANNEX, invoice.document)
    invoice.document.held_at = clock.now()
    db.session.commit()

    with pytest.raises(Refused):
        judging.undo(terms, by=make_user())


def test_a_part_whose_document_was_restored_by_hand_can_be_judged_again(app):
    """TR-1: what happens to the document elsewhere breaks nothing here."""
    _message, _invoice, terms = two_pdfs()
    own = terms.document
    say(terms, J.NOT_DOCUMENT)
    restore(own, by=make_user())
    say(terms, J.NOT_DOCUMENT)

    assert reload(own).trashed_at and terms.judged is J.NOT_DOCUMENT
    judging.undo(terms, by=make_user())
    assert not reload(own).trashed_at


def test_the_page_offers_each_judgement_and_takes_it(app, browser):
    """IN-4: in one click, beside each part; annexes also of a document waiting elsewhere, by its number."""
    message, _invoice, terms = two_pdfs()
    waiting = make_document(number="F-2026/077")
    client = browser(make_user())
    page = client.get(f"/messages/{message.id}").text
    assert page.count("Not a document") == 2 and "Several of its parts became documents" in page

    url = f"/messages/{message.id}/parts/{terms.id}/judgement"
    answer = client.post(url, data={"judgement": "annex", "number": "f 2026 077"}, follow_redirects=True)
    assert "is attached to F-2026/077" in answer.text and "It is an invoice" in answer.text
    assert ("cgv.pdf", FileRole.ATTACHMENT) in roles(waiting)
    client.post(f"{url}-undo")
    assert len(roles(waiting)) == 1


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({}, "Say what this part is."),
        ({"judgement": "x"}, "Say what this part is."),
        ({"judgement": "annex"}, "Choose the document it belongs to."),
        ({"judgement": "annex", "number": "none"}, "No document waits with the number none."),
        ({"judgement": "invoice"}, "This file is a document already."),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(app, browser, form, said):
    """IN-4: nothing changes."""
    message, _invoice, terms = two_pdfs()
    terms.outcome = Outcome.DUPLICATE
    db.session.commit()

    answer = browser(make_user()).post(f"/messages/{message.id}/parts/{terms.id}/judgement", data=form)
    assert answer.status_code == 422 and said in answer.text and reload(terms).judged is None


def test_no_document_out_of_sight_takes_an_annex(app, browser):
    """US-2: neither by its id nor by its number; US-3: nor one of another company."""
    company = the_company()
    company.restrict_non_admins = True
    message, _invoice, terms = two_pdfs()
    hidden = make_document(number="H-1", counterparty=make_counterparty(), validated_at=clock.now())
    other = make_document(make_company("Autre SARL"), number="O-1")
    client = browser(make_user())

    for form in ({"document": hidden.id}, {"document": other.id}, {"number": "H-1"}, {"number": "O-1"}):
        answer = client.post(f"/messages/{message.id}/parts/{terms.id}/judgement", data={"judgement": "annex"} | form)
        assert answer.status_code == 422  # S72
    assert len(roles(hidden)) == len(roles(other)) == 1


def test_who_may_not_add_invoices_judges_no_part(app, browser):
    """US-6: 403 for a role without the right, 404 for a stranger and for a part of another message."""
    message, _invoice, terms = two_pdfs()
    other = opened(mails.invoice_mail("F-9"))
    path, form = f"/messages/{message.id}/parts/{terms.id}/judgement", {"judgement": "not_document"}

    assert browser(make_user(Role.APPROVER)).post(path, data=form).status_code == 403
    assert browser(make_user(company=make_company("Autre"))).post(path, data=form).status_code == 404
    wrong = f"/messages/{other.id}/parts/{terms.id}/judgement"
    assert browser(make_user()).post(wrong, data=form).status_code == 404
    assert reload(terms).judged is None


@pytest.mark.parametrize("judgement", [J.NOT_DOCUMENT, J.ANNEX])
def test_a_message_hides_with_the_document_that_came_of_a_judged_part(app, browser, judgement):
    """US-2: S72: what was no document first and is validated for another's supplier later; so is its original mail."""
    the_company().restrict_non_admins = True
    message, invoice, terms = two_pdfs()
    own = terms.document
    say(terms, judgement, invoice.document if judgement is J.ANNEX else None)
    client = browser(make_user())
    assert client.get(f"/messages/{message.id}/raw").status_code == 200

    restore(own, by=None)
    own.counterparty, own.validated_at = make_counterparty(), clock.now()
    db.session.commit()
    assert client.get(f"/messages/{message.id}/raw").status_code == 404  # S72
