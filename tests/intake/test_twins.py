"""The same invoice by several ways at once."""

from __future__ import annotations

import threading
import time

import pytest
from sqlalchemy import select

from app.documents.models import Direction, Document
from app.extensions import db
from app.files import store
from app.intake import drops, opening
from app.intake.arrival import take_message
from app.intake.models import Message, Source
from app.intake.waiting import WaitingFile
from app.tasks import runner
from app.tasks.jobs import commit
from app.tasks.models import State, Task
from app.users import people
from app.users.models import Company
from tests.intake import mails


def company_in(app) -> int:
    """A company in an installation of its own."""
    with app.app_context():
        company = people.create_company("Atelier Zoé")
        commit()
        return company.id


def at_once(app, calls) -> None:
    """Run the calls in threads, each with a session of its own, all starting together."""
    start, failures = threading.Barrier(len(calls)), []

    def here(call) -> None:
        start.wait()
        try:
            with app.app_context():
                call()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=here, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures


def take(company_id: int, raw: bytes, **facts):
    """A call that takes a message and commits."""

    def call() -> None:
        company = db.session.get_one(Company, company_id)
        take_message(raw, company=company, direction=Direction.PURCHASE, **facts)
        commit()

    return call


@pytest.mark.alone
def test_one_invoice_by_mail_and_upload_at_once_is_one_document(live_app):
    """S90: one live document, the others duplicates of it, however they came."""
    company_id = company_in(live_app)
    mailed = [take(company_id, mails.invoice_mail("F-1", subject=f"n° {n}"), source=Source.SMTP) for n in range(3)]
    given = [take(company_id, mails.pdf("F-1"), source=Source.UPLOAD, is_mail=False, name="F-1.pdf") for _ in range(3)]
    at_once(live_app, mailed + given)  # S90

    with live_app.app_context():
        tasks = list(db.session.scalars(select(Task.id).where(Task.kind == "open_message")))
    at_once(live_app, [lambda task=task: runner.run(task) for task in tasks])

    with live_app.app_context():
        documents = list(db.session.scalars(select(Document).order_by(Document.id)))
        alive = [each for each in documents if not each.trashed_at]
        assert len(documents) == 6 and len(alive) == 1
        assert {each.duplicate_of_id for each in documents if each.trashed_at} == {alive[0].id}


@pytest.mark.alone
def test_who_takes_a_file_and_who_opens_a_mail_with_it_never_wait_for_each_other(live_app):
    """S90: the row of the bytes is held before their documents by both: in two orders a database ends one of them."""
    company_id, started = company_in(live_app), threading.Event()
    with live_app.app_context():
        take(company_id, mails.invoice_mail("F-1"), source=Source.SMTP)()
        message_id = db.session.scalars(select(Message.id)).one()
        found = opening.open_up(opening.what_arrived(message_id))
        db.session.rollback()

    def drop() -> None:
        kept = store.keep(mails.pdf("F-1"), mails.PDF)
        started.set()
        time.sleep(0.5)
        company = db.session.get_one(Company, company_id)
        drops.stage(kept, company, Direction.PURCHASE, "F-1.pdf", by=people.new("zoe@example.org"))
        commit()

    def open_mail() -> None:
        assert started.wait(5)
        opening.note(message_id, found)
        commit()

    at_once(live_app, [drop, open_mail])  # S90

    with live_app.app_context():
        assert (db.session.query(Document).count(), db.session.query(WaitingFile).count()) == (1, 1)


@pytest.mark.alone
def test_one_mail_taken_by_many_at_once_is_imported_once(live_app):
    """IN-3: reserved in the database before any work; R4: by a unique index, not by looking first."""
    company_id = company_in(live_app)
    at_once(live_app, [take(company_id, mails.invoice_mail(), source=Source.SMTP) for _ in range(8)])

    with live_app.app_context():
        states = sorted(message.state.value for message in db.session.scalars(select(Message)))
        assert states == ["received"] + ["repeated"] * 7
        assert db.session.query(Task).filter_by(kind="open_message").count() == 1


@pytest.mark.alone
def test_one_message_opened_twice_at_once_makes_one_document(live_app):
    """S37: the same job twice in parallel has one effect."""
    company_id = company_in(live_app)
    with live_app.app_context():
        take(company_id, mails.invoice_mail(), source=Source.SMTP)()
        message = db.session.scalars(select(Message)).one()
        from app.intake.jobs import open_message

        open_message.later(message.id)
        commit()
        tasks = list(db.session.scalars(select(Task.id).where(Task.kind == "open_message")))
    at_once(live_app, [lambda task=task: runner.run(task) for task in tasks])  # S37

    with live_app.app_context():
        assert db.session.query(Document).count() == 1
        assert {task.state for task in db.session.query(Task).filter_by(kind="open_message")} == {State.DONE}


@pytest.mark.alone
def test_a_mail_full_of_bytes_no_database_takes_is_logged(live_app):
    """S20: NUL, half characters and 8-bit bytes in every header; on both databases, original kept."""
    company_id, bad = company_in(live_app), b"a\x00\xff\xed\xa0\x80\xe2\x80\xaeb"
    lines = [name + b": " + bad for name in (b"From", b"Subject", b"Message-ID", b"Return-Path", b"Precedence")]
    part = b'Content-Type: appli\x00\xffcation/pdf; name="' + bad + b'.pdf"\r\n\r\n%PDF-1.7 \x00\xff'
    raw = b"\r\n".join([*lines, b'Content-Type: multipart/mixed; boundary="b"', b"", b"--b", part, b"--b--"])
    with live_app.app_context():
        facts = {"source": Source.SMTP, "envelope_sender": "\udcff\0@x", "name": "\ud800\0.eml"}
        take(company_id, raw, **facts)()  # S20
        assert runner.run(db.session.scalars(select(Task.id).where(Task.kind == "open_message")).one())

        [message] = db.session.scalars(select(Message))
        assert message.state.value == "opened" and store.read(message.raw) == raw
        assert db.session.query(Document).one().original.name.endswith(".pdf")
