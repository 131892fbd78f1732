"""Two people bring the same statement at once: on SQLite and PostgreSQL nothing is there twice."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import func, select

from app.bank import bringing, importing
from app.bank.models import BankAccount, BankImport, BankTransaction, ImportStage, Statement
from app.extensions import db
from app.files import store
from app.tasks.jobs import commit
from tests.bank import samples
from tests.factories import make_company

pytestmark = pytest.mark.alone


@pytest.mark.parametrize("is_held", [True, False], ids=["in turn", "by the unique key alone"])
def test_two_imports_at_once_add_each_line_once(live_app, monkeypatch, is_held):
    """S95, S37: BK-1: their account is imported into in turn; were it not, the unique key of its lines would hold."""
    if not is_held:
        monkeypatch.setattr(importing, "hold", lambda *_args: None)
    with live_app.app_context():
        company = make_company()
        db.session.add(BankAccount(company=company, name="Current account", iban=samples.IBAN))
        file = store.keep(samples.camt())
        ids = [bringing.arrive(company, file, "statement.xml", by=None).id for _time in range(2)]
        db.session.commit()
    together, errors = threading.Barrier(2), []

    def bring(import_id: int) -> None:
        with live_app.app_context():
            try:
                found = bringing.outcome(*bringing.what_to_read(import_id))
                db.session.rollback()
                together.wait(timeout=20)
                bringing.keep(import_id, *found)
                commit()
            except Exception as error:
                errors.append(error)

    threads = [threading.Thread(target=bring, args=(each,)) for each in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    with live_app.app_context():
        assert not errors
        assert {each.stage for each in db.session.scalars(select(BankImport))} == {ImportStage.IMPORTED}
        assert db.session.scalar(select(func.count(BankTransaction.id))) == len(samples.MOVES)
        assert sorted(db.session.scalars(select(Statement.added_count))) == [0, len(samples.MOVES)]
