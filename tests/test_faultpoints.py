"""Facteur dies between any two durable steps, starts again, and the end is the same: nothing lost, nothing twice."""

from __future__ import annotations

import os
import re
import signal
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import create_app, schedule
from app.audit import trail
from app.audit.models import AuditEntry
from app.core import clock
from app.core.faultpoint import DIE_AT
from app.documents import trash
from app.documents.models import Direction, Document, Status
from app.extensions import db
from app.extraction.models import DocumentReading
from app.files import store
from app.intake.arrival import take_message
from app.intake.models import Message, MessageState, Part, Source
from app.outbox.models import Mark, OutgoingMail
from app.outbox.writing import write
from app.rules import running
from app.rules.acts import Act
from app.rules.jobs import apply_rule
from app.tasks.jobs import commit
from app.tasks.models import State, Task
from tests import samples
from tests.accounting.test_kills import POINTS as OF_ACCOUNTING
from tests.bank.test_kills import POINTS as OF_THE_BANK
from tests.channels.test_kills import POINTS as OF_GATEWAYS
from tests.factories import make_category, make_company, make_document, make_user
from tests.intake.test_folder import POINTS as OF_THE_FOLDER
from tests.intake.test_hook import POINTS as OF_THE_HOOK
from tests.intake.test_receiver_kills import POINTS as OF_THE_RECEIVER
from tests.intake.test_texts_kills import POINTS as OF_TEXTS
from tests.mailboxes.test_kills import POINTS as OF_THE_MAILBOXES
from tests.review.test_rearranging_kills import POINTS as OF_REARRANGING
from tests.rules.making import do, make_rule, when
from tests.sink import Sink
from tests.soak.outbox import FORK, let_go
from tests.soak.told import be_quiet
from tests.spreadsheets.test_large import POINTS as OF_SPREADSHEETS

pytestmark = pytest.mark.alone
APP = Path(__file__).resolve().parent.parent / "app"
FAULTPOINT = re.compile(r"""faultpoint\(\s*["']([^"']+)["']""")
POINTS = sorted({name for path in APP.rglob("*.py") for name in FAULTPOINT.findall(path.read_text(encoding="utf-8"))})
ELSEWHERE = (
    *("texts.", "bank.", "spreadsheet.", "folder.", "rearranging.", "hook.", "mailbox.", "receiver.", "gateway."),
    "accounting.",
)
"""Those that nobody comes by who only does what waits."""
NOBODY_KNOWS = {"outbox.transmitting", "outbox.transmitted", "outbox.before_settle"}
"""The content may have left when it died there, and no answer was kept."""


def work(settings, die_at: str) -> None:
    """A process that does all there is to do, or dies in the middle."""
    be_quiet()
    os.environ[DIE_AT] = die_at
    with create_app(settings, BELLS=[]).app_context():
        schedule.sweep_once()
        schedule.run_due()
        schedule.sweep_once()


def ending_of(app: Flask, die_at: str = "") -> int:
    """How such a process ended."""
    process = FORK.Process(target=work, args=(app.config["SETTINGS"], die_at), daemon=True)
    process.start()
    process.join(60)
    return process.exitcode


def prepare(app: Flask, sink: Sink) -> None:
    """Something of every kind to do: a mail to open, a file, a mail to send, a trash to empty, a rule, a trail."""
    app.config["SETTINGS"].__dict__["mail_url"] = f"smtp://127.0.0.1:{sink.port}"
    company = make_company(trash_emptied=True, trash_days=30)
    old = make_document(company, counterparty=None)
    trash.trash(old, by=None)
    old.trashed_at = clock.now() - timedelta(days=31)
    facts = {"company": company, "direction": Direction.PURCHASE, "source": Source.UPLOAD, "is_mail": False}
    take_message(samples.invoice_pdf("F-1"), name="a.pdf", **facts)
    user = make_user(company=company)
    rule = make_rule(when("direction", "is", "sale"), company=company, does=[do(Act.CATEGORY, make_category().id)])
    apply_rule.later(running.begin(rule, by=user).id)
    write("t", key="t:1", to=user.email, subject="S", template="users/mail/password_changed", user=user)
    commit()
    db.session.query(Task).update({"run_after": clock.now() - timedelta(minutes=1)})
    db.session.commit()


@pytest.mark.parametrize("point", [point for point in POINTS if not point.startswith(ELSEWHERE)])
def test_dying_between_two_durable_steps_loses_and_doubles_nothing(live_app, sink, point):
    """S35: S42: S43: S96: whatever was to be done is done once in the end, or is shown as uncertain."""
    with live_app.app_context():
        prepare(live_app, sink)

        assert ending_of(live_app, die_at=point) == -signal.SIGKILL, "no work comes by this fault point: add some above"
        let_go()
        assert ending_of(live_app) == 0

        everything_is_done_once()
        mail = db.session.scalars(select(OutgoingMail)).one()
        expected = Mark.UNCERTAIN if point in NOBODY_KNOWS else Mark.SENT
        assert (mail.mark, len(sink.messages)) == (expected, 0 if point == "outbox.transmitting" else 1)


def everything_is_done_once() -> None:
    """Whatever died in between."""
    assert [each.state for each in db.session.scalars(select(Message))] == [MessageState.OPENED]
    assert [each.number for each in db.session.scalars(select(Document))] == ["F-1"]
    assert db.session.scalars(select(Document)).one().status is Status.TO_PROCESS
    counts = [db.session.scalar(select(func.count()).select_from(each)) for each in (Part, DocumentReading)]
    assert counts == [1, 1]
    for act in ("read", "purged", "trash emptied"):
        assert db.session.scalar(select(func.count()).where(AuditEntry.act == act)) == 1, act
    assert trail.is_chained() and trail.first_bad_entry() is None
    assert not db.session.scalars(select(Task.kind).where(Task.state != State.DONE)).all()
    for path in store.root().glob("??/??/*"):
        assert store.by_hash(path.name)


def test_every_fault_point_has_its_case():
    """S1: S18: S35: those of the ways in, of splits and merges die in tests of their own, all others here."""
    died_at = {
        *OF_ACCOUNTING,
        *OF_TEXTS,
        *OF_THE_BANK,
        *OF_GATEWAYS,
        *OF_SPREADSHEETS,
        *OF_THE_FOLDER,
        *OF_REARRANGING,
        *OF_THE_HOOK,
        *OF_THE_MAILBOXES,
        *OF_THE_RECEIVER,
    }
    assert {point for point in POINTS if point.startswith(ELSEWHERE)} <= died_at <= set(POINTS)
