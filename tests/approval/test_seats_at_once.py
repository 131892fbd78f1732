"""A seat that several want to move at the same moment, on SQLite and on PostgreSQL (SAFETY S37, S59)."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.approval import decisions, seats
from app.approval.handings import Handing
from app.approval.models import Choice, Decision, Handed, Seat, Way
from app.extensions import db
from app.users.models import User
from tests.approval.making import mails, make_firm, rounds, seat_of, validated
from tests.approval.test_at_once import at_once

pytestmark = pytest.mark.alone


@pytest.fixture
def firm_of_ids(live_app, demand):
    """An application in which a document waits for Léa: the seat, its revision, and everybody's id by name."""
    with live_app.app_context():
        firm = make_firm()
        demand([firm.lea])
        document = validated(firm)
        people = {user.name: user.id for user in (firm.lea, firm.bob, firm.tom, firm.admin)}
        return live_app, seat_of(document, firm.lea).id, rounds(document)[0].revision, people


def handing(seat_id, giver_id, to_id):
    """The act of handing it over."""
    get = db.session.get_one
    how = {"handed": Handed.DELEGATED, "reason": "why"}
    return lambda: seats.hand_over(get(Seat, seat_id), get(User, to_id), by=get(User, giver_id), **how)


def test_of_two_who_hand_it_over_at_once_one_does(firm_of_ids):
    """AP-5: S37: S59: pressed twice, there is one handing, one mail, and one who is asked."""
    app, seat_id, _revision, people = firm_of_ids

    told = at_once(app, *[handing(seat_id, people["Lea"], people["Bob"]) for _each in range(2)])

    assert told == ["Refused", "done"]
    with app.app_context():
        assert db.session.scalar(select(func.count(Handing.id))) == 1
        assert len([mail for mail in mails() if mail.recipients[0].address == "bob@example.org"]) == 1


def test_it_is_decided_or_handed_over_and_never_both(firm_of_ids):
    """AP-5: S59: S62: whoever is second is told, and no decision stands at a seat of somebody else."""
    app, seat_id, revision, people = firm_of_ids

    def decide():
        seat, lea = db.session.get_one(Seat, seat_id), db.session.get_one(User, people["Lea"])
        decisions.decide(seat, Choice.APPROVE, by=lea, way=Way.APP, revision=revision)

    told = at_once(app, decide, handing(seat_id, people["Lea"], people["Bob"]))

    assert "done" in told and len([each for each in told if each != "done"]) == 1
    with app.app_context():
        seat = db.session.get_one(Seat, seat_id)
        assert (seat.decision is None) == (seat.user_id == people["Bob"])
        assert all(each.by_id == each.seat.user_id for each in db.session.scalars(select(Decision)))


def test_it_is_taken_back_once(firm_of_ids):
    """AP-5: S37: by whoever gave it and by an admin at the same moment."""
    app, seat_id, _revision, people = firm_of_ids
    with app.app_context():
        handing(seat_id, people["Lea"], people["Bob"])()
        db.session.commit()

    def take_back(name):
        each = db.session.scalars(select(Handing)).one()
        seats.take_back(each, by=db.session.get_one(User, people[name]))

    told = at_once(app, lambda: take_back("Lea"), lambda: take_back("Ada"))

    assert told == ["Refused", "done"]
    with app.app_context():
        assert db.session.get_one(Seat, seat_id).user_id == people["Lea"]
        assert len(mails(user=db.session.get_one(User, people["Lea"]))) == 2
