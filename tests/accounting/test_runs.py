"""Runs never overlap, and have their caps."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from app.accounting import daily, runs
from app.accounting.kinds import Cause, State
from app.accounting.run_models import Envelope, Run
from app.core import clock
from app.core.errors import Refused
from app.extensions import db
from app.notices import subjects, words
from app.notices.models import Notice
from app.outbox import outlets
from app.tasks import due
from app.tasks.jobs import commit
from app.web.access import Role
from tests.accounting.making import (
    make_connection,
    make_credit_note,
    make_purchase,
    make_sale,
    make_sharing,
    send,
    start,
    state_of,
    write_only,
)
from tests.factories import make_company, make_file, make_user, reload


def test_two_runs_never_overlap(app, server):
    """AC-3, S46: the button twice, and the sweep meanwhile."""
    sharing = make_sharing()
    make_purchase(sharing)
    start(sharing)
    for cause in (Cause.HAND, Cause.DAILY):
        with pytest.raises(Refused, match="under way"):
            runs.start(sharing.company, cause)
        db.session.rollback()
    assert db.session.scalar(select(func.count(Run.id))) == 1


def test_a_run_sends_fifty_and_fifty(app, server):
    """AC-3: of sales with credit notes fifty mails, of purchases fifty; the rest waits and is counted."""
    sharing = make_sharing()
    for make, count in ((make_sale, 30), (make_credit_note, 23), (make_purchase, 52)):
        for _each in range(count):
            make(sharing)
    run = send(sharing)
    assert (run.sales_mails, run.purchase_mails, len(server.messages)) == (50, 50, 100)
    assert sum(run.remaining.values()) == 5
    run = send(sharing)
    assert (run.sales_mails, run.purchase_mails, len(server.messages)) == (3, 2, 105)
    assert db.session.scalar(select(func.count(Envelope.id))) == 105


def test_a_day_has_one_run_by_itself(app, server):
    """AC-3, S40: however often the sweep looks."""
    sharing = make_sharing()
    runs.start(sharing.company, Cause.DAILY)
    commit()
    due.run_due()
    with pytest.raises(Refused):
        runs.start(sharing.company, Cause.DAILY)
    db.session.rollback()


def test_a_run_far_above_usual_is_marked(app, server):
    """S47: fifty more than usual, where that is nothing; those who administer are told."""
    sharing = make_sharing()
    assert not start(sharing).is_unusual
    due.run_due()
    file = make_file()
    db.session.commit()
    for _each in range(51):
        make_purchase(sharing, file=file, counterparty=None)
    admin = make_user(Role.ADMIN, sharing.company, password=True)
    assert start(sharing).is_unusual
    notice = db.session.scalars(select(Notice)).one()
    assert notice.user == admin
    assert "51 documents" in words.sentence(notice, subjects.of(admin, notice))


def test_mails_that_waited_too_long_go_with_the_next_run(app, server):
    """AC-3: the server is away for a day: runs do not pile up mails that leave together when it is back."""
    sharing = make_sharing()
    document = make_purchase(sharing)
    run = start(sharing)
    write_only()
    reload(run).planned_at = clock.now() - timedelta(hours=21)
    db.session.commit()
    daily.tell_again()
    commit()
    assert reload(run).ended_at is not None
    assert state_of(document) is State.OPEN
    send(sharing)
    assert len(server.messages) == 1


def test_no_run_begins_while_sending_is_stopped(app, server):
    """AC-3, S56: by a person, or in a copy; it begins once that is allowed again."""
    sharing = make_sharing()
    make_purchase(sharing)
    admin = make_user(Role.ADMIN, sharing.company)
    outlets.stop(by=admin)
    commit()
    with pytest.raises(Refused, match="stopped"):
        start(sharing)
    db.session.rollback()
    outlets.allow("all", by=admin)
    commit()
    send(sharing)
    assert len(server.messages) == 1


@time_machine.travel("2026-11-25T12:00:00+00:00", tick=False)
def test_a_company_whose_run_cannot_begin_keeps_no_other(app, server):
    """S40: such as one whose time zone is none."""
    first, second = make_sharing(), make_sharing(make_company("Second"), make_connection(name="other"))
    first.company.time_zone = "Nowhere/At-all"
    db.session.commit()
    daily.start_the_day()
    assert [run.company_id for run in db.session.scalars(select(Run))] == [second.company_id]
