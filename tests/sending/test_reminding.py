"""A reminder leaves as an invoice does, and what became untrue or needless since does not."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine

from app.core import clock
from app.documents.models import SentMeans
from app.dunning import actions, mails, performing
from app.dunning.action_models import ActionKind, ActionState, ContactDay
from app.dunning.models import Channel, PlanStep, Wording
from app.extensions import db
from app.outbox.models import Mark
from tests.factories import make_user, reload
from tests.sending.making import make_contact, make_customer, make_plan, make_sale, make_sender
from tests.sending.running import mails as written
from tests.sending.running import sweep

MONDAY, SATURDAY = "2026-11-30T10:00+00:00", "2026-12-05T10:00+00:00"
TEXT = "Please pay {number}: {open_amount}.\n{portal_link}"


@pytest.fixture(autouse=True)
def _a_monday():
    with time_machine.travel(MONDAY, tick=True):
        yield


@pytest.fixture
def sender(server):
    return make_sender(sends_since=None)


@pytest.fixture
def plan(sender):
    plan = make_plan(sender)
    step = PlanStep(days=5, channel=Channel.EMAIL, is_automatic=True, attaches_file=True)
    step.wordings.append(Wording(language="en", subject="Reminder of {number}", text=TEXT))
    plan.steps.append(step)
    db.session.commit()
    return plan


@pytest.fixture
def customer(sender, plan):
    return make_customer(sender, plan)


def make_owed(sender, customer, **facts):
    """An invoice that is late, and was sent."""
    facts = {"due_date": date(2026, 11, 20), "sent_at": clock.now(), "sent_means": SentMeans.EMAIL} | facts
    return make_sale(sender, customer, **facts)


def remind(plan, *documents, **facts):
    first = documents[0]
    facts = {"channel": Channel.EMAIL, "due_at": clock.now(), "step": plan.reminders[0], "is_automatic": True} | facts
    covers = dict.fromkeys(documents, 5)
    action = actions.make(ActionKind.REMINDER, first, key=f"reminder:{first.id}:1", covers=covers, **facts)
    db.session.commit()
    return action


def state(action):
    return reload(action).state


def test_it_leaves_with_what_is_open_and_with_the_file(server, sender, plan, customer):
    """DN-1: by itself, to the contact for reminders."""
    make_contact(customer, "dunning@customer.example", "dunning")
    action = remind(plan, make_owed(sender, customer, number="F-9"))
    sweep()
    (mail,) = written()
    assert (state(action), mail.mark, mail.kind) == (ActionState.DONE, Mark.SENT, "customer-reminder")
    assert [each.address for each in mail.recipients] == ["dunning@customer.example"]
    assert "Please pay F-9: €120.00." in mail.text and "{portal_link}" not in mail.text
    assert len(mail.attachments) == 1


def test_the_link_in_it_is_blotted_out_once_it_has_left(server, sender, plan, customer, monkeypatch):
    """S65: S70: its token stands in no row."""
    monkeypatch.setattr(mails, "link_makers", [lambda party, by: ("https://f.example/portal/t0ken", "t0ken")])
    remind(plan, make_owed(sender, customer))
    sweep()
    assert b"https://f.example/portal/t0ken" in server.messages[0].replace(b"=\r\n", b"")
    assert "t0ken" not in written()[0].text + written()[0].html


@pytest.mark.parametrize("how", ["paid", "part paid", "trashed", "reassigned", "came back", "disputed", "promised"])
def test_what_became_untrue_since_it_was_written_does_not_leave(server, sender, plan, customer, how):
    """S52: DN-1: paid, another amount, in the trash, another customer's, disputed, promised; and it says why."""
    owed = make_owed(sender, customer)
    action = remind(plan, owed)
    sweep("perform_action")
    assert state(action) is ActionState.LEAVING
    facts = {
        "paid": {"settled_minor": 12000},
        "part paid": {"settled_minor": 2000},
        "trashed": {"trashed_at": clock.now()},
        "reassigned": {"counterparty": make_customer(sender, name="Other")},
        "came back": {"to_send_at": clock.now(), "sent_at": None},
        "disputed": {"disputed_at": clock.now()},
        "promised": {"promised_date": date(2026, 12, 24)},
    }[how]
    for name, value in facts.items():
        setattr(owed, name, value)
    db.session.commit()
    sweep("deliver")
    assert (state(action), action.mail.mark, server.messages) == (ActionState.WITHDRAWN, Mark.CANCELLED, [])
    assert action.reason["key"] and action.mail.answer
    assert db.session.query(ContactDay).count() == 0  # whoever got nothing may be reminded of the rest that day


def test_what_is_paid_by_then_is_left_out(server, sender, plan, customer):
    """DN-1: one message for several, with what is open when it leaves."""
    paid, owed = make_owed(sender, customer, number="F-1"), make_owed(sender, customer, number="F-2")
    action = remind(plan, paid, owed)
    paid.settled_minor = 12000
    db.session.commit()
    sweep()
    assert (state(action), [each.document for each in action.covers]) == (ActionState.DONE, [owed])


def test_what_is_to_send_is_reminded_of_by_nobody(server, sender, plan, customer):
    """SE-2: neither by itself nor by a person."""
    action = remind(plan, make_owed(sender, customer, to_send_at=clock.now(), sent_at=None))
    sweep()
    assert (state(action), action.reason["key"]) == (ActionState.WITHDRAWN, "to_send")
    assert [each.kind for each in written()] == ["customer-sending"]


def test_a_person_may_remind_of_what_was_promised(server, sender, plan, customer):
    """DN-1: only what goes by itself waits for that."""
    user = make_user(company=sender)
    owed = make_owed(sender, customer, promised_date=date(2026, 12, 24))
    action = remind(plan, owed, is_automatic=False)
    performing.perform(action, by=user)
    db.session.commit()
    sweep("deliver")
    assert (state(action), len(server.messages), action.done_by) == (ActionState.DONE, 1, user)


def test_no_contact_is_reminded_twice_a_day(server, sender, plan, customer):
    """S48: DN-1: the second waits for the gap between two messages."""
    first = remind(plan, make_owed(sender, customer))
    second = remind(plan, make_owed(sender, customer))
    sweep()
    assert (state(first), state(second), len(server.messages)) == (ActionState.DONE, ActionState.WAITING, 1)
    assert second.due_at > clock.now() + timedelta(days=2)


def test_missed_on_a_weekday_it_does_not_leave_on_a_weekend(server, sender, plan, customer):
    """DN-1: SE-5: caught up on the next working day."""
    action = remind(plan, make_owed(sender, customer))
    with time_machine.travel(SATURDAY, tick=False):
        sweep()
        assert (state(action), server.messages) == (ActionState.WAITING, [])
        assert action.due_at.isoformat() == "2026-12-07T07:30:00+00:00"


def test_nobody_counts_as_reminded_by_what_could_not_be_written(server, sender, plan, customer):
    """DN-1: SE-5: a letter whose enclosure is no file is a person's, and its customer may be reminded still."""
    customer.address = "1 rue Haute\n69001 Lyon"
    action = remind(plan, make_owed(sender, customer), channel=Channel.LETTER)
    sweep()
    assert (state(action), action.reason["key"]) == (ActionState.TO_DO, "bad_file")
    assert db.session.query(ContactDay).count() == 0
