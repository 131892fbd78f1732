"""Whoever validated a document never approves it, whichever way they try (SAFETY S63)."""

from __future__ import annotations

import pytest

from app.approval import absences, decisions, seats, standing_in
from app.approval.models import Choice, Decision, Handed, Way
from app.core import clock
from app.core.errors import Refused
from app.extensions import db
from tests.approval.making import rounds, seat_of, validated, waits_for


@pytest.fixture
def document(firm, demand):
    """Validated by Zoe, where a rule names her; and put into the seat by whoever can write to the database."""
    demand([firm.zoe, firm.lea])
    made = validated(firm)
    assert waits_for(made) == {"Lea"}  # by rule
    seat = seat_of(made, firm.lea)
    seat.user = firm.zoe
    db.session.commit()
    return made


@pytest.mark.parametrize("way", Way)
def test_by_link_in_the_app_and_in_bulk_it_is_refused_where_it_is_written(firm, document, way):
    """AP-6: S63: each way comes through one place."""
    seat, revision = seat_of(document, firm.zoe), rounds(document)[-1].revision

    with pytest.raises(Refused, match="four eyes"):
        decisions.decide(seat, Choice.APPROVE, by=firm.zoe, way=way, revision=revision)

    assert db.session.query(Decision).count() == 0


def test_through_the_pages_it_is_refused(firm, document, browser):
    """AP-6: S63: one by one, and among many."""
    seat, revision = seat_of(document, firm.zoe), rounds(document)[-1].revision
    client = browser(firm.zoe)

    alone = client.post(f"/approvals/{seat.id}/decision", data={"choice": "approve", "revision": revision})
    form = {"ids": [seat.id], "seen": [f"{seat.id}:{revision}"]}
    among = client.post("/approvals/approval", data=form, follow_redirects=True)

    assert alone.status_code == 409 and "four eyes" in alone.text and "four eyes" in among.text
    assert db.session.query(Decision).count() == 0


def test_a_seat_is_not_handed_to_them_and_they_do_not_stand_in(firm, demand):
    """AP-6: S63: as a colleague, by an admin, as a stand-in for whoever is away."""
    demand([firm.lea])
    waiting = validated(firm)
    for by, handed in ((firm.lea, Handed.DELEGATED), (firm.admin, Handed.REASSIGNED), (None, Handed.ABSENT)):
        with pytest.raises(Refused, match="four eyes"):
            seats.hand_over(seat_of(waiting, firm.lea), firm.zoe, by=by, handed=handed)

    absences.begin(firm.lea, firm.zoe, clock.today(firm.company), clock.today(firm.company), by=firm.lea)
    standing_in.align(firm.company)

    assert waits_for(waiting) == {"Lea"}


def test_no_address_of_the_api_decides(app):
    """AP-6: S63: a program has no way to approve."""
    under_api = [rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/")]

    assert under_api and not [rule for rule in under_api if "approv" in rule or "decision" in rule]
