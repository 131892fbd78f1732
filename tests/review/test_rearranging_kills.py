"""A worker dies in the middle of a split: the original stands, or its parts do, and never both or neither."""

from __future__ import annotations

import signal
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core import clock
from app.documents.models import Document
from app.extensions import db
from app.files import store
from app.review import rearranging
from app.tasks.jobs import commit
from app.tasks.models import Task
from tests import samples
from tests.factories import make_document, make_file, make_user

pytestmark = pytest.mark.alone
POINTS = ("rearranging.stored", "rearranging.part_noted")


def standing() -> list[str]:
    """The files of the documents that are not in the trash."""
    db.session.expire_all()
    found = db.session.scalars(select(Document).where(Document.trashed_at.is_(None)).order_by(Document.id))
    return [each.original.name for each in found]


@pytest.mark.parametrize("point", POINTS)
def test_dying_while_splitting_loses_and_doubles_nothing(live_app, point):
    """S35: S96: IN-10: killed between any two steps, it is as if it had not begun; then it is done once."""
    from tests.soak.outbox import let_go
    from tests.test_faultpoints import ending_of

    with live_app.app_context():
        document = make_document(file=make_file(samples.invoice_pdf(pages=3)), file_name="stack.pdf", page_count=3)
        rearranging.split(document, [1, 2], by=make_user())
        commit()
        db.session.query(Task).update({"run_after": clock.now() - timedelta(minutes=1)})
        db.session.commit()

        assert ending_of(live_app, die_at=point) == -signal.SIGKILL
        assert standing() == ["stack.pdf"]
        let_go()
        assert ending_of(live_app) == 0

        assert standing() == ["stack (1).pdf", "stack (2).pdf", "stack (3).pdf"]
        for path in store.root().glob("??/??/*"):
            assert store.by_hash(path.name)
