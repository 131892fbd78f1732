"""Somebody takes another name while a colleague decides what waits for both."""

from __future__ import annotations

import threading

import pytest
from flask import Flask

from app.approval import awaited, decisions
from app.approval.models import Choice, Seat, Way
from app.documents.models import Status
from app.extensions import db
from app.users import people
from app.users.models import User
from tests.approval.making import make_firm, seat_of, validated
from tests.factories import reload
from tests.rules.making import ask, make_rule, when


@pytest.mark.alone
def test_a_new_name_never_brings_back_the_line_of_what_was_decided(live_app: Flask):
    """LC-8: the line says why it is here now, not why it was when the name was taken."""
    with live_app.app_context():
        firm = make_firm()
        make_rule(when("direction", "is", "purchase"), does=[ask(firm.lea, firm.bob)], company=firm.company)
        document = validated(firm)
        assert document.status is Status.TO_APPROVE and document.reason["names"] == ["Lea", "Bob"]
        bob_seat, bob, lea = seat_of(document, firm.bob).id, firm.bob.id, firm.lea
        db.session.commit()
        people.rename(lea, "Léa", "fr")
        deciding = threading.Thread(target=_decide, args=(live_app, bob_seat, bob))
        deciding.start()
        deciding.join(timeout=2)  # where the line is being written, it waits for us
        db.session.commit()
        deciding.join(timeout=30)

        document = reload(document)
        assert document.status is Status.TO_MATCH and document.reason["key"] != awaited.KEY


def _decide(app: Flask, seat_id: int, user_id: int) -> None:
    with app.app_context():
        seat, user = db.session.get_one(Seat, seat_id), db.session.get_one(User, user_id)
        decisions.decide(seat, Choice.APPROVE, by=user, way=Way.APP, revision=seat.step.approval.revision)
        db.session.commit()
