"""The demo sends its sales: its to-do lists have something in them."""

from __future__ import annotations

from sqlalchemy import func, select

from app.core import clock
from app.demo import firms, sending
from app.documents.models import Document
from app.dunning import todo
from app.dunning.action_models import Action, ActionKind
from app.dunning.customer_models import Reply
from app.extensions import db
from app.intake.models import Message
from tests.demo.test_bank import the_firm


def test_the_demo_has_something_to_send_to_remind_of_and_to_read(app, browser):
    """OP-1: DN-2: one sale was sent, one is a person's as nobody is known there, one reminder is due; once."""
    firm, admin = the_firm()

    sending.begin(firm, by=admin)
    sending.begin(firm, by=admin)

    counts, _others = todo.counts(admin, firm, todo.Sought())
    assert counts == {todo.Tab.BILLING: 1, todo.Tab.REMINDERS: 1} and todo.unread(admin, firm) == 1
    (to_send,) = db.session.scalars(select(Action).filter_by(kind=ActionKind.SENDING))
    assert to_send.counterparty.name == firms.TOWN_HALL.name and to_send.document.is_to_send
    sent = select(func.count(Document.id)).where(Document.sent_at < clock.now())
    assert db.session.scalar(sent) == 2 and db.session.scalar(select(func.count(Reply.id))) == 1
    reply = db.session.scalars(select(Reply)).one()
    assert db.session.get_one(Message, reply.message_id).counterparty_id == reply.counterparty_id  # US-2: theirs alone
    text = browser(admin, firm).get("/actions").text
    assert "No contact has an e-mail address." in text
