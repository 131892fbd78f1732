"""The status follows the facts."""

from __future__ import annotations

from datetime import date

import pytest

from app.audit.models import AuditEntry
from app.core import clock
from app.documents.models import ReadState, Status
from app.documents.status import settle, status_of
from app.extensions import db
from tests.factories import make_document

VALIDATED = {"validated_at": clock.now()}
CASES = [
    ({"read_state": ReadState.READING}, Status.READING),
    ({"read_state": ReadState.UNREADABLE}, Status.UNREADABLE),
    ({}, Status.TO_PROCESS),
    (VALIDATED, Status.TO_MATCH),
    (VALIDATED | {"awaits_approval": True}, Status.TO_APPROVE),
    (VALIDATED | {"pay_date": date(2026, 12, 1)}, Status.TO_PAY),
    (VALIDATED | {"settled_minor": 12000}, Status.VALIDATED),
    (VALIDATED | {"gross_minor": 0}, Status.VALIDATED),
    (VALIDATED | {"trashed_at": clock.now()}, Status.TRASH),
]


@pytest.mark.parametrize(("facts", "status"), CASES)
def test_facts_amount_to_one_status(app, facts, status):
    """LC-1: the status is one function of the stored facts."""
    assert status_of(make_document(**facts)) is status


def test_a_change_is_noted_with_who_and_why(app):
    """LC-1: each change is audited."""
    document = make_document()

    document.validated_at = clock.now()
    settle(document, by=None, act="validated", why="a rule")
    db.session.commit()

    entry = db.session.scalars(AuditEntry.about(document)).first()
    assert (entry.act, entry.why) == ("validated", "a rule")
    assert entry.changes["status"] == ["to_process", "to_match"]
