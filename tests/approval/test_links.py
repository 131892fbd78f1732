"""Mailed links: hashed, for one person and revision, once, and dead as soon as anything says so (SAFETY R9, S62)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.approval import asking, decisions, seats
from app.approval import links as linking
from app.approval.links import LinkState
from app.approval.models import Handed
from app.core import clock
from app.extensions import db
from app.users import memberships
from app.web.access import Role
from tests.approval.making import decide, links, mails, seat_of, token_in, validated


@pytest.fixture
def asked(firm, demand):
    """A document about which Lea and Bob are asked, and Lea's link."""
    demand([firm.lea, firm.bob])
    document = validated(firm)
    return document, links()[0]


def state(link):
    db.session.flush()
    db.session.refresh(link)
    return linking.state_of(link)


def test_only_the_hash_of_a_token_is_kept(asked):
    """AP-3: R9: 32 random bytes in the mail, their SHA-256 in the database."""  # S65
    token = token_in(mails()[0])

    assert len(token) >= 43 and linking.find(token) is asked[1]
    assert asked[1].token_hash != token and linking.find(asked[1].token_hash) is None
    assert linking.find(token[:-1]) is None and linking.find(token + "A") is None


def test_a_link_is_used_once(asked):
    """AP-3: R9: by one conditional update; the second finds it used."""
    assert linking.use(asked[1]) and not linking.use(asked[1])
    assert state(asked[1]) is LinkState.REVOKED


def test_a_link_lives_as_long_as_the_company_says(asked, firm):
    """AP-3: 14 days unless set; one made by a clock that was ahead is none (S107)."""
    link = asked[1]
    assert link.expires_at - link.created_at == pytest.approx(timedelta(days=14), abs=timedelta(seconds=5))
    link.expires_at = clock.now()
    assert state(link) is LinkState.EXPIRED
    link.expires_at, link.created_at = clock.now() + timedelta(days=3), clock.now() + timedelta(hours=1)
    assert state(link) is LinkState.EXPIRED


def test_a_link_dies_with_the_right_of_its_holder(asked, firm):
    """AP-3: the approver was removed, or disabled: dead at the click."""  # S62
    memberships.set_access(firm.lea, firm.company, None, [], by=firm.admin)
    db.session.commit()
    assert state(asked[1]) is LinkState.REVOKED
    firm.bob.is_disabled = True
    assert state(links()[1]) is LinkState.REVOKED


def test_a_link_dies_when_its_seat_is_handed_over(asked, firm):
    """AP-5: reassigned or delegated: the old holder's link is dead, the new holder has one."""  # S62
    seat = seat_of(asked[0], firm.lea)
    seats.hand_over(seat, firm.tom, by=firm.lea, handed=Handed.DELEGATED)

    assert state(asked[1]) is LinkState.HANDED_OVER and state(links()[-1]) is LinkState.LIVING
    told = [mail.recipients[0].address for mail in mails("approval-asked")]
    assert told[-1] == firm.tom.email and firm.tom in asked[0].readers


def test_links_die_when_another_decides(asked, firm):
    """AP-1: nobody's word is waited for any more."""  # S62
    decide(asked[0], firm.bob)

    assert [state(link) for link in links()] == [LinkState.DECIDED, LinkState.USED]


def test_a_reminder_leaves_the_first_link_alive(asked, firm):
    """AP-5: both mails work until one of them decides."""
    asking.remind(seat_of(asked[0], firm.lea), key="a reminder")
    first, _bobs, second = links()
    assert (state(first), state(second)) == (LinkState.LIVING, LinkState.LIVING)
    decide(asked[0], firm.lea)
    assert (state(first), state(second)) == (LinkState.USED, LinkState.USED)


def test_a_new_link_goes_to_its_holder_alone(asked, firm):
    """AP-3: in place of one too old; not where nothing is asked any more."""
    assert asking.send_anew(asked[1])
    assert [mail.recipients[0].address for mail in mails()][-1] == firm.lea.email
    assert state(asked[1]) is LinkState.REVOKED
    decide(asked[0], firm.bob)
    assert not asking.send_anew(asked[1])


def test_a_decision_taken_back_makes_no_old_link_live_again(asked, firm):
    """AP-3: R9: only the new mail's link decides."""
    decision = decide(asked[0], firm.lea)
    decisions.undo(decision, by=firm.lea)
    old, new = links()[:2], links()[2:]

    assert [state(link) for link in old] == [LinkState.REVOKED] * 2
    assert [state(link) for link in new] == [LinkState.LIVING] * 2


def test_a_right_that_was_given_back_asks_nobody_by_an_old_link(asked, firm):
    """US-6: S62: the link died when the right was taken, and stays dead."""
    memberships.set_access(firm.lea, firm.company, None, [], by=firm.admin)
    memberships.set_access(firm.lea, firm.company, Role.APPROVER, [], by=firm.admin)
    db.session.commit()
    db.session.refresh(firm.lea)

    assert state(asked[1]) is LinkState.REVOKED
