"""What is paid, disputed, promised or paused is not in anybody's list any more."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.documents import disputing, paying
from app.documents.models import PaidMeans
from app.dunning import promises
from app.dunning.action_models import ActionState
from app.extensions import db
from tests.dunning.owing import TODAY, make_customer, make_owed, make_plan, make_reply, noon, plan_on
from tests.factories import make_user, reload

DAY = timedelta(days=1)
ACTS = {
    "paid": lambda owed, user: paying.pay(owed, on=TODAY, means=PaidMeans.CASH, part=None, by=user),
    "disputed": lambda owed, user: disputing.dispute(owed, "wrong price", by=user),
    "promised": lambda owed, user: promises.promise(owed, TODAY + DAY, by=user),
    "paused": lambda owed, user: promises.pause(owed, None, by=user),
    "customer_paused": lambda owed, user: promises.pause_customer(owed.counterparty, None, by=user),
}


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(noon(TODAY))


@pytest.mark.parametrize("key", ACTS)
def test_a_planned_reminder_is_withdrawn_with_the_reason(app, key):
    """DN-1: S52: at once; what it counts at is forgotten, so that it may come again."""
    owed = make_owed(make_customer(make_plan(3, is_automatic=False)), TODAY - 9 * DAY)
    (action,) = plan_on()

    ACTS[key](owed, make_user())
    db.session.commit()

    assert (reload(action).state, action.reason) == (ActionState.WITHDRAWN, {"key": key})


def test_one_that_is_about_others_too_stays(app):
    """DN-1: customer level: it leaves with what is left; and an answer to be read holds it without taking it away."""
    customer = make_customer(make_plan(3))
    first, _second = (make_owed(customer, TODAY - days * DAY) for days in (9, 5))
    (action,) = plan_on()

    disputing.dispute(first, "wrong price", by=make_user())
    db.session.commit()
    assert reload(action).state is ActionState.WAITING

    make_reply(customer)
    promises.promise(_second, TODAY + DAY, by=make_user())
    db.session.commit()
    assert reload(action).state is ActionState.WITHDRAWN
