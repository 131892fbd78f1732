"""Several deciding at the same moment, on SQLite and on PostgreSQL (SAFETY S59)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.approval import decisions
from app.approval.models import Approval, Choice, Decision, Seat, Way
from app.core.errors import Refused
from app.documents import decisions as documents
from app.documents.models import Document, Status
from app.extensions import db
from app.users.models import User
from tests.approval.making import make_firm, rounds, validated

pytestmark = pytest.mark.alone


def at_once(app: Flask, *acts: Callable[[], object]) -> list[str]:
    """Do all of these, each in a thread with a connection of its own; what each was told."""
    gate, told = threading.Barrier(len(acts)), []

    def run(act: Callable[[], object]) -> None:
        with app.app_context():
            gate.wait(timeout=30)
            try:
                act()
                db.session.commit()
                told.append("done")
            except Refused as refused:
                db.session.rollback()
                told.append(type(refused).__name__)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(told) == len(acts)
    return sorted(told)


@pytest.fixture
def waiting(live_app, demand):
    """An application with one document that Lea is asked about; its ids, and its revision."""
    with live_app.app_context():
        firm = make_firm()
        demand([firm.lea, firm.bob])
        document = validated(firm)
        ids = {seat.user.name: (seat.id, seat.user_id) for seat in rounds(document)[0].seats}
        return live_app, document.id, ids, rounds(document)[0].revision, firm.zoe.id


def deciding(ids: tuple[int, int], revision: str, choice: Choice) -> Callable[[], object]:
    return lambda: decisions.decide(
        db.session.get_one(Seat, ids[0]),
        choice,
        by=db.session.get_one(User, ids[1]),
        way=Way.APP,
        revision=revision,
        reason="why",
    )


def test_of_approve_and_reject_at_once_one_counts(waiting):
    """AP-1: a double click, or two tabs: one decision, the others are told."""  # S59
    app, document_id, ids, revision, _zoe = waiting
    choices = [Choice.APPROVE, Choice.REJECT, Choice.APPROVE]

    assert at_once(app, *(deciding(ids["Lea"], revision, each) for each in choices)) == [
        "AlreadyDecided",
        "AlreadyDecided",
        "done",
    ]
    with app.app_context():
        decision = db.session.scalars(select(Decision)).one()
        status = db.session.get_one(Document, document_id).status
        assert status is (Status.TO_MATCH if decision.choice is Choice.APPROVE else Status.TRASH)


def test_of_two_approvers_at_once_one_counts(waiting):
    """AP-1: *any one*: whoever is second is told who decided and when."""  # S59
    app, _document_id, ids, revision, _zoe = waiting

    told = at_once(app, deciding(ids["Lea"], revision, Choice.APPROVE), deciding(ids["Bob"], revision, Choice.REJECT))

    assert told == ["AlreadyDecided", "done"]
    with app.app_context():
        assert db.session.scalar(select(func.count(Decision.id))) == 1


def test_a_decision_and_an_edit_at_once_never_approve_what_nobody_saw(waiting):
    """LC-5: whichever comes first, what stands approved was seen as it is."""  # S61
    app, document_id, ids, revision, zoe = waiting
    changes = {"gross": Decimal("1300"), "net": Decimal("1083.33"), "tax": Decimal("216.67")}

    def edit() -> None:
        document = db.session.get_one(Document, document_id)
        documents.edit(document, changes, by=db.session.get_one(User, zoe), version=document.version)

    at_once(app, deciding(ids["Lea"], revision, Choice.APPROVE), edit)

    with app.app_context():
        document = db.session.get_one(Document, document_id)
        last = db.session.scalar(Approval.last_of(document).limit(1))
        assert document.status is Status.TO_APPROVE and last.ended_at is None and last.revision != revision


def test_taking_back_at_once_happens_once(waiting):
    """AP-3: however many press the button."""  # S59
    app, _document_id, ids, revision, _zoe = waiting
    at_once(app, deciding(ids["Lea"], revision, Choice.APPROVE))

    def undo() -> None:
        decision = db.session.scalars(select(Decision)).one()
        decisions.undo(decision, by=db.session.get_one(User, ids["Lea"][1]))

    assert at_once(app, undo, undo) == ["Refused", "done"]
