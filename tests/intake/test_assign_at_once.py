"""Two people over one waiting file, and one file dropped by several: on SQLite and on PostgreSQL."""

from __future__ import annotations

import io
import threading

import pytest
from sqlalchemy import func, select

from app.documents import twins
from app.documents.models import Direction, Document, DocumentFile
from app.extensions import db
from app.files import store
from app.files.models import File
from app.intake import assigning, drops
from app.intake.models import Message
from app.intake.waiting import WaitingFile
from app.users import sessions
from app.users.models import Company, SignIn, User
from tests import samples
from tests.documents.test_at_once import at_once, get
from tests.factories import make_company, make_document, make_file, make_user

pytestmark = pytest.mark.alone


@pytest.fixture
def there(live_app):
    """A company, somebody in it, a file that waits and two invoices without one."""
    with live_app.app_context():
        company = make_company()
        user, file = make_user(company=company), make_file()
        invoices = [make_document(company, number=f"F-{number}") for number in (1, 2)]
        for each in invoices:
            db.session.delete(each.files[0])
        part = drops.stage(file, company, Direction.PURCHASE, "F-1.pdf", by=user)
        db.session.commit()
        waiting = db.session.scalars(select(WaitingFile.id).filter_by(part_id=part.id)).one()
        return {
            "company": company.id,
            "user": user.id,
            "waiting": waiting,
            "invoices": [each.id for each in invoices],
        }


def waiting_in(there) -> WaitingFile:
    """The file, as whoever decides finds it."""
    waiting = db.session.get(WaitingFile, there["waiting"])
    if waiting is None:
        raise assigning.Decided("decided already")
    return waiting


def test_a_file_is_assigned_once_whoever_confirms(live_app, there):
    """IN-9: S59: two people send the list at the same moment: one file, one invoice; the second is told."""
    invoices = list(there["invoices"])

    def confirm() -> None:
        assigning.assign(waiting_in(there), get(Document, invoices.pop()), by=get(User, there["user"]))

    told = at_once(live_app, confirm)

    with live_app.app_context():
        assert told == ["Decided", "done"]
        assert db.session.scalar(select(func.count(DocumentFile.id))) == 1
        assert db.session.scalar(select(func.count(WaitingFile.id))) == 0


def test_a_file_is_made_an_invoice_or_deleted_but_not_both(live_app, there):
    """IN-9: S37: whichever comes first."""
    verbs = [assigning.make_invoice, assigning.discard]

    told = at_once(live_app, lambda: verbs.pop()(waiting_in(there), by=get(User, there["user"])))

    assert told == ["Decided", "done"]


def test_one_file_dropped_by_several_at_once_waits_once(live_app, there):
    """IN-9: S90: logged each time."""
    with live_app.app_context():
        file_id = make_file().id
        db.session.commit()

    def stage() -> None:
        company, user = get(Company, there["company"]), get(User, there["user"])
        drops.stage(get(File, file_id), company, Direction.PURCHASE, "a.pdf", by=user)

    assert at_once(live_app, stage, times=4) == ["done"] * 4
    with live_app.app_context():
        mine = select(func.count(WaitingFile.id)).where(WaitingFile.file_id == file_id)
        assert db.session.scalar(mine) == 1
        assert db.session.scalar(select(func.count(Message.id)).where(Message.raw_id == file_id)) == 4


@pytest.mark.parametrize(("verb", "answer"), [("assign", "Refused"), ("make_invoice", "done"), ("discard", "done")])
def test_a_file_that_is_dropped_again_while_it_is_decided_keeps_nobody_waiting(live_app, there, verb, answer):
    """IN-9: S59: who drops it has its bytes and wants its row: whoever has the row must not want the bytes."""
    told = []

    def decide() -> None:
        given = [get(Document, there["invoices"][0])] if verb == "assign" else []
        getattr(assigning, verb)(waiting_in(there), *given, by=get(User, there["user"]))

    decider = threading.Thread(target=lambda: told.extend(at_once(live_app, decide, times=1)))
    with live_app.app_context():
        company, file = get(Company, there["company"]), waiting_in(there).file
        twins.same_bytes(company.id, file)
        decider.start()
        decider.join(timeout=0.5)  # by then it waits for this transaction
        drops.stage(file, company, Direction.SALE, "F-1.pdf", by=get(User, there["user"]))
        db.session.commit()
    decider.join(timeout=60)

    assert told == [answer]  # what is a sale by now is not assigned to a purchase


def test_what_was_answered_is_there_for_good(live_app, there):
    """IN-9: R1: told *received*, the file is in the database and on the disk, and on the list of whoever returns."""
    with live_app.app_context():
        db.session.add(SignIn(token_hash=sessions.digest("token"), user_id=there["user"]))
        db.session.commit()
    client = live_app.test_client()
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = "token", True

    sent = {"files": (io.BytesIO(samples.invoice_pdf("F-2")), "F-2.pdf")}
    assert client.post("/waiting-files", data=sent, headers={"Accept": "application/json"}).status_code == 201

    with live_app.app_context():
        waiting = db.session.scalars(select(WaitingFile).order_by(WaitingFile.id.desc())).first()
        assert store.read(waiting.file) == samples.invoice_pdf("F-2")
    listed = client.get("/add/assign").text
    assert "F-2.pdf" in listed and f'value="{there["invoices"][1]}"' in listed
