"""Two people at the same moment, on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from app.bank.models import BankAccount
from app.documents.models import Document
from app.extensions import db
from app.files import store
from app.payments import batches, choosing, releasing
from app.payments.models import BatchState, Payment, PaymentBatch, PaymentState
from app.users.models import User
from app.web.access import Role
from tests.documents.test_at_once import at_once, get
from tests.factories import make_company, make_user
from tests.payments.making import make_account, make_payable, to_pay

pytestmark = pytest.mark.alone


def live_count() -> int:
    return db.session.scalar(select(func.count(Payment.id)).where(Payment.state == PaymentState.LIVE))


def test_of_two_at_once_one_counts(live_app):
    """PY-1: PY-2: S91: S37: S59: S93: of a payment nothing happens twice, nor half."""
    with live_app.app_context():
        company = make_company()
        user = make_user(Role.ADMIN, company)
        ids = [to_pay(make_payable(company=company), user).id for _each in range(4)]
        account_id, user_id = make_account(company).id, user.id

    def make(*documents: int) -> PaymentBatch:
        mine = [get(Document, each) for each in documents]
        batch = batches.make(mine, get(BankAccount, account_id), by=get(User, user_id))
        db.session.flush()
        return batch

    _one_document_is_in_one_batch(live_app, lambda: make(ids[0]), user_id)
    _it_is_paid_or_not_to_be_paid(live_app, lambda: make(ids[1]), ids[1], user_id)
    _a_draft_is_released_or_changed(live_app, lambda: make(*ids[2:]), user_id)


def _one_document_is_in_one_batch(app, make, user_id: int) -> None:
    """Put into two batches, released, downloaded and cancelled twice: one live payment, one file, always the same."""
    assert at_once(app, make, times=3) == ["Refused", "Refused", "done"]
    with app.app_context():
        batch_id = db.session.scalars(select(PaymentBatch)).one().id
        assert live_count() == 1

    release = lambda: releasing.release(get(PaymentBatch, batch_id), by=get(User, user_id))  # noqa: E731
    assert at_once(app, release) == ["Refused", "done"]
    with app.app_context():
        first = store.read(get(PaymentBatch, batch_id).file)
    download = lambda: releasing.note_download(get(PaymentBatch, batch_id), by=get(User, user_id))  # noqa: E731
    assert at_once(app, download) == ["done", "done"]
    cancel = lambda: batches.cancel(get(PaymentBatch, batch_id), by=get(User, user_id), why="twice")  # noqa: E731
    assert at_once(app, cancel) == ["Refused", "done"]
    with app.app_context():
        assert store.read(get(PaymentBatch, batch_id).file) == first and live_count() == 0
        _the_database_refuses_a_second_one(get(PaymentBatch, batch_id))


def _the_database_refuses_a_second_one(batch: PaymentBatch) -> None:
    """Whatever the verbs do."""
    facts = {"batch_id": batch.id, "document_id": batch.payments[0].document_id, "transfer": 1, "amount_minor": 1}
    facts |= {"iban": "", "name": "", "remittance": ""}
    db.session.execute(insert(Payment), [facts])
    with pytest.raises(IntegrityError):
        db.session.execute(insert(Payment), [facts])
    db.session.rollback()


def _it_is_paid_or_not_to_be_paid(app, make, document_id: int, user_id: int) -> None:
    """Put into a batch and taken back at the same moment: never a payment of what is not to be paid."""
    ways = [make, lambda: choosing.cancel(get(Document, document_id), by=get(User, user_id))]

    def act() -> None:
        ways.pop()()

    assert at_once(app, act) == ["Refused", "done"]
    with app.app_context():
        assert live_count() == bool(get(Document, document_id).pay_date)


def _a_draft_is_released_or_changed(app, make, user_id: int) -> None:
    """A line taken out at the moment of the release is in no file, or stays in it."""
    with app.app_context():
        batch = make()
        batch_id, payment_id = batch.id, batch.payments[0].id
        db.session.commit()
    ways = [
        lambda: releasing.release(get(PaymentBatch, batch_id), by=get(User, user_id)),
        lambda: batches.take_out(get(Payment, payment_id), by=get(User, user_id)),
    ]

    def act() -> None:
        ways.pop()()

    told = at_once(app, act)
    with app.app_context():
        batch = get(PaymentBatch, batch_id)
        assert batch.state is BatchState.MADE and told in (["done", "done"], ["Refused", "done"])
        assert store.read(batch.file).count(b"<CdtTrfTxInf>") == len(batch.payments)
