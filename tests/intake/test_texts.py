"""Mails that attach nothing: their text is the invoice, or says where one can be fetched."""

from __future__ import annotations

import time

import pytest

from app.documents.models import Document, Status, TrashKind
from app.extensions import db
from app.files import store
from app.intake import bodies, downloads, maillog, texts
from app.intake.jobs import make_document_of_text, open_message
from app.intake.models import IntakeRule, Message, MessageState, Outcome
from app.intake.pieces import Fate, Piece
from app.reader.faults import FAULT
from app.tasks import runner
from app.tasks.models import State, Task
from app.web.access import Role
from tests.factories import make_company, make_user, reload, the_company
from tests.intake import mails, packed
from tests.intake.test_opening import opened
from tests.intake.test_pages import file

ROWS = "<tr><td>Course</td><td>18,18 €</td></tr><tr><td>Total TTC</td><td>20,00 €</td></tr>"
RECEIPT = f"<h1>Reçu n° T-99812</h1><table>{ROWS}</table>"
LINK = "Bonjour,\nVotre facture de 84,12 € est disponible dans votre espace client :\nhttps://espace.energie.example/f?x=1&y=2"


def receipt(**said) -> bytes:
    """A taxi receipt without any attachment."""
    return mails.mail(subject="Votre reçu", text="Votre reçu", html=RECEIPT, **said)


def link() -> bytes:
    """A mail of a portal."""
    return mails.mail(subject="Votre facture est disponible", text=LINK)


def run_waiting(kind: str) -> list[bool]:
    """Run the tasks of this kind that wait."""
    tasks = db.session.query(Task).filter_by(kind=kind, state=State.READY)
    return [runner.run(task.id) for task in tasks]


def keys(message: Message) -> list[str]:
    return [note["key"] for note in message.notes]


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("Facture n° 2026-12\nTotal TTC : 120,00 €\nTVA 20,00 €", "body_invoice"),
        ("Invoice number INV-77\nAmount due: $42.00", "body_invoice"),
        ("Rechnung Nr. 12\nGesamtbetrag 1.234,50 EUR\nMwSt 200,00 EUR", "body_invoice"),
        (LINK, "to_download"),
        ("Your invoice is available: https://portal.example/i/1", "to_download"),
        ("Facture n° 12, montant 84,12 €, disponible en ligne : https://portail.example/f", "to_download"),
        ("Bonjour, avez-vous reçu notre facture ? Cordialement, https://fournisseur.example", None),
        ("Écrivez à factures@acme.example, en ligne sur https://x.example", None),
        ("Le total de la commande est de 20,00 € et 30,00 €.", None),
        ("", None),
    ],
)
def test_a_text_is_told_from_an_invoice_and_from_a_link_to_one(text, note):
    """IN-4: amounts, a number and the words of an invoice; or words and a link to where it lies."""
    piece = Piece("", "text/plain", "", text.encode(), Fate.PASSED_OVER, {"key": "body"})

    assert (bodies.note_of(bodies.best([piece])) or {}).get("key") == note


@pytest.mark.parametrize(
    "text", ["<a href='http://x/", "a", "€1", "1 ", "<", "http://", "n° ", "@", "&#x", "<!--", "<style>"]
)
def test_no_text_keeps_the_opening_busy(text):
    """S20: words repeated for ever, tags that never end."""
    piece = Piece("", "text/html", "", (text * 300_000)[:300_000].encode(), Fate.PASSED_OVER, {"key": "body"})
    begun = time.monotonic()
    body = bodies.best([piece])

    assert body and body.is_invoice is body.is_elsewhere is False and time.monotonic() - begun < 5  # S20


def test_a_text_that_is_an_invoice_becomes_a_document_by_one_click(app, browser):
    """IN-4: proposed in the log, made by its task, read like any other; clicked or run twice, made once."""
    message, client = opened(receipt()), browser(make_user())
    page = client.get(f"/messages/{message.id}").text
    assert keys(message) == ["body_invoice"] and "its text looks like an invoice" in page
    assert "Make a document of its text" in page

    for _click in range(2):
        client.post(f"/messages/{message.id}/text-document")
    assert run_waiting("make_document_of_text") == [True, True]

    [document], [part] = db.session.query(Document), [each for each in reload(message).parts if each.document]
    assert (part.outcome, part.reason["key"], part.declared_type) == (Outcome.IMPORTED, "body_made", "text/html")
    assert (document.status, document.original.name) == (Status.READING, "Votre reçu.pdf")
    assert store.read(document.original.file).startswith(b"%PDF-")
    page = client.get(f"/messages/{message.id}").text
    assert "Make a document of its text" not in page and "Made of the text of the message" in page
    assert client.post(f"/messages/{message.id}/text-document").status_code == 422


@pytest.mark.parametrize(
    "headers", [b"Auto-Submitted: auto-replied\r\n", b"X-Failed-Recipients: a@b.example\r\n", b"Return-Path: <>\r\n"]
)
def test_no_document_is_offered_of_the_text_of_an_answering_machine(app, browser, headers):
    """IN-7: auto-replies and bounces create no document, not even by a click; their attachments stay within reach."""
    message, client = opened(headers + receipt()), browser(make_user())

    assert "Make a document of its text" not in client.get(f"/messages/{message.id}").text
    assert client.post(f"/messages/{message.id}/text-document").status_code == 422


def test_the_page_shows_by_itself_what_was_made_of_a_text(app, browser):
    """EX-8: asked for, it says so and asks again until the document is there."""
    message, client = opened(receipt()), browser(make_user())
    address = f"/messages/{message.id}"
    assert 'hx-trigger="every 3s"' not in client.get(address).text

    page = client.post(f"{address}/text-document", follow_redirects=True).text
    assert 'hx-trigger="every 3s"' in page and "Its text as a document" not in page

    run_waiting("make_document_of_text")
    assert "Made of the text of the message" in client.get(address).text


def test_read_again_keeps_the_document_of_a_text(app):
    """IN-5: S37: opened again, drawn again: one document."""
    message = opened(receipt())
    for _time in range(2):
        make_document_of_text(message.id, None)
        open_message(message.id)

    assert db.session.query(Document).count() == 1


def test_a_text_in_a_forwarded_mail_can_be_a_document(app):
    """IN-4: the receipt somebody forwarded as an attachment, not their own few words."""
    message = opened(mails.forwarded(receipt()))
    make_document_of_text(message.id, None)
    db.session.commit()

    part = next(each for each in reload(message).parts if each.document)
    assert keys(message) == ["body_invoice"] and part.declared_type == "text/html"


def test_a_rule_makes_documents_of_all_that_a_sender_writes(app, browser):
    """IN-4: by a rule per sender, made by a box beside the click; listed and removed where addresses are."""
    client = browser(make_user())
    message = opened(receipt(sender="Taxi <Recu@VTC.example>"))
    for _twice in range(2):
        client.post(f"/messages/{message.id}/text-document", data={"always": "yes"})
    [rule] = db.session.query(IntakeRule)
    assert rule.sender == "recu@vtc.example"
    run_waiting("make_document_of_text")

    again = opened(receipt(sender="recu@vtc.example", message_id="<2@x>"))
    other = opened(receipt(sender="recu@other.example"))
    attached = opened(mails.invoice_mail("F-1", sender="recu@vtc.example"))
    elsewhere = opened(receipt(sender="recu@vtc.example"), company=make_company("Autre"))
    assert run_waiting("make_document_of_text") == [True]
    assert reload(again).has_documents and not reload(other).has_documents and not reload(elsewhere).has_documents
    assert len([part for part in reload(attached).parts if part.document]) == 1

    assert "recu@vtc.example" in client.get("/add/by-email").text
    client.post(f"/add/by-email/rules/{rule.id}/removal")
    opened(receipt(sender="recu@vtc.example", message_id="<3@x>"))
    assert not run_waiting("make_document_of_text") and "recu@vtc.example" not in client.get("/add/by-email").text


def test_a_rule_makes_nothing_of_what_a_machine_answers(app):
    """IN-7: S14: an out-of-office of that sender is no document, nor is the covering note of what cannot be opened."""
    db.session.add(IntakeRule(company_id=the_company().id, sender="compta@fournisseur.example"))
    opened(receipt(**{"Auto-Submitted": "auto-replied"}))
    opened(mails.mail(("a.zip", packed.encrypted("a.pdf", b"%PDF-1"), "application/zip")))

    assert not run_waiting("make_document_of_text")  # S14


def test_a_text_that_cannot_be_drawn_says_so(app, browser, monkeypatch):
    """IN-4: S22: the process that draws it dies: the reason in words, and what to do."""
    message = opened(receipt())
    monkeypatch.setenv("FACTEUR_TEST_FAULTS", "1")
    monkeypatch.setenv(FAULT, "abort")  # S22
    make_document_of_text(message.id, None)
    db.session.commit()

    assert texts.NOT_MADE in keys(reload(message)) and not db.session.query(Document).count()
    assert "No document could be made of its text" in browser(make_user()).get(f"/messages/{message.id}").text


def test_the_same_text_twice_is_one_document(app):
    """DU-2: a mail sent to both addresses, or sent again with other headers that nobody prints."""
    for number in (1, 2):
        make_document_of_text(opened(receipt(message_id=f"<{number}@x>")).id, None)
        db.session.commit()

    first, second = db.session.query(Document).order_by(Document.id)
    assert (second.trash_kind, second.duplicate_of) == (TrashKind.DUPLICATE, first)


def test_a_link_to_an_invoice_is_a_visible_task(app, browser):
    """IN-4: shown with its host and address as text, counted at home, found by its filter; nothing leads there."""
    message, user = opened(link()), make_user()
    client = browser(user)
    page = client.get(f"/messages/{message.id}").text

    assert message.awaits_download and keys(message) == ["to_download"]
    assert "espace.energie.example" in page and "est disponible dans votre espace client" in page
    assert "https://espace.energie.example/f?x=1&amp;y=2" in page
    assert 'href="http' not in page.split("<main")[1].split("</main")[0]
    assert "Mails that only link to an invoice" in client.get("/").text
    shown = maillog.sheet(the_company(), user, maillog.Wanted(outcome="to_download")).messages
    assert shown == [message] and "Votre facture est disponible" in client.get("/messages?outcome=to_download").text


def test_the_file_that_was_fetched_becomes_a_part_of_the_message(app, browser):
    """IN-4: *Add the file*; opened again the message keeps it, and it is done."""
    message, client = opened(link()), browser(make_user())
    answer = client.post(f"/messages/{message.id}/files", data={"file": file("F-84.pdf")})

    part = reload(message).parts[-1]
    assert answer.status_code == 303 and not message.awaits_download
    assert (part.name, part.outcome, part.document.original.name) == ("F-84.pdf", Outcome.IMPORTED, "F-84.pdf")
    assert part.position >= downloads.ADDED
    open_message(message.id)
    assert not message.awaits_download and len(reload(message).parts) == 2
    assert db.session.query(Document).count() == 1


def test_a_file_is_added_only_to_what_links_to_one(app, browser):
    """IN-4: IN-7: to no other message, such as one that nobody has let in: a page left open may still ask for it."""
    message, client = opened(link()), browser(make_user())
    message.state, message.notes = MessageState.QUARANTINED, [{"key": "quarantined", "why": "not_listed"}]
    db.session.commit()

    assert client.post(f"/messages/{message.id}/files", data={"file": file("F-84.pdf")}).status_code == 422
    assert db.session.query(Document).count() == 0


@pytest.mark.parametrize(
    ("name", "data"), [("a.txt", b"x"), ("a.zip", b"PK\x03\x04"), ("a.pdf", b""), ("a.xml", b"<a/>")]
)
def test_a_file_that_makes_no_document_is_not_added(app, browser, name, data):
    """IN-4: refused in words; the task stays."""
    message, client = opened(link()), browser(make_user())

    assert client.post(f"/messages/{message.id}/files", data={"file": file(name, data)}).status_code == 422
    assert client.post(f"/messages/{message.id}/files").status_code == 422
    assert reload(message).awaits_download and len(message.parts) == 1


def test_what_need_not_be_downloaded_is_off_the_list(app, browser):
    """IN-4: *Not needed*, and back again; opened again it stays off."""
    message, client = opened(link()), browser(make_user())
    client.post(f"/messages/{message.id}/download")
    open_message(message.id)
    assert not reload(message).awaits_download and "Put back on the list" in client.get(f"/messages/{message.id}").text
    assert client.post(f"/messages/{message.id}/download").status_code == 422

    client.post(f"/messages/{message.id}/download", data={"needed": "yes"})
    assert reload(message).awaits_download and keys(message) == ["to_download"]


def test_who_may_not_add_invoices_does_none_of_this(app, browser):
    """US-6: 403 for a role without the right, 404 for a stranger, and nothing changes."""
    message, stranger = opened(link()), make_user(company=make_company("Autre"))
    rule = IntakeRule(company_id=the_company().id, sender="a@b.example")
    db.session.add(rule)
    db.session.commit()
    paths = [f"/messages/{message.id}/{act}" for act in ("text-document", "files", "download")]
    for path in [*paths, f"/add/by-email/rules/{rule.id}/removal"]:
        assert browser(make_user(Role.ACCOUNTANT)).post(path).status_code == 403
        assert browser(stranger).post(path).status_code == 404

    assert reload(message).awaits_download and db.session.query(IntakeRule).one()
