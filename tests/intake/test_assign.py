"""PDFs dropped for invoices that are there: kept, proposed, confirmed, or waiting in the queue."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from flask_babel import force_locale
from sqlalchemy import delete, select

from app.audit.models import AuditEntry
from app.core import clock
from app.core.errors import Refused
from app.documents import decisions, status
from app.documents.models import Direction, Document, DocumentFile, FileRole, Status
from app.extensions import db
from app.files.models import File
from app.intake import assigning, drops, judging, proposals, waiting_text
from app.intake.jobs import open_message, read_waiting_file
from app.intake.models import Judgement, Message, MessageState, Outcome, Part, Source
from app.intake.waiting import WaitingFile
from app.tasks.models import Task
from app.users.models import User
from app.web.access import Role
from tests import samples
from tests.conftest import aimed_at
from tests.factories import make_company, make_counterparty, make_document, make_file, make_user, reload, the_company

JSON = {"Accept": "application/json"}
PURCHASE = Direction.PURCHASE
UNSEEN = {"synchronize_session": False}
"""By somebody else: what is loaded here does not know."""


@pytest.fixture(autouse=True)
def in_english(app, undone) -> Iterator[None]:
    """Outside a request Facteur speaks French."""
    with force_locale("en"):
        yield


def make_invoice(number: str, company=None, **facts) -> Document:
    """An invoice without a file, as a spreadsheet brings it."""
    document = make_document(company, number=number, source="spreadsheet", **facts)
    db.session.delete(document.files[0])
    db.session.commit()
    return reload(document)


def make_waiting(name: str, by: User, *, text: str = "", data: bytes | None = None, direction=PURCHASE) -> WaitingFile:
    """A dropped file, its text layer read already."""
    part = drops.stage(make_file(data), by.memberships[0].company, direction, name, by=by)
    waiting = db.session.scalars(select(WaitingFile).filter_by(part_id=part.id)).one()
    waiting.text = text
    db.session.commit()
    return waiting


def make_part(file: File, by: User) -> Part:
    """The line of the same bytes in another message."""
    company = by.memberships[0].company
    message = Message(company=company, direction=PURCHASE, source=Source.UPLOAD, raw=file, state=MessageState.OPENED)
    part = Part(position=0, name="scan.pdf", type="application/pdf", size=file.size, file=file)
    part.outcome = Outcome.PASSED_OVER
    message.parts.append(part)
    db.session.add(message)
    db.session.commit()
    return part


def proposed(user: User, direction=PURCHASE) -> list[proposals.Proposal]:
    return proposals.all_of(user, user.memberships[0].company, direction)


def chosen(user: User) -> dict[str, str | None]:
    """File name → the number of the invoice that is proposed for it."""
    return {each.waiting.name: each.chosen.number if each.chosen else None for each in proposed(user)}


def drop(client, *files, headers=JSON, **fields):
    """Drop files as our script does, unless other headers are given."""
    sent = [(io.BytesIO(data), name) for name, data in files]
    return client.post("/waiting-files", data={"files": sent, **fields}, headers=headers)


# --- Dropping -------------------------------------------------------------------------------------


def test_a_dropped_file_is_kept_logged_and_waits(app, browser):
    """IN-9: IN-5: bytes and rows before the answer; a line in the mail log; no document is made of it."""
    user = make_user()
    answer = drop(browser(user), ("F-1.pdf", samples.invoice_pdf("F-1")), direction="sale")

    [waiting] = db.session.scalars(select(WaitingFile))
    message = waiting.part.message
    assert answer.status_code == 201 and answer.json["url"] == f"/messages/{message.id}"
    assert (waiting.direction, waiting.name, message.by, message.source) == ("sale", "F-1.pdf", user, Source.ASSIGN)
    assert waiting.part.outcome is Outcome.WAITING and waiting.file.size > 0
    assert db.session.query(Document).count() == 0
    assert [task.kind for task in db.session.scalars(select(Task))] == ["read_waiting_file"]
    log = browser(user).get("/messages").text
    assert "F-1.pdf" in log and "PDF to assign" in log


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.png", samples.picture(dpi=30), "Not a PDF"),
        ("a.pdf", b"", "It is empty (0 bytes)"),
        ("a.pdf", b"<html>", "Not a PDF"),
        ("a.eml", b"From: a@b.example\r\nSubject: x\r\n\r\n", "Not a PDF"),
    ],
)
def test_what_is_no_pdf_is_refused_in_words(app, browser, name, data, said):
    """IN-9: IN-8: judged by its bytes; nothing of it is kept."""
    answer = drop(browser(make_user()), (name, data))

    assert answer.status_code == 422 and said in answer.json["text"]
    assert db.session.query(Message).count() == 0


def test_what_is_too_large_is_refused_in_words(app, browser, monkeypatch):
    """IN-9: at the limit it is taken, one byte more it is not."""
    monkeypatch.setattr(app.config["SETTINGS"], "largest_message", 2000)
    client = browser(make_user())

    assert drop(client, ("a.pdf", b"%PDF-" + b"x" * 1995)).status_code == 201
    answer = drop(client, ("b.pdf", b"%PDF-" + b"y" * 1996))
    assert answer.status_code == 413 and "Larger than" in answer.json["text"]


def test_as_many_files_as_allowed_and_not_one_more(app, browser, monkeypatch):
    """IN-9: up to 200 files: one more is told so, the others are kept."""
    assert drops.MOST_AT_ONCE == 200
    monkeypatch.setattr(drops, "MOST_AT_ONCE", 3)
    client = browser(make_user())

    answer = drop(client, *((f"F-{number}.pdf", f"%PDF-1.7 {number}".encode()) for number in range(4)))

    assert [each["outcome"] for each in answer.json["files"]] == ["done"] * 3 + ["refused"]
    assert "3 files at once" in answer.json["files"][3]["text"]
    assert db.session.query(WaitingFile).count() == 3


def test_many_files_come_from_a_plain_form_too(app, browser):
    """OP-6: without JavaScript; each is told about."""
    client = browser(make_user())
    answer = drop(client, ("a.pdf", b"%PDF-1.7 a"), ("b.txt", b"hello"), headers={}, direction="sale")

    assert answer.status_code == 303 and answer.location == "/add/assign?direction=sale"
    page = client.get(answer.location).text
    assert "a.pdf: Received." in page and "b.txt: Not a PDF" in page
    assert drop(client, headers={}).status_code == 303


def test_the_same_drop_twice_makes_nothing_twice(app, browser):
    """IN-9: IN-3: it is logged twice, waits once, and is found where it was dropped last."""
    user = make_user()
    client, file = browser(user), ("F-1.pdf", samples.invoice_pdf("F-1"))
    drop(client, file, direction="purchase")
    again = drop(client, file, direction="sale")

    assert again.status_code == 201 and "already waiting" in again.json["text"]
    assert db.session.query(Message).count() == 2
    assert db.session.scalars(select(WaitingFile)).one().direction is Direction.SALE
    assert "already waits for its invoice" in client.get(again.json["url"]).text


def test_what_an_invoice_has_already_is_said(app, browser):
    """IN-9: the same bytes already attached: named, and nothing waits; out of sight it is not named (US-2)."""
    company = make_company(restrict_non_admins=True)
    data = samples.invoice_pdf("F-1")
    make_document(company, number="F-1", file=make_file(data), validated_at=clock.now())
    seen = drop(browser(make_user(Role.ADMIN, company)), ("again.pdf", data))
    unseen = drop(browser(make_user(company=company)), ("again.pdf", data))

    assert "Already attached to F-1" in seen.json["text"]
    assert "F-1" not in unseen.json["text"] and "Already attached to a document" in unseen.json["text"]
    assert db.session.query(WaitingFile).count() == 0


# --- The text layer -------------------------------------------------------------------------------


def read(data: bytes, name: str = "scan.pdf") -> WaitingFile:
    """Drop it and have it read."""
    waiting = make_waiting(name, make_user(), data=data)
    read_waiting_file(waiting.part_id)
    return reload(waiting)


def test_its_text_layer_is_read_and_its_pages_are_drawn(app):
    """IN-9: in its text; the pages are there for the invoice's own page."""
    waiting = read(samples.invoice_pdf("FA-2026/77", pages=2))

    assert "FA-2026/77" in waiting.text and waiting.page_count == 2
    assert waiting_text.files.pages_folder(waiting.file).joinpath("page-2.png").is_file()


def test_a_scan_is_not_recognised(app):
    """IN-9: without OCR: a page that is a picture has no text; it can be looked at all the same."""
    waiting = read(samples.scanned_pdf("FA-2026/77", dpi=60))

    assert waiting.text == "" and waiting.page_count == 1 and not waiting.unreadable_reason
    assert waiting_text.files.pages_folder(waiting.file).joinpath("page-1.png").is_file()


@pytest.mark.parametrize(("data", "code"), [(samples.encrypted_pdf(), "encrypted"), (b"%PDF-1.7 broken", "broken")])
def test_what_cannot_be_opened_waits_all_the_same(app, browser, data, code):
    """IN-9: IN-8: the reason is said, and its name may tell where it belongs."""
    invoice = make_invoice("F-77")
    waiting = read(data, "F-77.pdf")

    assert (waiting.text, waiting.unreadable_reason) == ("", code)
    assert chosen(waiting.part.message.by) == {"F-77.pdf": invoice.number}
    assert browser(make_user()).get("/add/assign").status_code == 200


# --- Proposing ------------------------------------------------------------------------------------


def test_a_file_is_proposed_by_its_name_then_by_its_text(app):
    """IN-9: the number in the name counts before any in the text; the longest one wins."""
    user = make_user()
    for number in ("F-1", "F-12", "F-12-3", "AV-7"):
        make_invoice(number)
    make_waiting("F-12-3 durand.pdf", user)
    make_waiting("AV-7.pdf", user, text="Avoir AV-7 sur la facture F-12-3")
    make_waiting("scan0001.pdf", user, text="Facture F-12")
    make_waiting("F-123.pdf", user)

    assert chosen(user) == {
        "F-12-3 durand.pdf": "F-12-3",
        "AV-7.pdf": "AV-7",
        "scan0001.pdf": "F-12",
        "F-123.pdf": None,
    }
    assert {each.waiting.name: each.by for each in proposed(user)}["scan0001.pdf"] == "text"


def test_where_several_fit_nothing_is_proposed_and_all_are_listed(app, browser):
    """IN-9: ambiguous: the candidates, and no tick."""
    user = make_user()
    both = [make_invoice("F-77", counterparty=make_counterparty(name)) for name in ("Durand", "Martin")]
    waiting = make_waiting("F-77.pdf", user)

    [each] = proposed(user)
    assert each.chosen is None and each.fitting == both and each.is_listed
    page = browser(user).get("/add/assign").text
    assert all(f'name="document-{waiting.id}" value="{one.id}"' in page for one in both)
    assert f'value="{waiting.id}" checked' not in page


def test_invoices_without_a_file_come_first(app):
    """IN-9: of two with one number, the one that has no file."""
    user = make_user()
    make_document(number="F-77", counterparty=make_counterparty("Durand"))
    without = make_invoice("F-77", counterparty=make_counterparty("Martin"))
    make_waiting("F-77.pdf", user)

    [each] = proposed(user)
    assert each.chosen == without and each.fitting == [without]


def test_a_file_whose_invoice_has_one_waits_in_the_queue(app, browser):
    """IN-9: or one already there."""
    user = make_user()
    document = make_document(number="F-77")
    waiting = make_waiting("F-77.pdf", user)

    [each] = proposed(user)
    assert each.has_file and each.fitting == [document] and not each.is_listed
    client = browser(user)
    assert f"/waiting-files/{waiting.id}/link" not in client.get("/add/assign").text
    queue = client.get("/add/assign/waiting").text
    assert f"/waiting-files/{waiting.id}/link" in queue and "Its invoice has a file already" in queue


def test_the_second_file_for_one_invoice_is_not_ticked(app):
    """IN-9: two files of one name do not both become its original unseen."""
    user = make_user()
    make_invoice("F-77")
    make_waiting("F-77.pdf", user)
    make_waiting("F-77 (1).pdf", user)

    first, second = proposed(user)
    assert first.chosen and second.chosen is None and second.is_second and second.is_listed


@pytest.mark.parametrize("facts", [{"direction": Direction.SALE}, {"trashed_at": clock.now()}])
def test_invoices_of_the_other_direction_or_in_the_trash_are_not_proposed(app, facts):
    """IN-9: both directions, chosen by a switch."""
    user = make_user()
    make_invoice("F-77", **facts)
    make_waiting("F-77.pdf", user)

    assert chosen(user) == {"F-77.pdf": None}


def test_invoices_of_another_company_are_not_proposed(app):
    """US-3: S71."""
    user = make_user()
    make_invoice("F-77", make_company("Other"))
    make_waiting("F-77.pdf", user)

    assert chosen(user) == {"F-77.pdf": None}


def test_a_restricted_member_is_proposed_what_is_in_their_scope(app, browser):
    """US-2: S72: neither proposed, nor offered while they type, nor taken when they name it."""
    company = make_company(restrict_non_admins=True)
    member, admin = make_user(company=company), make_user(Role.ADMIN, company)
    hidden = make_invoice("F-77", company, counterparty=make_counterparty("CANARY", company), validated_at=clock.now())
    waiting = make_waiting("F-77.pdf", member)
    client = browser(member)

    assert chosen(admin) == {"F-77.pdf": "F-77"} and chosen(member) == {"F-77.pdf": None}
    pages = [client.get(f"/add/assign{rest}").text for rest in ("", "/waiting", "/invoices?invoice-1=F-77")]
    assert not any("CANARY" in page for page in pages)
    for said in ({f"document-{waiting.id}": hidden.id}, {f"invoice-{waiting.id}": "F-77"}):
        answer = client.post("/assignments", data={"ids": [waiting.id], **said})
        assert answer.status_code == 422 and "CANARY" not in answer.text
        assert client.post(f"/waiting-files/{waiting.id}/link", data=said).status_code == 422
    assert not reload(hidden).files


# --- Confirming -----------------------------------------------------------------------------------


def test_the_list_is_confirmed_in_one_go(app, browser):
    """IN-9: the ticked ones; no verification follows; in the log and the trail."""
    user = make_user()
    first = make_invoice("F-1", validated_at=clock.now())
    second = make_invoice("F-2")
    third = make_invoice("F-3")
    rows = [make_waiting(f"F-{number}.pdf", user) for number in (1, 2, 3)]
    rows[0].page_count = 2
    page = browser(user).get("/add/assign").text
    assert all(f'value="{each.id}" checked' in page for each in rows)

    said = {f"document-{each.id}": one.id for each, one in zip(rows, (first, second, third), strict=True)}
    answer = browser(user).post("/assignments", data={"ids": [rows[0].id, rows[1].id], **said}, follow_redirects=True)

    assert "2 PDFs assigned." in answer.text
    assert reload(first).original.name == "F-1.pdf" and first.status is Status.TO_MATCH and first.page_count == 2
    assert reload(second).original.name == "F-2.pdf" and second.status is Status.TO_PROCESS
    assert not reload(third).files and db.session.query(WaitingFile).count() == 1
    acts = db.session.scalars(AuditEntry.about(first)).all()
    assert acts[0].act == "attached" and acts[0].user_id == user.id
    part = db.session.scalars(select(Part).where(Part.document_id == first.id)).one()
    assert part.outcome is Outcome.ATTACHED
    assert "attached a file" in browser(user).get(f"/documents/{first.id}").text


def test_another_invoice_is_chosen_by_its_number(app, browser):
    """IN-9: what is typed counts before what is proposed; what cannot be found stays as typed, with the reason."""
    user = make_user()
    make_invoice("F-1")
    meant = make_invoice("F-2026/9")
    good, bad = make_waiting("F-1.pdf", user), make_waiting("other.pdf", user)
    client = browser(user)
    offered = client.get("/add/assign/invoices", query_string={f"invoice-{good.id}": "2026 9"}).text
    assert proposals.label(meant).split(" · ")[0] in offered

    said = {f"invoice-{good.id}": "f 2026 9", f"invoice-{bad.id}": "nonsense"}
    answer = client.post("/assignments", data={"ids": [good.id, bad.id], **said})

    assert reload(meant).original.name == "F-1.pdf"
    assert answer.status_code == 422 and "1 PDF assigned." in answer.text
    assert db.session.scalars(select(WaitingFile)).one().id == bad.id


def test_an_ambiguous_number_is_asked_about_and_its_label_is_clear(app):
    """IN-9: two invoices of one number: the whole line of the list names one."""
    user, company = make_user(), the_company()
    both = [make_invoice("F-77", counterparty=make_counterparty(name)) for name in ("Durand", "Martin")]

    with pytest.raises(Refused, match="Several invoices"):
        proposals.meant(user, company, PURCHASE, "F-77")
    assert [proposals.meant(user, company, PURCHASE, proposals.label(one)) for one in both] == both
    for words in ("", " · ", "·", "F-78"):
        with pytest.raises(Refused, match="No invoice"):
            proposals.meant(user, company, PURCHASE, words)


def test_a_tick_without_an_invoice_is_told(app, browser):
    """IN-9: nothing is guessed; and nothing ticked is said too."""
    user = make_user()
    for name in ("Durand", "Martin"):
        make_invoice("F-77", counterparty=make_counterparty(name))
    waiting = make_waiting("F-77.pdf", user)
    client = browser(user)

    answer = client.post("/assignments", data={"ids": [waiting.id]})
    assert answer.status_code == 422 and "Choose its invoice, or untick it." in answer.text
    assert f'value="{waiting.id}" checked' in answer.text
    assert "Nothing was ticked" in client.post("/assignments", follow_redirects=True).text


def test_what_was_decided_meanwhile_is_told_and_the_others_go_through(app, browser):
    """IN-9: two people at once: the invoice is in the trash by now, or has the very file."""
    user = make_user()
    gone, has, good = make_invoice("F-1"), make_invoice("F-2"), make_invoice("F-3")
    rows = [make_waiting(f"F-{number}.pdf", user) for number in (1, 2, 3)]
    has.files.append(DocumentFile(file=rows[1].file, name="F-2.pdf"))
    decisions.trash(gone, by=None)
    db.session.commit()

    count, refused = assigning.assign_all(list(zip(rows, (gone, has, good), strict=True)), by=user)
    db.session.commit()

    assert count == 1 and ["in the trash" in refused[rows[0].id], "very file" in refused[rows[1].id]] == [True, True]
    again = browser(user).post("/assignments", data={"ids": [99999], "document-99999": has.id}, follow_redirects=True)
    assert "1 was decided meanwhile." in again.text
    assert reload(good).original.name == "F-3.pdf"
    assert {each.name for each in db.session.scalars(select(WaitingFile))} == {"F-1.pdf", "F-2.pdf"}


def test_a_list_that_was_confirmed_twice_counts_nothing_twice(app):
    """S59: whoever's list was shown before: what is decided is no mistake of theirs, and the page says so."""
    user, first, second = make_user(), make_invoice("F-1"), make_invoice("F-2")
    rows = [make_waiting(f"F-{number}.pdf", user) for number in (1, 2)]
    db.session.execute(delete(WaitingFile).where(WaitingFile.id == rows[0].id), execution_options=UNSEEN)

    assert assigning.assign_all(list(zip(rows, (first, second), strict=True)), by=user) == (1, {})
    assert not reload(first).files and reload(second).original.name == "F-2.pdf"


def test_a_file_that_came_another_way_meanwhile_is_no_other_invoice_s(app, browser):
    """DU-2: no two documents of the same bytes: what is confirmed afterwards is refused, and waits."""
    user, invoice = make_user(), make_invoice("F-77")
    waiting = make_waiting("F-77.pdf", user)
    make_document(number="F-78", file=waiting.file)

    said = {"ids": [waiting.id], f"document-{waiting.id}": invoice.id}
    answer = browser(user).post("/assignments", data=said)

    assert answer.status_code == 422 and "belongs to another document already" in answer.text
    assert not reload(invoice).files and db.session.query(WaitingFile).count() == 1


def test_an_invoice_that_has_a_file_gets_one_more(app):
    """IN-9: link: beside the original, which stays."""
    user = make_user()
    document = make_document(number="F-77")
    original = document.original.file

    assigning.assign(make_waiting("F-77.pdf", user), document, by=user)

    assert document.original.file == original
    assert [each.role for each in document.files] == [FileRole.ORIGINAL, FileRole.ATTACHMENT]


def test_a_page_count_that_is_read_later_reaches_the_invoice(app):
    """IN-9: who confirms before the pages are drawn finds them all the same."""
    user, invoice = make_user(), make_invoice("F-77")
    waiting = make_waiting("F-77.pdf", user, data=samples.invoice_pdf("F-77", pages=2))
    part_id = waiting.part_id
    assigning.assign(waiting, invoice, by=user)
    db.session.commit()

    read_waiting_file(part_id)
    db.session.commit()

    assert reload(invoice).page_count == 2


def test_the_review_shows_the_pages_of_an_assigned_file(app, browser):
    """RV-2: IN-9: beside the form, though nothing was read from them; never that there is no file."""
    user, invoice = make_user(), make_invoice("F-77", counterparty=None)
    client, address = browser(user), f"/review/{invoice.id}"
    assert "This document has no file" in client.get(address).text
    waiting = make_waiting("F-77.pdf", user, data=samples.invoice_pdf("F-77-in-review", pages=2))
    part_id = waiting.part_id
    assigning.assign(waiting, invoice, by=user)
    db.session.commit()
    assert "No page of its file was drawn" in client.get(address).text

    read_waiting_file(part_id)
    db.session.commit()

    page = client.get(address).text
    assert f"/documents/{invoice.id}/pages/2.png" in page and "No page to show" not in page


def test_an_invoice_says_that_it_has_no_file_until_it_has_one(app):
    """LC-8: also while the pages of its file are still to be counted."""
    user, invoice = make_user(), make_invoice("F-77", counterparty=None)
    status.settle(invoice, by=user, act="edited")
    assert invoice.reason == {"key": "entered"}

    assigning.assign(make_waiting("F-77.pdf", user), invoice, by=user)

    assert invoice.reason == {"key": "to_process"}


# --- The waiting queue ----------------------------------------------------------------------------


def test_the_queue_offers_to_delete_to_make_an_invoice_and_to_link(app, browser):
    """IN-9: each of the three, counted in the tab."""
    user, document = make_user(), make_document(number="F-9")
    rows = [make_waiting(f"scan {number}.pdf", user, data=samples.invoice_pdf(f"N-{number}")) for number in range(3)]
    parts = [each.part for each in rows]
    client = browser(user)
    assert '<span class="count">3</span>' in client.get("/add").text

    client.post(f"/waiting-files/{rows[0].id}/deletion")
    client.post(f"/waiting-files/{rows[1].id}/document")
    client.post(f"/waiting-files/{rows[2].id}/link", data={f"invoice-{rows[2].id}": "F-9"})

    deleted, made, linked = (reload(part) for part in parts)
    assert (deleted.outcome, deleted.document) == (Outcome.PASSED_OVER, None)
    assert made.outcome is Outcome.IMPORTED and made.document.status is Status.READING
    assert linked.outcome is Outcome.ATTACHED and linked.document == document
    assert db.session.query(WaitingFile).count() == 0
    assert "Every file has its invoice" in client.get("/add/assign/waiting").text
    assert "Deleted by a person" in client.get(f"/messages/{deleted.message_id}").text
    assert {"discarded", "invoice made"} <= set(db.session.scalars(select(AuditEntry.act)))


def test_what_came_another_way_meanwhile_is_no_second_invoice(app, browser):
    """DU-2: the same bytes by mail since: to the trash as a duplicate, and said."""
    user = make_user()
    waiting = make_waiting("scan.pdf", user)
    make_document(number="F-1", file=waiting.file)

    answer = browser(user).post(f"/waiting-files/{waiting.id}/document", follow_redirects=True)

    assert "nothing was imported twice" in answer.text
    assert db.session.query(Document).filter(Document.trashed_at.is_(None)).count() == 1


def test_what_was_judged_no_document_becomes_one_where_a_person_says_so(app, browser):
    """IN-9: DU-2: the last word counts: none is lost from the queue, one alone or several at once."""
    user = make_user()
    for number in (1, 2):
        part = make_waiting(f"scan {number}.pdf", user, data=samples.invoice_pdf(f"N-{number}")).part
        judged = make_part(part.file, user)
        judging.judge(judged, Judgement.NOT_DOCUMENT, by=user)
    first, second = db.session.scalars(select(WaitingFile).order_by(WaitingFile.id))
    parts, client = [first.part, second.part], browser(user)

    alone = client.post(f"/waiting-files/{first.id}/document", follow_redirects=True)
    client.post("/waiting-files/documents", data={"ids": [second.id]})

    assert "is being read" in alone.text
    for part in map(reload, parts):
        assert (part.outcome, part.reason) == (Outcome.IMPORTED, {}) and part.document.status is Status.READING


def test_a_file_that_waits_is_judged_nowhere_else(app, browser):
    """IN-9: the mail log would make a document of it behind the list, and another one of a file that is an original."""
    user = make_user()
    waiting, assigned = make_waiting("scan.pdf", user), make_waiting("F-77.pdf", user, data=b"%PDF-1.4 other")
    parts = [waiting.part, assigned.part]
    assigning.assign(assigned, make_invoice("F-77"), by=user)
    db.session.commit()

    for part in parts:
        assert "It is an invoice" not in browser(user).get(f"/messages/{part.message_id}").text
        with pytest.raises(Refused):
            judging.judge(part, Judgement.INVOICE, by=user)
    assert db.session.query(Document).count() == 1


def test_several_are_decided_at_once(app, browser):
    """RV-7: the selected ones alone."""
    user = make_user()
    rows = [make_waiting(f"scan {number}.pdf", user) for number in range(4)]
    client = browser(user)

    client.post("/waiting-files/deletion", data={"ids": [rows[0].id, rows[1].id, 99999]})
    answer = client.post("/waiting-files/documents", data={"ids": [rows[2].id]}, follow_redirects=True)

    assert "1 file is being read." in answer.text
    assert [each.name for each in db.session.scalars(select(WaitingFile))] == ["scan 3.pdf"]


def test_a_file_nobody_decided_about_is_opened_by_no_other_way(app, browser):
    """IN-9: *Read again* in the mail log would make a document of it behind the list."""
    user = make_user()
    message = make_waiting("F-1.pdf", user).part.message
    client = browser(user)

    assert f"/messages/{message.id}/openings" not in client.get(f"/messages/{message.id}").text
    assert client.post(f"/messages/{message.id}/openings").status_code == 422
    assert db.session.query(Document).count() == 0
    assert not [each for each in db.session.scalars(select(Task)) if each.kind == open_message.name]


def test_a_stranger_finds_no_waiting_file(app, browser):
    """US-3: S71: 404 for each act; who only reads is refused."""
    waiting = make_waiting("F-1.pdf", make_user())
    stranger = browser(make_user(company=make_company("Other")))
    accountant = browser(make_user(Role.ACCOUNTANT))

    for act in ("link", "document", "deletion"):
        assert stranger.post(f"/waiting-files/{waiting.id}/{act}").status_code == 404
        assert accountant.post(f"/waiting-files/{waiting.id}/{act}").status_code == 403
    assert stranger.get(f"/waiting-files/{waiting.id}/pages/1.png").status_code == 404
    stranger.post("/waiting-files/deletion", data={"ids": [waiting.id]})
    assert "F-1.pdf" not in stranger.get("/add/assign/waiting").text
    assert db.session.query(WaitingFile).count() == 1


def test_who_comes_second_is_told_in_words(app, browser):
    """IN-9: S59: two tabs show the same file: the second click says what happened."""
    user = make_user()
    waiting, client = make_waiting("F-1.pdf", user), browser(user)
    address = f"/waiting-files/{waiting.id}/deletion"

    assert client.post(address).status_code == 303
    second = client.post(address)
    assert second.status_code == 404 and "Somebody decided about this file meanwhile" in second.text


# --- The pages ------------------------------------------------------------------------------------


def test_a_file_that_waits_is_said_to_wait_among_what_was_just_added(app, browser):
    """IN-9: it is no file of which nothing came."""
    user = make_user()
    make_waiting("F-1.pdf", user)

    page = browser(user).get("/add").text
    assert "F-1.pdf" in page and "Waiting" in page and "No document" not in page


def test_what_is_still_read_is_asked_for_without_touching_the_list(app, browser):
    """EX-8: a line of its own asks; it offers the list anew and never takes away what was ticked or typed."""
    user = make_user()
    waiting = make_waiting("scan.pdf", user)
    waiting.text = None
    db.session.commit()
    client = browser(user)
    asked = lambda: client.get("/add/assign", headers=aimed_at("reading")).text  # noqa: E731

    assert "1 file is being read" in asked() and "every 3s" in asked()
    reload(waiting).text = ""
    db.session.commit()
    assert "All files are read." in asked() and "every 3s" not in asked()


def test_an_empty_list_says_what_it_is_for(app, browser):
    """IN-9: OP-6: and the home page counts what waits."""
    user = make_user()
    client = browser(user)
    assert "No file waits for its invoice" in client.get("/add/assign").text

    make_waiting("scan.pdf", user)

    assert "No invoice fits the files that wait" in client.get("/add/assign").text
    assert "PDFs to assign" in client.get("/").text
