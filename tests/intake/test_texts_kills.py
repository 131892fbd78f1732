"""A worker dies while a mail's text becomes a document: there is none, or there is one."""

from __future__ import annotations

import signal
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.core import clock
from app.documents.models import Direction, Document
from app.extensions import db
from app.intake.arrival import take_message
from app.intake.jobs import make_document_of_text, open_message
from app.intake.models import Source
from app.tasks.jobs import commit
from app.tasks.models import Task
from tests.factories import make_company
from tests.intake import mails

pytestmark = pytest.mark.alone
POINTS = ("texts.document_made",)


def count() -> int:
    db.session.expire_all()
    return db.session.scalar(select(func.count(Document.id)))


@pytest.mark.parametrize("point", POINTS)
def test_dying_while_a_text_becomes_a_document_makes_none_twice(live_app, point):
    """S35: IN-4: killed before the commit, it is made by whoever comes next, once."""
    from tests.soak.outbox import let_go
    from tests.test_faultpoints import ending_of

    with live_app.app_context():
        facts = {"company": make_company(), "direction": Direction.PURCHASE, "source": Source.SMTP}
        message = take_message(mails.mail(text="Facture n° 12, total TTC 20,00 €"), **facts)
        open_message(message.id)
        make_document_of_text.later(message.id, None)
        commit()
        db.session.query(Task).update({"run_after": clock.now() - timedelta(minutes=1)})
        db.session.commit()

        assert ending_of(live_app, die_at=point) == -signal.SIGKILL
        assert count() == 0
        let_go()
        assert ending_of(live_app) == 0

        assert count() == 1
