"""Two admins who act at the same moment."""

from __future__ import annotations

import threading

import pytest

from app.accounting import connections, planning, sharings
from app.accounting.models import Connection, Sharing
from app.audit.models import AuditEntry
from app.core.errors import Refused
from app.extensions import db
from app.users.models import Company, User
from app.web.access import Role
from tests.accounting.making import make_purchase, make_sharing
from tests.factories import make_user

pytestmark = pytest.mark.alone


def switch_on(company, connection, by):
    sharing = sharings.of(company)
    sharings.switch_on(company, by=by, yes_to=sharings.seen(sharing, planning.plan(sharing)))


def archive(company, connection, by):
    connections.archive(connection, by=by, at=company)


@pytest.mark.parametrize("acts", [(switch_on, switch_on), (switch_on, archive)], ids=["both on", "on and archived"])
def test_of_two_at_once_one_is_refused(live_app, acts):
    """AC-1: AC-2: it is switched on once, and never by a connection that is archived at that moment."""
    with live_app.app_context():
        sharing = make_sharing(shared_since=None)
        make_purchase(sharing)
        company_id, connection_id = sharing.company_id, sharing.connection_id
        by_id = make_user(Role.ADMIN, sharing.company).id
    both_ready, refused = threading.Barrier(2), []

    def do(act):
        with live_app.app_context():
            things = [db.session.get(model, id) for model, id in ((Company, company_id), (Connection, connection_id))]
            by = db.session.get(User, by_id)
            _ = by.memberships[0].role, sharings.of(things[0]).connection
            db.session.commit()
            both_ready.wait()
            try:
                act(*things, by)
                db.session.commit()
            except Refused:
                db.session.rollback()
                refused.append(act)

    threads = [threading.Thread(target=do, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with live_app.app_context():
        is_on = db.session.get(Sharing, company_id).shared_since is not None
        is_archived = db.session.get(Connection, connection_id).archived_at is not None
        noted = db.session.query(AuditEntry).filter_by(act="accountant sharing on").count()
    assert (len(refused), is_on, noted) == (1, not is_archived, int(is_on))
