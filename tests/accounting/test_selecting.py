"""Which documents go, and why the others wait."""

from datetime import date, timedelta

import pytest

from app.accounting import selecting
from app.accounting.kinds import Ready, State
from app.accounting.selecting import Wait
from app.core import clock
from app.extensions import db
from app.tasks import due
from tests.accounting.making import (
    make_purchase,
    make_sale,
    make_sharing,
    read,
    send,
    start,
    state_of,
    write_only,
)
from tests.factories import reload


def test_only_what_was_issued_strictly_after_the_start_goes(app, server):
    """AC-2: a document of the start date itself is listed as excluded."""
    sharing = make_sharing(start_date=date(2026, 10, 1))
    make_purchase(sharing, issue_date=date(2026, 10, 1))
    later = make_purchase(sharing, issue_date=date(2026, 10, 2))
    assert list(db.session.scalars(selecting.candidates(sharing))) == [later]
    assert selecting.waiting(sharing) == {Wait.START_DATE: 1}


def test_a_delay_counts_from_the_issue_date(app, server):
    """AC-2: issued three days ago with a delay of four, it leaves tomorrow."""
    sharing = make_sharing(delay_days=4)
    today = clock.today(sharing.company)
    waits = make_purchase(sharing, issue_date=today - timedelta(days=3))
    make_purchase(sharing, issue_date=today - timedelta(days=4))
    assert selecting.waiting(sharing) == {Wait.DELAYED: 1}
    assert selecting.leaves_on(waits, sharing) == today + timedelta(days=1)
    assert selecting.wait_of(waits, sharing) is Wait.DELAYED


@pytest.mark.parametrize(
    ("facts", "wait"),
    [
        ({"validated_at": None}, Wait.NOT_READY),
        ({"awaits_approval": True}, Wait.NOT_READY),
        ({"issue_date": None}, Wait.DELAYED),
    ],
)
def test_what_is_not_ready_waits(app, server, facts, wait):
    """AC-2: not validated, or not approved where that was asked."""
    sharing = make_sharing()
    document = make_purchase(sharing, **facts)
    assert selecting.wait_of(document, sharing) is wait
    assert not selecting.goes(document, sharing)


def test_paid_may_be_what_is_ready(app, server):
    """AC-2: with *validated & paid*, what is open waits."""
    sharing = make_sharing(ready=Ready.PAID)
    make_purchase(sharing)
    paid = make_purchase(sharing, settled_minor=12000)
    assert list(db.session.scalars(selecting.candidates(sharing))) == [paid]


def test_a_sale_goes_to_its_customer_first(app, server):
    """AC-2, SE-2: what is to send is no invoice yet."""
    sharing = make_sharing()
    sale = make_sale(sharing, to_send_at=clock.now())
    assert selecting.wait_of(sale, sharing) is Wait.UNSENT


def test_what_was_changed_in_its_delay_goes_in_its_last_state(app, server):
    """AC-4: changed after its mail was written: that one does not leave, the next run has the new one."""
    sharing = make_sharing()
    document = make_purchase(sharing)
    start(sharing)
    write_only()
    document = reload(document)
    document.gross_minor = 13000
    db.session.commit()
    due.run_due()
    assert server.messages == []
    assert state_of(document) is State.OPEN
    send(sharing)
    assert "130.00" in read(server.messages[0]).get_body(("plain",)).get_content()
