"""Facteur dies between any two durable steps of a run: each document leaves once in the end, or is uncertain."""

from __future__ import annotations

import os
import signal

import pytest
from sqlalchemy import func, select

from app import create_app
from app.accounting.kinds import State
from app.accounting.run_models import Delivery, Envelope, Export, Run
from app.core.faultpoint import DIE_AT
from app.extensions import db
from app.outbox import waking
from app.tasks import due
from app.tasks.jobs import commit
from tests.accounting.making import make_connection, make_purchase, make_sharing, start
from tests.soak.outbox import FORK, let_go
from tests.soak.told import be_quiet

pytestmark = pytest.mark.alone
POINTS = ["accounting.prepared", "accounting.before_commit", "accounting.written"]
OF_MAILS = ["outbox.claimed", "outbox.transmitting", "outbox.transmitted", "outbox.settled"]


def work(settings, die_at: str) -> None:
    """A process that does what is due, or dies in the middle."""
    be_quiet()
    os.environ[DIE_AT] = die_at
    with create_app(settings, BELLS=[]).app_context():
        due.run_due()
        waking.wake()
        waking.end_what_is_stuck()
        commit()
        due.run_due()


def ending_of(app, die_at: str = "") -> int:
    process = FORK.Process(target=work, args=(app.config["SETTINGS"], die_at), daemon=True)
    process.start()
    process.join(60)
    return process.exitcode


@pytest.mark.parametrize("point", [*POINTS, *OF_MAILS])
def test_a_run_that_dies_goes_on_and_sends_nothing_twice(live_app, sink, point):
    """AC-4, S42, S43, S46: its rows say how far it came."""
    live_app.config["SETTINGS"].__dict__["mail_url"] = f"smtp://127.0.0.1:{sink.port}"
    with live_app.app_context():
        sharing = make_sharing(connection=make_connection(per_mail=2))
        for _each in range(4):
            make_purchase(sharing)
        start(sharing)

        assert ending_of(live_app, die_at=point) == -signal.SIGKILL
        let_go()
        assert ending_of(live_app) == 0

        db.session.rollback()
        run = db.session.scalars(select(Run)).one()
        assert (run.purchase_mails, run.sales_mails) == (2, 0)
        assert run.ended_at is not None
        counts = [db.session.scalar(select(func.count()).select_from(each)) for each in (Envelope, Delivery)]
        assert counts == [2, 4]
        states = list(db.session.scalars(select(Export.state)))
        doubtful = 2 if point in ("outbox.transmitting", "outbox.transmitted") else 0
        assert states.count(State.UNCERTAIN) == doubtful
        assert states.count(State.SENT) == 4 - doubtful
        assert len(sink.messages) == (1 if point == "outbox.transmitting" else 2)
