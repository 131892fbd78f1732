"""A tag is put on a document while an admin merges it into another."""

from __future__ import annotations

import threading

import pytest
from flask import Flask
from sqlalchemy import delete, text

from app.core.errors import Refused
from app.documents import tagging
from app.extensions import db
from app.tags import keeping
from app.tags.models import Tag
from app.users.models import User
from app.web.access import Role
from tests.factories import make_document, make_user, reload, the_company
from tests.live import wait_for


@pytest.mark.alone
@pytest.mark.parametrize("live_app", ["postgresql"], indirect=True)
def test_a_tag_that_is_put_on_while_it_is_merged_stays_under_its_new_name(live_app: Flask):
    """RV-4: whoever put it on finds the other there; SQLite lets nobody write meanwhile."""
    with live_app.app_context():
        document, admin = make_document(), make_user(Role.ADMIN)
        gone, into = (keeping.add(the_company(), {"name": name}, by=admin) for name in ("Lion", "Lyon"))
        db.session.commit()
        ids = gone.id, into.id, admin.id
        tagging.put(document, [gone], by=admin)
        merging = threading.Thread(target=_merge, args=(live_app, *ids))
        merging.start()
        wait_for(lambda: db.session.scalar(text("SELECT 1 FROM pg_locks WHERE NOT granted")), seconds=20)
        db.session.commit()
        merging.join()

        assert [tag.name for tag in reload(document).tags] == ["Lyon"]


@pytest.mark.parametrize("place", [0, 1])
def test_what_a_colleague_merged_first_is_not_merged_again(app, place):
    """RV-4: in words, whichever of the two it was."""
    admin = make_user(Role.ADMIN)
    pair = [keeping.add(the_company(), {"name": name}, by=admin) for name in "AB"]
    query = delete(Tag).where(Tag.id == pair[place].id)
    db.session.execute(query.execution_options(synchronize_session=False))

    with pytest.raises(Refused):
        keeping.merge(*pair, by=admin)


def _merge(app: Flask, gone_id: int, into_id: int, user_id: int) -> None:
    with app.app_context():
        gone, into = db.session.get_one(Tag, gone_id), db.session.get_one(Tag, into_id)
        keeping.merge(gone, into, by=db.session.get_one(User, user_id))
        db.session.commit()
