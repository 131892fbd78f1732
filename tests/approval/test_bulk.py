"""Many decisions at once: each at a seat of one's own that waits here, and at no other."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from app.approval import bulk
from app.approval.models import Choice, Decision, Seat
from app.extensions import db
from app.users import people
from app.web.access import Role
from tests.approval.making import Firm, decide, rounds, seat_of, validated
from tests.factories import make_category, make_company, make_user


def elsewhere(firm: Firm) -> Firm:
    """Another company, in which Léa approves too."""
    company = make_company()
    people.join(firm.lea, company, Role.APPROVER, by=None)
    zoe = make_user(Role.MEMBER, company)
    return replace(firm, company=company, zoe=zoe, category=make_category(company=company))


def test_the_seat_of_another_or_in_another_company_is_as_good_as_none(firm, demand):
    """AP-5: S73: nothing is decided there, nor told whose seat it is."""
    demand([firm.lea])
    abroad, bobs = validated(elsewhere(firm)), validated(firm)
    seat_of(bobs, firm.lea).user = firm.bob
    db.session.commit()
    seats = [seat_of(abroad, firm.lea), seat_of(bobs, firm.bob)]
    seen = {seat.id: rounds(seat.step.approval.document)[-1].revision for seat in seats}

    result = bulk.approve(firm.lea, firm.company, seen)

    assert (result.approved, result.changed, dict(result.refused)) == (0, 2, {})
    assert db.session.query(Decision).count() == 0


def test_of_what_others_decided_meanwhile_it_is_said_who_and_when(firm, demand, browser):
    """AP-5: S59: Léa and Bob approve the same three at once: Bob reads that she did, and is sent to look at none."""
    demand([firm.lea, firm.bob])
    three = [validated(firm) for _each in range(3)]
    form = {"ids": [seat_of(each, firm.bob).id for each in three]}
    form["seen"] = [f"{seat_of(each, firm.bob).id}:{rounds(each)[-1].revision}" for each in three]
    for each in three[:2]:
        decide(each, firm.lea)
    decide(three[2], firm.lea, Choice.REJECT)

    text = browser(firm.bob).post("/approvals/approval", data=form, follow_redirects=True).text

    assert "2 were decided already, the last one: Lea approved it on" in text
    assert "1 was decided already: Lea rejected it on" in text
    assert "meanwhile" not in text and "Nothing was selected" not in text
    assert db.session.query(Decision).count() == 3


def test_who_was_faster_in_between_is_named_too(firm, demand, monkeypatch):
    """S59: the list was read, then somebody decided, then it was this one's turn."""
    demand([firm.lea, firm.bob])
    document = validated(firm)
    seat = seat_of(document, firm.bob)
    monkeypatch.setattr(bulk.waiting, "mine", lambda _user, _company: select(Seat))
    decide(document, firm.lea)

    result = bulk.approve(firm.bob, firm.company, {seat.id: rounds(document)[-1].revision})

    ((who, choice),) = result.decided
    assert (who, choice, result.changed, dict(result.refused)) == ("Lea", Choice.APPROVE, 0, {})
