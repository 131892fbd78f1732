"""The number of a row that is gone is given to no other: a page left open would speak of that one."""

from __future__ import annotations

import pytest

from app.documents.models import Direction
from app.extensions import db
from app.intake import drops
from app.users.models import User
from app.web.access import Role
from tests.factories import make_document, make_file, make_user

pytestmark = pytest.mark.alone


def drop(data: bytes, by: User) -> int:
    """The number of a file that waits for its invoice."""
    part = drops.stage(make_file(data), by.memberships[0].company, Direction.PURCHASE, "F-1.pdf", by=by)
    db.session.commit()
    return db.session.execute(db.text("SELECT id FROM waiting_file WHERE part_id = :id"), {"id": part.id}).scalar_one()


def test_a_page_left_open_never_decides_about_another_file(live_app):
    """IN-9: what is dropped after a file that somebody decided about has a number of its own."""
    with live_app.app_context():
        member = make_user(Role.MEMBER)
        decided = drop(b"%PDF-1.4 one", member)
        db.session.execute(db.text("DELETE FROM waiting_file"))
        assert drop(b"%PDF-1.4 another", member) > decided


def test_the_history_of_a_purged_document_is_never_that_of_the_next(live_app):
    """LC-1: the trail names documents by their number."""
    with live_app.app_context():
        purged = make_document()
        before = purged.id
        for each in [*purged.files, purged]:
            db.session.delete(each)
        db.session.commit()
        assert make_document().id > before
