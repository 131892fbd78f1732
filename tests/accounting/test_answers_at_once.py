"""A page of the accountant's link that is answered several times at the same moment, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine

from app.accounting import answer_links, answering
from app.accounting.answer_models import AnswerLink
from app.accounting.kinds import Said
from app.comments.models import Comment
from app.core import clock
from app.documents.models import Document
from app.extensions import db
from app.tasks.jobs import commit
from app.users import served
from app.users.machines import AskAgain
from tests.accounting.answers import mailed, rows, sent, standing
from tests.approval.test_at_once import at_once
from tests.factories import make_company

pytestmark = pytest.mark.alone


def pressing(link_id: int, page: str, choice: str) -> Callable[[], object]:
    """A press of a button of that page, as its view does it."""

    def press() -> None:
        try:
            answering.answer(db.session.get_one(AnswerLink, link_id), {"page": page, "choice": choice, "comment": "x"})
        except AskAgain:
            commit()

    return press


def test_of_buttons_pressed_at_once_one_answer_stands_or_none(live_app):
    """AC-7: S58, S59: the same button three times is one answer; two buttons of one page are none."""
    with live_app.app_context():
        pressed = [("booked",) * 3, ("booked", "missing")]
        documents = sent(make_company(), "F-1", "F-2")
        links = [answer_links.find(mailed([each])[1]) for each in documents]
        with time_machine.travel(clock.now() - timedelta(seconds=10)):
            pages = [served.serve(each).nonce for each in links]
        acts = [
            pressing(link.id, page, choice)
            for link, page, choices in zip(links, pages, pressed, strict=True)
            for choice in choices
        ]
        commit()
        at_once(live_app, *acts)
        once, void = db.session.query(Document).order_by(Document.id)

        assert (standing(once), standing(void)) == (Said.BOOKED, None)
        assert sum(row.document_id == once.id for row in rows()) == 1
        assert all(row.undone_at for row in rows() if row.document_id == void.id)
        assert len(list(db.session.scalars(Comment.about(once)))) == 1
