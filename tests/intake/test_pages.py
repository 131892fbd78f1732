"""Adding invoices and reading the mail log in a browser."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import clock
from app.documents.models import Document, ReadState
from app.documents.status import settle
from app.extensions import db
from app.files.leaving import safe_name
from app.intake import addresses, letter, maillog, words
from app.intake.jobs import open_message
from app.intake.models import Message, Outcome, Source
from app.tasks.models import State, Task
from app.users import people
from app.web.access import Role
from tests.conftest import aimed_at
from tests.factories import make_company, make_counterparty, make_user, reload, the_company
from tests.intake import mails, packed
from tests.intake.test_opening import arrive, opened

JSON = {"Accept": "application/json"}


def file(name: str = "F-1.pdf", data: bytes | None = None) -> tuple[io.BytesIO, str]:
    """What a browser sends for one chosen file."""
    return io.BytesIO(mails.pdf() if data is None else data), name


def upload(client, *files, headers=JSON, **fields):
    """Send files as our script does, unless other headers are given."""
    return client.post("/uploads", data={"files": list(files), **fields}, headers=headers)


def test_both_addresses_are_shown_to_be_copied(app, browser):
    """IN-1: under Add invoices → Import by e-mail, with a copy button each."""
    user = make_user()
    page = browser(user).get("/add/by-email").text

    for address in addresses.all_addresses():
        assert f'data-copy="{address["address"]}"' in page


def test_a_dropped_file_is_received_and_answered_in_words(app, browser):
    """IN-2: one file a request, 201 with what became of it and where to look; it comes in as all others do."""
    user = make_user()
    answer = upload(browser(user), file("Facture n° 1.pdf"), direction="sale")

    message = db.session.query(Message).one()
    assert answer.status_code == 201
    assert answer.json["outcome"] == "done" and answer.json["url"] == f"/messages/{message.id}"
    assert (message.source, message.raw_name, message.direction) == (Source.UPLOAD, "Facture n° 1.pdf", "sale")
    assert message.by == user and db.session.query(Task).filter_by(kind="open_message").one().state is State.READY
    open_message(message.id)
    document = db.session.query(Document).one()
    assert (document.source, document.created_by_id) == ("upload", user.id)


def test_many_files_come_from_a_plain_form_too(app, browser):
    """OP-6: without JavaScript the form sends all at once; each is told about."""
    client = browser(make_user())
    files = (file("a.pdf"), file("b.docx", b"PK\x03\x04 word/ x"), file("c.jpg", mails.photo()))
    answer = upload(client, *files, headers={})

    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "a.pdf: Received." in page and "b.docx: Not a PDF" in page
    assert sorted(message.raw_name for message in db.session.query(Message)) == ["a.pdf", "c.jpg"]


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.docx", b"PK\x03\x04 word/document.xml", 422),
        ("a.txt", b"hello", 422),
        ("a.exe", b"MZ\x90", 422),
        ("a.pdf", b"", 201),
        ("a.pdf", b"<html>", 201),
        ("a.eml", mails.invoice_mail(), 201),
        ("scan", b"%PDF-1.7", 201),
    ],
)
def test_what_cannot_be_an_invoice_is_refused_at_once(app, browser, name, data, code):
    """IN-8: what only claims to be a document is kept for a person; what is something else is refused in words."""
    answer = upload(browser(make_user()), file(name, data))

    assert answer.status_code == code and answer.json["text"]
    assert db.session.query(Message).count() == (code == 201)


def test_a_file_at_the_limit_is_taken_and_one_byte_more_is_not(app, browser, monkeypatch):
    """IN-8: oversize is refused with 413 and words."""
    monkeypatch.setattr(app.config["SETTINGS"], "largest_message", 2000)
    client = browser(make_user())

    assert upload(client, file("a.pdf", b"%PDF-" + b"x" * 1995)).status_code == 201
    answer = upload(client, file("a.pdf", b"%PDF-" + b"x" * 1996))
    assert answer.status_code == 413 and "not kept" in answer.json["text"]
    assert upload(client).status_code == 422

    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 3000)
    assert upload(client, file("a.pdf", b"%PDF-" + b"x" * 4000)).status_code == 413
    assert db.session.query(Message).count() == 1


def test_an_uploaded_mail_is_opened_like_one_that_was_sent(app, browser):
    """IN-2: all ways end in the same pipeline; the same mail again is imported once."""
    client = browser(make_user())
    upload(client, file("m.eml", mails.invoice_mail("F-7")))
    open_message(db.session.query(Message).one().id)

    assert db.session.query(Document).one().original.name == "F-7.pdf"
    assert "twice" in upload(client, file("m.eml", mails.invoice_mail("F-7"))).json["text"]


def test_a_file_just_added_is_followed_until_it_is_ready(app, browser):
    """EX-8: reading → ready without reloading; the page stops asking once nothing is under way."""
    client = browser(make_user())
    upload(client, file())
    fragment = client.get("/add", headers=aimed_at("arrivals")).text
    assert "every 3s" in fragment and "<h1>" not in fragment

    open_message(db.session.query(Message).one().id)
    document = db.session.query(Document).one()
    assert "Reading" in client.get("/add", headers=aimed_at("arrivals")).text

    document.read_state = ReadState.READ
    settle(document, by=None, act="read")
    db.session.commit()
    fragment = client.get("/add", headers=aimed_at("arrivals")).text
    assert "To process" in fragment and "every 3s" not in fragment


def test_the_log_shows_what_became_of_everything(app, browser):
    """IN-5: every message with sender, outcome and a link."""
    opened(mails.mail(("a.pdf", mails.pdf(), mails.PDF), ("a.txt", b"x", "text/plain"), subject="Facture <b>1</b>"))
    opened(mails.mail(subject="Lien seul"))

    page = browser(make_user()).get("/messages").text
    assert "Facture &lt;b&gt;1&lt;/b&gt;" in page and "compta@fournisseur.example" in page
    assert "Imported" in page and "No attachment that could be an invoice." in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=FOURNISSEUR", {"one", "two"}),
        ("q=two", {"two"}),
        ("q=100%25", set()),
        ("outcome=imported", {"one"}),
        ("outcome=passed_over", {"one"}),
        ("outcome=nothing", {"two"}),
        ("outcome=repeated", {"three"}),
        ("source=command", {"three"}),
        ("source=smtp&outcome=imported", {"one"}),
        ("outcome=unknown&source=unknown", {"one", "two", "three"}),
    ],
)
def test_the_log_is_filtered_by_its_address(app, browser, query, found):
    """IN-5: by outcome, way in, sender and subject."""
    opened(mails.mail(("a.pdf", mails.pdf(), mails.PDF), ("a.txt", b"x", "text/plain"), subject="Message one"))
    opened(mails.mail(subject="Message two"))
    third = mails.mail(subject="Message three", sender="x@elsewhere.example")
    opened(third, source=Source.COMMAND)
    again = opened(third, source=Source.COMMAND)
    again.first.state = "failed"
    db.session.commit()

    page = browser(make_user()).get(f"/messages?{query}", headers=aimed_at("results")).text
    assert {word for word in ("one", "two", "three") if f"Message {word}" in page} == found


@pytest.mark.parametrize(
    ("outcome", "found"), [("imported", set()), ("unreadable", {"one"}), ("passed_over", set()), ("attached", set())]
)
def test_the_log_is_filtered_by_what_it_shows(app, browser, outcome, found):
    """IN-5: a document that could not be read is unreadable; what was opened for its contents is not passed over."""
    inner = mails.mail(("a.zip", packed.zipped({"a.pdf": mails.pdf()}), "application/zip"))
    message = opened(mails.mail(("m.eml", inner, "application/octet-stream"), subject="Message one"))
    document = db.session.query(Document).one()
    document.read_state = ReadState.UNREADABLE
    settle(document, by=None, act="not read")
    db.session.commit()

    client = browser(make_user())
    shown = client.get(f"/messages?outcome={outcome}", headers=aimed_at("results")).text
    assert {word for word in ("one",) if f"Message {word}" in shown} == found
    assert [each for each, _count in words.summary(message)] == [Outcome.UNREADABLE]


def test_a_long_log_has_pages_in_both_directions(app, browser, monkeypatch):
    """IN-5: newest first, page by page from an id."""
    monkeypatch.setattr(maillog, "PAGE_SIZE", 2)
    ids = [arrive(mails.mail(subject=f"n° {n}")).id for n in range(5)]
    user = make_user()
    show = lambda **at: maillog.sheet(the_company(), user, maillog.Wanted(**at))  # noqa: E731

    first = show()
    assert [each.id for each in first.messages] == ids[:2:-1] and first.newer_than is None
    second = show(before=first.older_than)
    assert [each.id for each in second.messages] == ids[2:0:-1]
    third = show(before=second.older_than)
    assert [each.id for each in third.messages] == ids[:1] and third.older_than is None
    assert [each.id for each in show(after=third.newer_than).messages] == ids[2:0:-1]
    assert f"before={first.older_than}" in browser(user).get("/messages").text


def test_a_message_tells_the_fate_of_each_part(app, browser):
    """IN-5: imported as…, duplicate of…, passed over because…, could not be opened because…."""
    files = (("a.pdf", mails.pdf(), mails.PDF), ("b.pdf", b"", mails.PDF), ("c.zip", b"PK\x03\x04", "application/zip"))
    message = opened(mails.mail(*files))

    page = browser(make_user()).get(f"/messages/{message.id}").text
    document = next(part.document for part in message.parts if part.outcome is Outcome.IMPORTED)
    assert f"/documents/{document.id}" in page
    assert "It is empty (0 bytes)" in page and "This archive is damaged" in page


def test_the_original_leaves_as_a_download_that_no_browser_shows(app, browser):
    """R13: attachment, nosniff, sandbox; the very bytes that arrived."""
    raw = mails.invoice_mail()
    message = opened(raw, name='a"\r\nX-Evil: 1/../b.eml')  # S33

    answer = browser(make_user()).get(f"/messages/{message.id}/raw")
    assert answer.data == raw and "X-Evil" not in answer.headers
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"  # S80


@pytest.mark.parametrize(
    ("name", "safe"),
    [("../../etc/passwd", "etc_passwd"), ("a\r\nb.pdf", "a_b.pdf"), ("\u202efdp.exe", "fdp.exe"), ("...", "")],
)
def test_a_download_has_a_plain_name(name, safe):
    """S33: no folders, no line breaks, no marks that turn the reading direction."""
    assert safe_name(name) == safe  # S33


@given(st.text(max_size=400))
def test_no_name_escapes_its_folder_or_its_header(name):
    """S33: property: whatever a file is called, its download has one plain name in one line."""
    safe = safe_name(name)

    assert len(safe) <= 150 and not set(safe) & set("/\\\r\n\0\u202e") and not safe.startswith(".")  # S33
    shown = letter.text_of(name)
    assert not set(shown) & set("\r\n\0\u202e")
    shown.encode()


def test_a_hostile_mail_is_shown_as_text(app, browser):
    """S33, S78: whatever stands in names and subjects."""
    bad = '<script>alert(1)</script>"'
    message = opened(
        mails.mail((bad + ".pdf", mails.pdf(), mails.PDF), subject=bad, sender=f'"{bad[:8]}" <a@x.example>')
    )

    for path in ("/messages", f"/messages/{message.id}"):
        assert "<script>alert" not in browser(make_user()).get(path).text  # S33 S78


def test_read_again_opens_a_message_once_more(app, browser):
    """IN-5: *Read again*; a repeated message has nothing to read."""
    message = opened(mails.invoice_mail())
    repeated = opened(mails.invoice_mail())
    client = browser(make_user())

    assert client.post(f"/messages/{message.id}/openings").status_code == 303
    assert reload(message).state == "received"
    assert client.post(f"/messages/{message.id}/openings").status_code == 422
    assert client.post(f"/messages/{repeated.id}/openings").status_code == 422


def test_what_came_again_is_called_like_the_first(app, browser):
    """IN-5: IN-3: it is never opened itself, and must be known in the log all the same."""
    for _time in range(2):
        again = opened(mails.invoice_mail("F-1", subject="Votre facture"))
    client = browser(make_user())

    for page in (client.get("/messages?outcome=repeated").text, client.get(f"/messages/{again.id}").text):
        assert "Votre facture" in page and "Without a subject" not in page


def test_attachments_of_an_automatic_mail_can_be_taken(app, browser):
    """IN-7: in doubt a person decides."""
    message = opened(mails.invoice_mail(**{"Auto-Submitted": "auto-replied"}))
    client = browser(make_user())
    assert "Take its attachments anyway" in client.get(f"/messages/{message.id}").text

    client.post(f"/messages/{message.id}/documents")
    open_message(reload(message).id)

    assert db.session.query(Document).count() == 1


@pytest.mark.parametrize("path", ["", "/raw"])
def test_a_stranger_finds_no_message(app, browser, path):
    """US-3: nothing of another company is visible."""
    message = opened(mails.invoice_mail())
    stranger = make_user(company=make_company("Other SARL"))

    assert browser(stranger).get(f"/messages/{message.id}{path}").status_code == 404
    assert "Votre facture" not in browser(stranger).get("/messages").text
    for act in ("openings", "documents"):
        assert browser(stranger).post(f"/messages/{message.id}/{act}").status_code == 404


def test_who_adds_in_one_company_does_not_add_in_another(app, browser):
    """US-6: a role belongs to a company; its addresses are no secret only to those who may use them."""
    member, other = make_user(), make_company("Other SARL")
    people.join(member, other, Role.APPROVER, by=None)
    db.session.commit()
    client = browser(member, other)

    assert {client.get(path).status_code for path in ("/add", "/add/by-email")} == {403}
    assert upload(client, file()).status_code == 403 and not db.session.query(Message).count()


@pytest.mark.parametrize("role", [Role.APPROVER, Role.ACCOUNTANT])
def test_who_may_not_add_invoices_may_not_open_these_pages(app, browser, role):
    """US-6: adding is for members and admins."""
    message = opened(mails.invoice_mail())
    client = browser(make_user(role))

    for path in ("/add", "/add/by-email", "/messages", f"/messages/{message.id}", f"/messages/{message.id}/raw"):
        assert client.get(path).status_code == 403
    assert upload(client, file()).status_code == 403


def test_a_restricted_member_sees_no_message_of_somebody_elses_counterparty(app, browser):
    """US-2: validated documents of others are out of sight, and so is the mail they came in."""
    company = the_company()
    company.restrict_non_admins = True
    client = browser(make_user())
    message = opened(mails.invoice_mail("F-1", subject="Canari"))
    assert client.get(f"/messages/{message.id}").status_code == 200

    document = db.session.query(Document).one()
    document.counterparty, document.validated_at = make_counterparty(), clock.now()
    db.session.commit()
    again = opened(mails.invoice_mail("F-1", subject="Rappel"))
    repeated = opened(mails.invoice_mail("F-1", subject="Canari"))

    assert client.get(f"/messages/{message.id}").status_code == 404  # S72
    assert client.get(f"/messages/{repeated.id}").status_code == 404
    assert "Canari" not in client.get("/messages").text
    assert f"/documents/{document.id}" not in client.get(f"/messages/{again.id}").text


def test_a_file_sent_after_the_sign_in_ended_is_not_called_received(browser):
    """IN-2: S77: the script is told in its own words, so that nobody believes it was taken."""
    answer = browser().post("/uploads", data={}, headers={"Accept": "application/json"})

    assert (answer.status_code, answer.json["outcome"]) == (401, "failed")


NOT_READ = [
    ("empty.pdf", b"", "empty (0 bytes)"),
    ("false.pdf", b"Bonjour", "no PDF, whatever its name says"),
    ("page.xml", b"<page>Bonjour</page>", "no e-invoice"),
]


@pytest.mark.parametrize(("name", "data", "said"), NOT_READ)
def test_what_will_not_be_read_is_said_at_once(app, browser, name, data, said):
    """IN-8: it is kept, and waits to be completed by hand; only what is refused is not."""
    answer = upload(browser(make_user()), file(name, data))

    assert (answer.status_code, answer.json["outcome"]) == (201, "unreadable")
    assert said in answer.json["text"] and "completed by hand" in answer.json["text"]


def test_a_good_file_is_received_without_more_words(app, browser):
    """IN-2: a PDF, a picture, an e-invoice."""
    assert upload(browser(make_user()), file()).json["text"] == "Received."


def test_the_log_and_the_document_give_one_reason(app, browser):
    """IN-5: IN-8: a document that could not be read is unreadable in the log too, with its own words."""
    client = browser(make_user())
    message = reload(db.session.get(Message, upload(client, file()).json["id"]))
    open_message(message.id)
    document = db.session.query(Document).one()
    document.read_state, document.unreadable_reason = ReadState.UNREADABLE, "broken"
    settle(document, by=None, act="not read", why="broken")
    db.session.commit()

    page, listed = client.get(f"/messages/{message.id}").text, client.get("/messages").text

    assert page.count("The file is damaged and could not be opened.") == 1
    assert ">Imported<" not in page.replace("</svg>", ">") and "Imported" not in listed.split("<tbody>")[1]


def test_a_file_that_is_already_there_says_so(app, browser):
    """DU-2: among what was just added, too."""
    client = browser(make_user())
    for _again in range(2):
        open_message(upload(client, file(data=mails.pdf("F-9"))).json["id"])
    db.session.commit()

    page = client.get("/add").text

    assert page.count("Already received") == 1 and "nothing was imported twice" in page


def test_the_largest_size_is_known_before_anything_is_sent(app, browser):
    """IN-2: refused at once, with the limit in words."""
    page = browser(make_user()).get("/add").text

    largest = app.config["SETTINGS"].largest_message
    assert f'data-largest="{largest}"' in page and f"Larger than {largest // 1048576} MB: not sent." in page
