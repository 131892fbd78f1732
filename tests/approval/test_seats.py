"""A seat changes hands: delegated, reassigned, taken back; and whose links are dead then."""

from __future__ import annotations

import pytest

from app.approval import handings, links, seats
from app.approval.links import LinkState
from app.approval.models import Choice, Handed, Mode, Way
from app.audit.models import AuditEntry
from app.core.errors import Refused
from app.extensions import db
from app.notices.models import Notice, NoticeKind
from app.users import memberships
from app.web.access import Role
from tests.approval.making import decide, mails, seat_of, token_in, validated, waits_for
from tests.factories import make_user


def state(user) -> LinkState:
    """What the first link this person was mailed is good for."""
    return links.state_of(links.find(token_in(mails(user=user)[0])))


def hand(document, giver, to, *, handed=Handed.DELEGATED, by=None, reason="You know them"):
    """The giver's seat to another."""
    handing = seats.hand_over(seat_of(document, giver), to, by=by or giver, handed=handed, reason=reason)
    db.session.commit()
    return handing


def test_a_delegated_document_waits_for_the_colleague_alone(firm, demand):
    """AP-5: S62: the new one is asked, sees it for good, and the old link is dead."""
    demand([firm.lea])
    document = validated(firm)

    hand(document, firm.lea, firm.bob)

    assert waits_for(document) == {"Bob"} and {firm.lea, firm.bob} <= document.readers
    assert state(firm.lea) is LinkState.HANDED_OVER and state(firm.bob) is LinkState.LIVING
    with pytest.raises(Refused, match="It is for Bob to decide"):
        seat = seat_of(document, firm.bob)
        revision = seat.step.approval.revision
        seats_decide(seat, firm.lea, revision)
    noted = db.session.query(AuditEntry).filter_by(act="approval delegated").one()
    assert noted.changes["approver"] == ["Lea", "Bob"] and noted.why == "You know them"


def seats_decide(seat, user, revision):
    from app.approval import decisions

    decisions.decide(seat, Choice.APPROVE, by=user, way=Way.APP, revision=revision)


def test_a_reassigned_person_is_told_and_the_new_one_asked(firm, demand):
    """AP-5: S62: an admin asks somebody else."""
    demand([firm.lea])
    document = validated(firm)

    hand(document, firm.lea, firm.tom, handed=Handed.REASSIGNED, by=firm.admin)

    told = db.session.query(Notice).filter_by(kind=NoticeKind.HANDED_OVER).one()
    assert told.user is firm.lea and told.by is firm.admin and told.arguments["to"] == "Tom"
    assert state(firm.lea) is LinkState.HANDED_OVER and len(mails(user=firm.tom)) == 1


def test_four_eyes_hold_for_whoever_is_handed_a_seat(firm, demand):
    """AP-6: S63: whoever validated it is not given a say in it, refused where it is written."""
    demand([firm.lea])
    document = validated(firm)

    with pytest.raises(Refused, match="Zoe validated it"):
        seats.hand_over(seat_of(document, firm.lea), firm.zoe, by=firm.admin, handed=Handed.REASSIGNED)

    assert waits_for(document) == {"Lea"} and state(firm.lea) is LinkState.LIVING


def test_nobody_gets_two_seats_of_one_step(firm, demand):
    """AP-1: all of them means each of them; also where one may come back to whoever gave it away."""
    demand([firm.lea, firm.bob], mode=Mode.ALL)
    document = validated(firm)

    with pytest.raises(Refused, match="Bob has a say"):
        seats.hand_over(seat_of(document, firm.lea), firm.bob, by=firm.lea, handed=Handed.DELEGATED)
    hand(document, firm.lea, firm.tom)
    with pytest.raises(Refused, match="Lea has a say"):
        seats.hand_over(seat_of(document, firm.bob), firm.lea, by=firm.bob, handed=Handed.DELEGATED)


@pytest.mark.parametrize("role", [Role.ACCOUNTANT, None])
def test_only_who_may_decide_is_handed_a_seat(firm, demand, role):
    """US-6: not an accountant, nobody of another company, nobody who is shut out."""
    demand([firm.lea])
    document = validated(firm)
    other = make_user(role or Role.APPROVER, firm.company, name="Max", is_disabled=role is None)

    with pytest.raises(Refused, match="Max cannot decide"):
        seats.hand_over(seat_of(document, firm.lea), other, by=firm.lea, handed=Handed.DELEGATED)


def test_it_is_taken_back_once_while_undecided(firm, demand):
    """AP-5: the giver is asked again, the taker's link is dead; a second press is told."""
    demand([firm.lea])
    document = validated(firm)
    handing = hand(document, firm.lea, firm.bob)

    seats.take_back(handing, by=firm.lea)
    db.session.commit()

    seat = seat_of(document, firm.lea)
    assert (seat.named_id, seat.handed) == (None, None) and waits_for(document) == {"Lea"}
    assert state(firm.bob) is LinkState.HANDED_OVER and len(mails(user=firm.lea)) == 2
    with pytest.raises(Refused, match="given back already"):
        seats.take_back(handing, by=firm.lea)


def test_it_does_not_come_back_to_somebody_who_may_not_decide_any_more(firm, demand):
    """AP-5: S62: it would wait for nobody."""
    demand([firm.lea])
    document = validated(firm)
    handing = hand(document, firm.lea, firm.bob)
    memberships.set_access(firm.lea, firm.company, None, [], by=firm.admin)
    with pytest.raises(Refused, match="Lea cannot decide"):
        seats.take_back(handing, by=firm.admin)

    assert waits_for(document) == {"Bob"}


def test_what_was_handed_on_twice_comes_back_to_the_one_who_takes_it(firm, demand):
    """AP-5: Léa gave it to Bob, Bob to Tom; Léa takes it back."""
    demand([firm.lea])
    document = validated(firm)
    first = hand(document, firm.lea, firm.bob)
    hand(document, firm.bob, firm.tom)
    assert seat_of(document, firm.tom).named is firm.lea

    seats.take_back(first, by=firm.lea)

    assert waits_for(document) == {"Lea"} and handings.standing(seat_of(document, firm.lea)) == []


def test_nothing_is_taken_back_once_it_is_decided(firm, demand):
    """AP-5: undone while undecided only."""
    demand([firm.lea])
    document = validated(firm)
    handing = hand(document, firm.lea, firm.bob)
    decide(document, firm.bob)

    for act in (
        lambda: seats.take_back(handing, by=firm.lea),
        lambda: seats.hand_over(seat_of(document, firm.bob), firm.tom, by=firm.bob, handed=Handed.DELEGATED),
    ):
        with pytest.raises(Refused, match="decided already"):
            act()


def test_links_of_the_removed_the_replaced_and_the_outrun_are_dead(firm, demand):
    """S62: approver removed, step reassigned, delegated, decided by another: dead at the click."""
    demand([firm.lea, firm.bob, firm.tom])
    document = validated(firm)
    memberships.set_access(firm.tom, firm.company, None, [], by=firm.admin)
    db.session.commit()
    assert state(firm.tom) is LinkState.REVOKED

    decide(document, firm.bob)

    assert state(firm.lea) is LinkState.DECIDED
