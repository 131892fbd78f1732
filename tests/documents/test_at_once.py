"""Two people, or two workers, at the same moment: on SQLite and on PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.audit.models import AuditEntry
from app.core import clock
from app.core.errors import Refused
from app.counterparties.models import Counterparty
from app.documents import arrival, decisions, disputing, filing, paying, twins
from app.documents.jobs import purge_trash
from app.documents.models import Direction, Document, PaidMeans, Status, TrashKind
from app.extensions import db
from app.files.models import File
from app.users.models import Company, User
from tests.factories import make_category, make_company, make_document, make_file, make_user

pytestmark = pytest.mark.alone


def at_once(app: Flask, act: Callable[[], object], times: int = 2) -> list[str]:
    """Do it in so many threads, each with a connection of its own; what each was told."""
    gate, told = threading.Barrier(times), []

    def run() -> None:
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

    threads = [threading.Thread(target=run) for _time in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(told) == times
    return sorted(told)


def acts(app: Flask, act: str) -> int:
    """How often the trail says so of a document."""
    with app.app_context():
        query = select(func.count(AuditEntry.id)).where(AuditEntry.act == act, AuditEntry.object_type == "document")
        return db.session.scalar(query)


def get(model, row_id: int):
    return db.session.get_one(model, row_id)


def test_of_two_validations_at_once_one_counts(live_app):
    """RV-6: a double click, or two people, make one validation and one counterparty."""  # S37 S59
    with live_app.app_context():
        company = make_company()
        user_id = make_user(company=company).id
        category = make_category(company=company)
        facts = {"counterparty": None, "counterparty_name": "Imprimerie Nouvelle", "category": category}
        document_id = make_document(company, **facts).id

    told = at_once(live_app, lambda: decisions.validate(get(Document, document_id), by=get(User, user_id)))

    assert told == ["Refused", "done"]
    assert acts(live_app, "validated") == 1
    with live_app.app_context():
        assert db.session.scalar(select(func.count(Counterparty.id))) == 1


def test_two_first_invoices_of_one_supplier_make_one_supplier(live_app):
    """RV-6: EX-7: validated at the same moment, they do not both make it."""
    with live_app.app_context():
        company = make_company()
        category = make_category(company=company)
        facts = {"counterparty": None, "counterparty_name": "Imprimerie Nouvelle", "category": category}
        waiting = [make_document(company, **facts).id for _each in range(2)]

    at_once(live_app, lambda: decisions.validate(get(Document, waiting.pop()), by=None))

    with live_app.app_context():
        assert db.session.scalar(select(func.count(Counterparty.id))) == 1
        assert {each.status for each in db.session.scalars(select(Document))} == {Status.TO_MATCH}


def test_of_two_edits_at_once_one_is_told(live_app):
    """RV-8: the same version is edited once."""
    with live_app.app_context():
        company = make_company()
        user_id, document_id = make_user(company=company).id, make_document(company).id
    labels = ["first", "second"]

    def edit() -> None:
        decisions.edit(get(Document, document_id), {"label": labels.pop()}, by=get(User, user_id), version=1)

    told = at_once(live_app, edit)

    assert told == ["Changed", "done"]
    assert acts(live_app, "edited") == 1


def test_of_two_payments_by_hand_at_once_one_counts(live_app):
    """LC-4: S59: of what one page showed; it is taken back once, and disputed once."""  # S37
    with live_app.app_context():
        company = make_company()
        user_id = make_user(company=company).id
        document_id = make_document(company, validated_at=clock.now()).id
        day = clock.today(company)
    said = {"on": day, "means": PaidMeans.CASH, "part": Decimal(60), "version": 1}
    ways = [
        ("paid by hand", lambda document, user: paying.pay(document, by=user, **said), 6000),
        ("payment taken back", lambda document, user: paying.take_back(document, by=user), 0),
        ("disputed", lambda document, user: disputing.dispute(document, "why", by=user), 0),
        ("dispute ended", lambda document, user: disputing.end(document, by=user), 0),
    ]
    for act, say, paid in ways:
        told = at_once(live_app, lambda say=say: say(get(Document, document_id), get(User, user_id)))
        assert (told, acts(live_app, act)) == (["Refused", "done"], 1)
        with live_app.app_context():
            document = get(Document, document_id)
            assert (document.settled_minor, document.paid_minor) == (paid, paid)


def test_trashing_and_restoring_happen_once(live_app):
    """TR-1: however many press at once."""  # S37 S59
    with live_app.app_context():
        document_id = make_document(make_company()).id

    for verb, act in ((decisions.trash, "trashed"), (decisions.restore, "restored")):
        told = at_once(live_app, lambda verb=verb: verb(get(Document, document_id), by=None), times=3)
        assert told.count("done") == 1
        assert acts(live_app, act) == 1


def test_the_same_bytes_at_once_make_one_document(live_app):
    """DU-2: whichever way they come in: one stays, the others go to the trash as duplicates of it."""  # S90
    with live_app.app_context():
        company_id, file_id = make_company().id, make_file().id
        db.session.commit()

    def arrive() -> None:
        company, file = get(Company, company_id), get(File, file_id)
        first = twins.same_bytes(company_id, file)
        document = arrival.arrive(company, Direction.PURCHASE, file, "invoice.pdf", source="upload", by=None)
        if first:
            decisions.trash(document, by=None, kind=TrashKind.DUPLICATE, duplicate_of=first)

    at_once(live_app, arrive, times=4)

    with live_app.app_context():
        documents = list(db.session.scalars(select(Document).order_by(Document.id)))
        living = [each for each in documents if not each.trashed_at]
        assert len(documents) == 4 and len(living) == 1
        assert {each.duplicate_of_id for each in documents if each.trashed_at} == {living[0].id}


def test_two_people_never_throw_away_both_twins(live_app):
    """DU-1: each discards the other's document at the same moment: one stays, and the second is told."""  # S59
    with live_app.app_context():
        company = make_company()
        user_id = make_user(company=company).id
        first, second = (make_document(company, number="F-77").id for _each in range(2))
    ways = [(first, second), (second, first)]

    def discard() -> None:
        new, existing = ways.pop()
        twins.discard(get(Document, new), get(Document, existing), by=get(User, user_id))

    told = at_once(live_app, discard)

    assert told == ["Refused", "done"]
    with live_app.app_context():
        assert len([each for each in db.session.scalars(select(Document)) if each.trashed_at]) == 1


def test_the_daily_purge_run_twice_at_once_removes_each_document_once(live_app):
    """TR-2: one effect."""  # S37
    with live_app.app_context():
        company = make_company(trash_emptied=True)
        old = {"trashed_at": clock.now() - timedelta(days=31), "trash_kind": TrashKind.DELETED}
        for _each in range(3):
            make_document(company, counterparty=None, **old)

    at_once(live_app, purge_trash)

    assert acts(live_app, "purged") == 3
    with live_app.app_context():
        assert db.session.scalar(select(func.count(Document.id))) == 0


def test_a_restore_and_the_purge_at_once_leave_all_or_nothing(live_app):
    """TR-2: a document is restored whole, or gone with its line in the trail; never half."""  # S105
    with live_app.app_context():
        company = make_company(trash_emptied=True)
        old = {"trashed_at": clock.now() - timedelta(days=31), "trash_kind": TrashKind.DELETED}
        document_id = make_document(company, counterparty=None, **old).id
    verbs = [purge_trash, lambda: _restore(document_id)]

    def act() -> None:
        verbs.pop()()

    at_once(live_app, act)

    purged = acts(live_app, "purged")
    with live_app.app_context():
        document = db.session.get(Document, document_id)
        assert purged == 0 if document else purged == 1
        assert document is None or (document.status is Status.TO_PROCESS and document.files)


def _restore(document_id: int) -> None:
    document = db.session.get(Document, document_id)
    if document is None:
        raise Refused("gone")
    decisions.restore(document, by=None)


def test_of_two_files_added_at_once_one_is_the_original(live_app):
    """IN-2: S59: whoever adds the second is told that it has one."""
    with live_app.app_context():
        user = make_user(company=make_company())
        document = make_document(user.memberships[0].company, source="hand")
        db.session.delete(document.files[0])
        files = [make_file(b"%PDF-1.4 one").id, make_file(b"%PDF-1.4 two").id]
        db.session.commit()
        document_id, user_id = document.id, user.id

    def add() -> None:
        filing.add(get(Document, document_id), get(File, files.pop()), "a.pdf", by=get(User, user_id))

    told = []
    second = threading.Thread(target=lambda: told.extend(at_once(live_app, add, times=1)))
    with live_app.app_context():
        add()
        db.session.flush()
        second.start()
        second.join(timeout=0.5)  # by then it waits for this transaction
        db.session.commit()
    second.join(timeout=60)

    with live_app.app_context():
        assert told == ["Refused"] and len(get(Document, document_id).files) == 1
