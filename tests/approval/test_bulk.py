"""Many decisions at once: each at a seat of one's own that waits here, and at no other."""

from __future__ import annotations

from dataclasses import replace

from app.approval import bulk
from app.approval.models import Decision
from app.extensions import db
from app.users import people
from app.web.access import Role
from tests.approval.making import Firm, rounds, seat_of, validated
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
