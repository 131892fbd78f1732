"""What customers were written to about stays; what was only planned goes with its document."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.core import clock
from app.documents import decisions, retention
from app.documents.jobs import purge_trash
from app.documents.models import Document
from app.dunning.action_models import Action, ActionDocument, ActionKind, ActionState
from app.dunning.models import Channel
from app.extensions import db
from app.web.access import Role
from tests.dunning.acting import make_action
from tests.dunning.making import make_customer, make_sale
from tests.factories import make_document, make_user, the_company


def trashed(document: Document) -> Document:
    """In the trash for 31 days, in a company that empties it after 30."""
    document.company.trash_emptied = True
    decisions.trash(document, by=make_user())
    document.trashed_at = clock.now() - timedelta(days=31)
    db.session.commit()
    return document


STANDS = [
    ({"state": ActionState.WITHDRAWN}, False),
    ({"state": ActionState.SKIPPED}, False),
    ({"state": ActionState.TO_DO}, False),
    ({"state": ActionState.DONE, "channel": Channel.CALL}, False),
    ({"state": ActionState.DONE}, True),
    ({"state": ActionState.DONE, "channel": Channel.LETTER}, True),
    ({"state": ActionState.LEAVING}, True),
]


@pytest.mark.parametrize("facts, stays", STANDS)
def test_what_was_written_about_stays_and_what_was_planned_goes(app, facts, stays):
    """TR-2: R17: S105: by the timer and by hand; whatever else is due goes."""
    sale = make_sale()
    make_action(sale.counterparty, sale, kind=ActionKind.REMINDER, **facts)
    sale, other = trashed(sale), trashed(make_document(the_company()))
    other_id = other.id

    purge_trash()
    by_timer = db.session.query(Document).count()
    retention.empty_now(the_company(), by=make_user(Role.ADMIN), until=clock.now())
    db.session.commit()

    assert (by_timer, db.session.query(Document).count()) == ((1, 1) if stays else (0, 0))
    assert db.session.get(Document, other_id) is None
    assert bool(db.session.query(Action).count()) is bool(db.session.query(ActionDocument).count()) is stays


def test_a_reminder_of_two_is_not_lost_with_the_first(app):
    """TR-2: the invoice that gave it its step stays until the other is reminded of, or need not be."""
    customer = make_customer()
    first, second = make_sale(customer), make_sale(customer)
    action = make_action(customer, first, second, kind=ActionKind.REMINDER, state=ActionState.TO_DO)
    trashed(first)
    held = retention.is_held(first)
    action.state = ActionState.WITHDRAWN
    db.session.flush()

    assert held and not retention.is_held(first)


def test_a_planned_sale_is_deleted_where_there_is_no_trash(app, browser):
    """TR-2: what nobody was sent is gone after the typed word."""
    sale, company = make_sale(), the_company()
    company.trash_enabled = False
    make_action(sale.counterparty, sale, state=ActionState.TO_DO)

    said = browser(make_user(Role.ADMIN)).post(f"/documents/{sale.id}/trash", data={"typed": "delete"})

    assert said.status_code == 303 and not db.session.query(Document).count()
