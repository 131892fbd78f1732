"""A statement whose import dies in the middle is not there at all, and is there once when it is read again."""

from __future__ import annotations

import os
import signal

import pytest
from sqlalchemy import func, select

from app import create_app
from app.bank import bringing
from app.bank.jobs import import_statement
from app.bank.models import BankImport, BankTransaction, ImportStage, Statement
from app.core.faultpoint import DIE_AT
from app.extensions import db
from app.files import store
from app.tasks import due
from app.tasks.jobs import commit
from tests.bank import samples
from tests.bank.test_importing import make_account
from tests.factories import make_user, the_company
from tests.soak.outbox import FORK
from tests.soak.told import be_quiet

pytestmark = pytest.mark.alone
POINTS = ["bank.portion_added"]


def work(settings, import_id: int, die_at: str) -> None:
    """A process that reads the file, and dies in the middle."""
    be_quiet()
    os.environ[DIE_AT] = die_at
    with create_app(settings, BELLS=[]).app_context():
        import_statement.func(import_id)


@pytest.mark.parametrize("point", POINTS)
def test_an_import_that_dies_adds_nothing_and_then_all_once(live_app, point):
    """S95: BK-1: a file that is left to a job."""
    with live_app.app_context():
        make_account()
        brought = bringing.arrive(the_company(), store.keep(samples.camt()), "a.xml", by=make_user())
        import_statement.later(import_id := brought.id)
        commit()
        process = FORK.Process(target=work, args=(live_app.config["SETTINGS"], import_id, point), daemon=True)
        process.start()
        process.join(60)
        counts = [db.session.scalar(select(func.count()).select_from(each)) for each in (Statement, BankTransaction)]
        assert process.exitcode == -signal.SIGKILL and counts == [0, 0]

        db.session.commit()
        due.run_due()
        again = db.session.scalars(select(BankImport)).one()
        assert again.stage is ImportStage.IMPORTED and len(again.statements) == 1
        assert db.session.scalar(select(func.count(BankTransaction.id))) == again.statements[0].line_count
