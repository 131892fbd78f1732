"""A validation is all that it means, or nothing of it, whatever breaks on its way."""

from __future__ import annotations

import os
import signal

import pytest
from sqlalchemy import func, select

from app.audit import trail
from app.audit.models import AuditEntry
from app.core import clock
from app.counterparties import keeping
from app.counterparties.models import Counterparty
from app.documents import decisions, figures, reasons, status
from app.documents.models import Direction, Document, Status
from app.documents.search import Tab
from app.extensions import db
from app.outbox.models import OutgoingMail
from app.tasks.models import Task
from tests.factories import make_category, make_company, make_document, make_user, reload
from tests.review.test_review import checked
from tests.soak.outbox import FORK
from tests.soak.told import be_quiet

NEW = {"counterparty": None, "counterparty_name": "Imprimerie Nouvelle"}
PARTS = [(keeping, "create"), (trail, "record"), (reasons, "first"), (status, "status_of")]


def breaking(*_args, **_said):
    raise RuntimeError("the disk is full")


def everything():
    """How much there is of all that a validation touches."""
    tables = (Counterparty, AuditEntry, OutgoingMail, Task)
    return [db.session.scalar(select(func.count()).select_from(each)) for each in tables]


def pressed(browser, document):
    """Somebody types another label and validates."""
    client = browser(make_user())
    return lambda: client.post(f"/review/{document.id}/validation", data=checked(document, label="Typed"))


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("position", [0, -1])
def test_a_stage_that_breaks_leaves_nothing_of_a_validation(app, browser, monkeypatch, when, position):
    """RV-6: S4: first or last of those around the status; neither what was typed, nor a counterparty, nor a mail."""
    document = make_document(category_id=make_category().id, **NEW)
    press, was = pressed(browser, document), everything()
    stages = getattr(status, f"{when}_status")
    broken = [*stages, breaking] if position else [breaking, *stages]
    monkeypatch.setattr(status, f"{when}_status", broken)

    assert press().status_code == 500
    _nothing_of_it(document, was)
    monkeypatch.undo()
    assert press().status_code == 303
    assert (reload(document).status, document.label) == (Status.TO_MATCH, "Typed")


@pytest.mark.parametrize(("module", "part"), PARTS, ids=[part for _module, part in PARTS])
def test_a_part_that_breaks_leaves_nothing_of_a_validation(app, browser, monkeypatch, module, part):
    """RV-6: the counterparty, the line in the trail, the status, the reason."""
    document = make_document(category_id=make_category().id, **NEW)
    press, was = pressed(browser, document), everything()
    monkeypatch.setattr(module, part, breaking)

    assert press().status_code == 500
    _nothing_of_it(document, was)


def _nothing_of_it(document, was):
    document = reload(document)
    facts = (document.status, document.validated_at, document.label, document.counterparty_id, document.version)
    assert facts == (Status.TO_PROCESS, None, "Paper and ink", None, 1)
    assert everything() == was


def test_a_validation_puts_it_into_its_lists_and_figures_at_once(app):
    """RV-6: outstanding or available, with its original, and counted among what is open and late."""
    company = make_company()
    admin = make_user(company=company)
    document = make_document(company, category=make_category(company=company), due_date=clock.today(company))
    assert not figures.by_direction(admin, company)

    decisions.validate(document, by=admin)
    db.session.commit()

    found = db.session.scalars(select(Document).where(Tab.OUTSTANDING.test())).all()
    assert found == [document] and document.original
    sums = figures.by_direction(admin, company)[Direction.PURCHASE]
    assert (sums.open, sums.late) == ({"EUR": 12000}, {})
    assert figures.of(admin, company, [document.counterparty_id])[document.counterparty_id].open == {"EUR": 12000}


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def validate_and_die(app, document_id: int, stages: str, position: int) -> None:
    """A process that ends in the middle of it."""
    be_quiet()
    with app.app_context():
        getattr(status, stages).insert(position, lambda _document: die())
        decisions.validate(db.session.get_one(Document, document_id), by=None)
        db.session.commit()


@pytest.mark.alone
@pytest.mark.parametrize("stages", ["before_status", "after_status"])
def test_killed_in_the_middle_it_has_not_happened(live_app, stages):
    """RV-6: S106: the process is gone, the document waits as before, and is validated by the next press."""
    with live_app.app_context():
        company = make_company()
        document_id = make_document(company, category=make_category(company=company), **NEW).id
        entries = db.session.scalar(select(func.count(AuditEntry.id)))
        db.session.remove()
        db.engine.dispose()
    process = FORK.Process(target=validate_and_die, args=(live_app, document_id, stages, 0), daemon=True)
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    with live_app.app_context():
        document = db.session.get_one(Document, document_id)
        assert (document.status, document.validated_at, document.counterparty) == (Status.TO_PROCESS, None, None)
        assert db.session.scalar(select(func.count(Counterparty.id))) == 0
        assert db.session.scalar(select(func.count(AuditEntry.id))) == entries
        decisions.validate(document, by=None)
        db.session.commit()
        assert document.status is Status.TO_MATCH
