"""What was decided about dropped files is taken back by one click: they wait again."""

from __future__ import annotations

import re

import pytest
from flask import session

from app.core import clock
from app.documents.models import Document, FileRole
from app.extensions import db
from app.intake import assigning, unassigning
from app.intake.models import Outcome
from app.intake.unassigning_pages import undoable
from app.intake.waiting import WaitingFile
from app.tasks.models import Task
from app.web.access import Role
from tests import samples
from tests.factories import make_company, make_document, make_user, reload
from tests.intake.test_assign import in_english, make_invoice, make_waiting  # noqa: F401

UNDO = re.compile(r'action="/waiting-files/returns">.*?name="parts" value="([\d,]+)"', re.S)


def waiting_names() -> set[str]:
    return {each.name for each in db.session.query(WaitingFile)}


def undo(client, answer, **more):
    """Press *Undo* in what the page says."""
    [parts] = UNDO.findall(answer.text)
    return client.post("/waiting-files/returns", data={"parts": parts, **more}, follow_redirects=True)


def test_a_list_that_was_confirmed_is_taken_back_by_one_click(app, browser):
    """IN-9: the files leave their invoices, wait again, and are read and proposed again; pressed twice, once."""
    user = make_user()
    invoices = [make_invoice(f"F-{number}") for number in (1, 2)]
    rows = [make_waiting(f"F-{n}.pdf", user, data=samples.invoice_pdf(f"F-{n}")) for n in (1, 2)]
    said = {f"document-{row.id}": invoice.id for row, invoice in zip(rows, invoices, strict=True)}
    client = browser(user)
    answer = client.post("/assignments", data={"ids": [row.id for row in rows], **said}, follow_redirects=True)
    assert "2 PDFs assigned." in answer.text and not waiting_names()

    again = undo(client, answer)

    assert "2 files wait again." in again.text and waiting_names() == {"F-1.pdf", "F-2.pdf"}
    assert [reload(each).files for each in invoices] == [[], []]
    assert {each.part.outcome for each in db.session.query(WaitingFile)} == {Outcome.WAITING}
    assert db.session.query(Task).filter_by(kind="read_waiting_file").count() == 4
    assert "decided about F-1.pdf meanwhile" in undo(client, answer).text
    assert db.session.query(WaitingFile).count() == 2
    page = client.get(f"/documents/{invoices[0].id}").text
    assert "took a file off" in page and "attached a file" in page


def test_a_file_beside_the_original_is_taken_back_without_it(app, browser):
    """IN-9: link: the original stays."""
    user, document = make_user(), make_document(number="F-77")
    waiting, client = make_waiting("more.pdf", user), browser(user)
    linked = client.post(
        f"/waiting-files/{waiting.id}/link", data={f"invoice-{waiting.id}": "F-77"}, follow_redirects=True
    )
    undo(client, linked)

    assert [each.role for each in reload(document).files] == [FileRole.ORIGINAL] and waiting_names() == {"more.pdf"}


@pytest.mark.parametrize("is_alone", [True, False])
def test_a_deleted_file_comes_back(app, browser, is_alone):
    """IN-9: delete: alone, or several at once."""
    user = make_user()
    waiting, client = make_waiting("scan.pdf", user), browser(user)
    address = f"/waiting-files/{waiting.id}/deletion" if is_alone else "/waiting-files/deletion"
    answer = client.post(address, data={"ids": [waiting.id]}, follow_redirects=True)
    assert not waiting_names()

    assert "1 file waits again." in undo(client, answer).text and waiting_names() == {"scan.pdf"}


@pytest.mark.parametrize(
    ("since", "said"),
    [
        ({"held_at": clock.now()}, "its files are kept"),
        ({"read_pages": 2}, "was read from this file meanwhile"),
        ({"trashed_at": clock.now()}, "is in the trash"),
    ],
)
def test_what_must_keep_its_file_keeps_it(app, browser, since, said):
    """IN-9: SAFETY R17: paid, matched or exported meanwhile, or read from this very file; the others go back."""
    user = make_user()
    kept, free = make_invoice("F-1"), make_invoice("F-2")
    rows = [make_waiting(f"F-{n}.pdf", user, data=samples.invoice_pdf(f"F-{n}")) for n in (1, 2)]
    parts = [row.part for row in rows]
    for row, invoice in zip(rows, (kept, free), strict=True):
        assigning.assign(row, invoice, by=user)
    for name, value in since.items():
        setattr(kept, name, value)
    db.session.commit()

    count, refused = unassigning.put_back_all(parts, by=user)
    db.session.commit()

    assert count == 1 and len(refused) == 1 and said in refused[0]
    assert len(reload(kept).files) == 1 and not reload(free).files and waiting_names() == {"F-2.pdf"}


def test_what_came_another_way_meanwhile_does_not_wait_again(app, browser):
    """DU-2: it would be offered for a second invoice."""
    user = make_user()
    waiting = make_waiting("scan.pdf", user)
    part = waiting.part
    assigning.discard(waiting, by=user)
    make_document(number="F-1", file=part.file)

    assert unassigning.put_back_all([part], by=user)[0] == 0 and not waiting_names()


def test_a_stranger_takes_nothing_back(app, browser):
    """US-3: US-6: of another company nothing happens; who only reads is refused; nonsense is nothing."""
    user = make_user()
    waiting = make_waiting("scan.pdf", user)
    part_id = waiting.part_id
    assigning.discard(waiting, by=user)
    db.session.commit()
    address = "/waiting-files/returns"

    assert browser(make_user(Role.ACCOUNTANT)).post(address, data={"parts": part_id}).status_code == 403
    browser(make_user(company=make_company("Other"))).post(address, data={"parts": part_id})
    for nonsense in ("", "x,²,-1", "9" * 40, f"{part_id}9"):
        assert browser(user).post(address, data={"parts": nonsense}).status_code == 303
    assert not waiting_names()


def test_no_file_of_an_invoice_out_of_sight_is_taken_back(app, browser):
    """US-2: a restricted member reaches nothing of what is not theirs."""
    user = make_user()
    invoice, waiting = make_invoice("F-1"), make_waiting("F-1.pdf", user)
    part_id = waiting.part_id
    assigning.assign(waiting, invoice, by=user)
    invoice.validated_at = clock.now()
    invoice.company.restrict_non_admins = True
    db.session.commit()

    browser(user).post("/waiting-files/returns", data={"parts": part_id})

    assert len(reload(invoice).files) == 1 and db.session.query(Document).count() == 1


def test_a_long_list_still_fits_where_it_is_remembered(app, browser):
    """IN-9: 200 files at once: what can be taken back must not overflow the cookie that says so."""
    with app.test_request_context("/add/assign"):
        told = undoable("200 PDFs assigned.", list(range(9_000_000, 9_000_000 + 200)), make_document().direction)
        session["_flashes"] = [("message", told)]
        cookie = app.session_interface.get_signing_serializer(app).dumps(dict(session))
    assert len(cookie) < 3000
