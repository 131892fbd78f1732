"""What people, mail servers and other programs do at the wrong moment."""

from datetime import date

import pytest
from sqlalchemy import func, select

from app import schedule
from app.accounting import exports, jobs, ledger
from app.accounting.kinds import State
from app.accounting.run_models import Envelope
from app.accounting.writing_mails import Writer
from app.core import clock
from app.core.errors import Refused
from app.documents import history, moving, status
from app.documents.models import Document
from app.extensions import db
from app.outbox import decisions, delivery, sending, waking
from app.outbox.models import Mark, OutgoingMail, Outlet
from app.tasks import due
from app.tasks.jobs import commit
from tests.accounting.making import (
    PURCHASES,
    make_connection,
    make_purchase,
    make_sharing,
    send,
    start,
    state_of,
    write_only,
)
from tests.dunning.returns import postfix
from tests.factories import make_company, make_user, reload
from tests.intake.test_opening import opened


def test_what_was_refused_is_not_tried_again_in_its_run(app, server):
    """S45: also where mails leave as fast as they are written."""
    sharing = make_sharing()
    make_purchase(sharing)
    server.answers[f"rcpt:{PURCHASES}"] = "550 no such journal"
    run = start(sharing)
    writer = Writer(run.id)
    while writer.write_one():  # a mail worker that is as fast as the writer
        delivery.deliver()
        commit()
    assert db.session.scalar(select(func.count(Envelope.id))) == 1


def during(monkeypatch, do):
    """Let this happen when the content of a mail is about to leave."""
    monkeypatch.setattr(sending, "faultpoint", lambda name: do() if name == "outbox.transmitting" else None)


def test_what_is_kept_back_while_it_leaves_and_refused_stays_so(app, server, monkeypatch):
    """AC-4: the next run does not take it."""
    sharing = make_sharing()
    document = make_purchase(sharing)
    start(sharing)
    write_only()
    user = make_user()
    document_id = document.id
    server.answers["dot"] = "554 no"

    def do():
        ledger.keep_back(db.session.get(Document, document_id), by=db.session.merge(user))
        commit()

    during(monkeypatch, do)
    due.run_due()
    assert state_of(document) is State.WITHHELD


def test_nothing_is_given_back_while_its_mail_leaves(app, server, monkeypatch):
    """AC-4, S43: it would go a second time."""
    sharing = make_sharing()
    document = make_purchase(sharing)
    run = start(sharing)
    run_id = run.id
    Writer(run_id).write_one()
    user = make_user()
    document_id = document.id

    def do():
        here = db.session.get(Document, document_id)
        ledger.keep_back(here, by=user)
        commit()
        with pytest.raises(Refused, match="just now"):
            ledger.give_back(here, by=user)

    during(monkeypatch, do)
    delivery.deliver()
    commit()
    assert len(server.messages) == 1
    assert state_of(document) is State.SENT


def test_tidying_the_outbox_undoes_no_later_decision(app, server):
    """AC-4: sent again by a person, then the old mail is cancelled."""
    sharing = make_sharing()
    document = make_purchase(sharing)
    server.answers["dot"] = "cut"
    send(sharing)
    server.answers.clear()
    db.session.execute(db.update(Outlet).values(try_after=None))
    admin = make_user(company=sharing.company)
    ledger.send_again(reload(document), by=admin)
    commit()
    decisions.cancel(db.session.scalars(select(OutgoingMail)).one(), by=admin)
    commit()
    assert state_of(document) is State.OPEN


def test_what_a_person_cancels_is_kept_back_though_it_was_edited(app, server):
    """AC-4: who cancelled is known, not guessed."""
    sharing = make_sharing()
    document = make_purchase(sharing)
    start(sharing)
    write_only()
    document = reload(document)
    document.due_date = date(2026, 12, 31)
    status.settle(document, by=None, act="changed", changes={"due_date": [None, None]})
    commit()
    decisions.cancel(db.session.scalars(select(OutgoingMail)).one(), by=make_user())
    commit()
    assert state_of(document) is State.WITHHELD


def test_a_journal_that_is_not_shared_any_more_does_not_leave(app, server):
    """S52: its mails were written before."""
    sharing = make_sharing()
    make_purchase(sharing)
    start(sharing)
    write_only()
    reload(sharing).journals = ["sales"]
    db.session.commit()
    due.run_due()
    assert server.messages == []


def test_what_waits_for_approval_again_does_not_leave(app, server):
    """S52: asked for after its mail was written."""
    sharing = make_sharing()
    document = make_purchase(sharing)
    start(sharing)
    write_only()
    reload(document).awaits_approval = True
    db.session.commit()
    due.run_due()
    assert server.messages == []


def test_history_does_not_say_sent_of_what_nobody_knows(app, server):
    """S43: it may have reached the accountant."""
    sharing = make_sharing()
    document = make_purchase(sharing)
    server.answers["dot"] = "cut"
    send(sharing)
    said = [line.text for line in history.of(reload(document))]
    assert any("may have sent it to the accountant" in text for text in said)
    assert not any(text == "sent it to the accountant" for text in said)


def test_a_late_report_changes_nothing_that_a_person_decided(app, server):
    """AC-4: kept back before the mail came back."""
    sharing = make_sharing()
    document = make_purchase(sharing)
    send(sharing)
    (mail,) = db.session.scalars(select(OutgoingMail))
    user = make_user()
    ledger.send_again(reload(document), by=user)
    commit()
    ledger.keep_back(reload(document), by=user)
    commit()
    opened(postfix(mail), company=sharing.company, envelope_sender="<>")
    assert state_of(document) is State.WITHHELD


def test_a_run_whose_task_died_between_portions_goes_on(app, server, monkeypatch):
    """S35, S46: the sweep finds it."""
    sharing = make_sharing()
    for _each in range(3):
        make_purchase(sharing)
    run = start(sharing)
    monkeypatch.setattr(jobs, "PORTION_SECONDS", 0)

    class Die(BaseException):
        pass

    def die(*_ids):
        raise Die

    with monkeypatch.context() as dying:
        dying.setattr(jobs, "ask_again", die)
        with pytest.raises(Die):
            due.run_due()
    db.session.rollback()
    monkeypatch.setattr(jobs, "PORTION_SECONDS", 60)
    for _each in range(3):
        schedule.run_due()
        commit()
    run = reload(run)
    assert run.planned_at


def test_a_report_does_not_go_where_nobody_wants_it_any_more(app, server):
    """AC-6, S52: its address was changed while it waited."""
    sharing = make_sharing(report_address="old@books.example")
    make_purchase(sharing)
    server.answers["rcpt:old@books.example"] = "451 later"
    send(sharing)
    reload(sharing).report_address = "new@books.example"
    db.session.commit()
    server.answers.clear()
    db.session.execute(db.update(OutgoingMail).where(OutgoingMail.mark == Mark.QUEUED).values(send_after=clock.now()))
    db.session.execute(db.update(Outlet).values(try_after=None))
    db.session.commit()
    waking.wake()
    commit()
    due.run_due()
    assert ["old@books.example"] not in server.recipients


def test_a_document_of_another_company_begins_anew(app, server):
    """US-3: what was refused here is not in the lists of its old company."""
    sharing = make_sharing()
    document = make_purchase(sharing, counterparty=None)
    server.answers[f"rcpt:{PURCHASES}"] = "550 no such journal"
    send(sharing)
    server.answers.clear()
    document = reload(document)
    document.validated_at = None
    status.settle(document, by=None, act="x")
    commit()
    other = make_sharing(make_company("Other"), make_connection(name="other"))
    moving.move(reload(document), other.company, by=None)
    commit()
    document = reload(document)
    document.validated_at = clock.now()
    status.settle(document, by=None, act="x")
    commit()
    send(other)
    export = exports.of(document.id)
    assert export.company_id == document.company_id
