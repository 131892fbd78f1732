"""Two people at the same moment, on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

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
from tests.payments.making import make_account, make_batch, make_payable, to_pay

pytestmark = pytest.mark.alone


def live_count() -> int:
    return db.session.scalar(select(func.count(Payment.id)).where(Payment.state == PaymentState.LIVE))


def test_of_two_at_once_one_counts(live_app):
    """PY-2: S91: S37: S59: one document put into two batches, one batch released, cancelled and released twice."""
    with live_app.app_context():
        company = make_company()
        user = make_user(Role.ADMIN, company)
        document, account = to_pay(make_payable(company=company), user), make_account(company)
        user_id, document_id, account_id = user.id, document.id, account.id

    def put() -> None:
        batches.make([get(Document, document_id)], get(BankAccount, account_id), by=get(User, user_id))

    assert at_once(live_app, put, times=3) == ["Refused", "Refused", "done"]
    with live_app.app_context():
        batch = db.session.scalars(select(PaymentBatch)).one()
        batch_id = batch.id
        assert live_count() == 1 and len(batch.payments) == 1

    assert at_once(live_app, lambda: releasing.release(get(PaymentBatch, batch_id), by=get(User, user_id))) == [
        "Refused",
        "done",
    ]
    with live_app.app_context():
        first = store.read(get(PaymentBatch, batch_id).file)
    download = lambda: releasing.note_download(get(PaymentBatch, batch_id), by=get(User, user_id))  # noqa: E731
    assert at_once(live_app, download) == ["done", "done"]

    cancel = lambda: batches.cancel(get(PaymentBatch, batch_id), by=get(User, user_id), why="twice")  # noqa: E731
    assert at_once(live_app, cancel) == ["Refused", "done"]
    with live_app.app_context():
        assert store.read(get(PaymentBatch, batch_id).file) == first and live_count() == 0


def test_it_is_paid_or_not_to_be_paid(live_app):
    """PY-1: S91: put into a batch and taken back at the same moment: never a payment of what is not to be paid."""
    with live_app.app_context():
        company = make_company()
        user = make_user(Role.ADMIN, company)
        document, account = to_pay(make_payable(company=company), user), make_account(company)
        user_id, document_id, account_id = user.id, document.id, account.id
    ways = [
        lambda: batches.make([get(Document, document_id)], get(BankAccount, account_id), by=get(User, user_id)),
        lambda: choosing.cancel(get(Document, document_id), by=get(User, user_id)),
    ]

    def act() -> None:
        ways.pop()()

    assert at_once(live_app, act) == ["Refused", "done"]

    with live_app.app_context():
        assert live_count() == bool(get(Document, document_id).pay_date)


def test_a_draft_is_released_or_changed(live_app):
    """PY-2: S91: S93: a line taken out at the moment of the release is in no file, or stays in it."""
    with live_app.app_context():
        company = make_company()
        user = make_user(Role.ADMIN, company)
        batch = make_batch(user, make_payable(company=company), make_payable(company=company))
        batch_id, payment_id, user_id = batch.id, batch.payments[0].id, user.id
    ways = [
        lambda: releasing.release(get(PaymentBatch, batch_id), by=get(User, user_id)),
        lambda: batches.take_out(get(Payment, payment_id), by=get(User, user_id)),
    ]

    def act() -> None:
        ways.pop()()

    told = at_once(live_app, act)

    with live_app.app_context():
        batch = get(PaymentBatch, batch_id)
        assert batch.state is BatchState.MADE and told in (["done", "done"], ["Refused", "done"])
        assert store.read(batch.file).count(b"<CdtTrfTxInf>") == len(batch.payments)
