"""Absences: dates and a stand-in; what waits goes to them and comes back once; no chains."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.approval import absences, standing_in
from app.approval.models import Handed, Way
from app.core import clock
from app.core.errors import Refused
from app.extensions import db
from app.users import people
from app.web.access import Role
from tests.approval.making import decide, mails, seat_of, validated, waits_for
from tests.factories import make_company, make_user

DAY = timedelta(days=1)


def away(firm, user, stand_in, first=0, last=3):
    """Absent from so many days from now on to so many."""
    today = clock.today(firm.company)
    absence = absences.begin(user, stand_in, today + first * DAY, today + last * DAY, by=user)
    standing_in.align_person(user, by=user)
    db.session.commit()
    return absence


def align(firm) -> int:
    moved = standing_in.align(firm.company)
    db.session.commit()
    return sum(moved)


def test_what_waits_goes_to_the_stand_in_and_comes_back_once(firm, demand, time_machine):
    """AP-5: handed over when it starts and back when it ends, whatever was not decided meanwhile."""
    demand([firm.lea])
    waiting, decided = validated(firm), validated(firm)
    away(firm, firm.lea, firm.bob, first=1, last=2)
    assert align(firm) == 0 and waits_for(waiting) == {"Lea"}

    time_machine.move_to(clock.now() + DAY)
    assert (align(firm), align(firm)) == (2, 0)
    assert waits_for(waiting) == {"Bob"} and seat_of(waiting, firm.bob).handed is Handed.ABSENT
    decide(decided, firm.bob)
    time_machine.move_to(clock.now() + 2 * DAY)
    assert (align(firm), align(firm)) == (1, 0)

    assert waits_for(waiting) == {"Lea"} and seat_of(waiting, firm.lea).handed is None
    assert len(mails(user=firm.lea)) == 3 and len(mails(user=firm.bob)) == 2


def test_a_missed_day_is_made_up(firm, demand, time_machine):
    """S40: S107: what is so decides, not which days the program ran on."""
    demand([firm.lea])
    document = validated(firm)
    away(firm, firm.lea, firm.bob)
    assert waits_for(document) == {"Bob"}

    time_machine.move_to(clock.now() + timedelta(days=400))
    assert align(firm) == 1 and waits_for(document) == {"Lea"}
    time_machine.move_to(clock.now() - timedelta(days=400))
    assert align(firm) == 1 and waits_for(document) == {"Bob"}


def test_new_ones_go_to_the_stand_in_at_once(firm, demand):
    """AP-5: while it lasts only the stand-in is written to."""
    demand([firm.lea])
    away(firm, firm.lea, firm.bob)

    document = validated(firm)

    assert waits_for(document) == {"Bob"} and mails(user=firm.lea) == [] and len(mails(user=firm.bob)) == 1
    assert seat_of(document, firm.bob).named is firm.lea and firm.bob in document.readers


def test_ended_early_it_all_comes_back(firm, demand):
    """AP-5: back earlier, once."""
    demand([firm.lea])
    absence = away(firm, firm.lea, firm.bob)
    document = validated(firm)

    absences.end(absence, by=firm.lea)
    moved = standing_in.align_person(firm.lea, by=firm.lea)

    assert moved == (0, 1) and waits_for(document) == {"Lea"} and len(mails(user=firm.lea)) == 1
    with pytest.raises(Refused, match="over already"):
        absences.end(absence, by=firm.lea)


def test_there_are_no_chains(firm, demand):
    """AP-5: a stand-in who is away too decides nothing for others: it stays with, or goes back to, the one named."""
    demand([firm.lea])
    before = validated(firm)
    absence = away(firm, firm.lea, firm.bob)
    away(firm, firm.bob, firm.tom)

    after = validated(firm)

    assert waits_for(before) == waits_for(after) == {"Lea"} and mails(user=firm.tom) == []
    assert align(firm) == 0
    assert absences.also_away(absence).user is firm.bob


def test_whoever_is_back_stands_in_again(firm, demand):
    """AP-5: Bob came back while Léa is still away: what went back to her is his again at once."""
    demand([firm.lea])
    document = validated(firm)
    away(firm, firm.lea, firm.bob)
    absence = away(firm, firm.bob, firm.tom)
    assert waits_for(document) == {"Lea"}

    absences.end(absence, by=firm.bob)
    standing_in.align_person(firm.bob, by=firm.bob)

    assert waits_for(document) == {"Bob"}


def test_four_eyes_keep_a_stand_in_from_what_they_validated(firm, demand):
    """AP-6: S63: it stays with the one named, and the others go over."""
    demand([firm.lea])
    by_zoe, by_admin = validated(firm), validated(firm, by=firm.admin)

    away(firm, firm.lea, firm.zoe)

    assert waits_for(by_zoe) == {"Lea"} and waits_for(by_admin) == {"Zoe"}
    assert waits_for(validated(firm)) == {"Lea"}
    with pytest.raises(Refused):
        decide(by_zoe, firm.lea, way=Way.BULK, revision="another")


def test_a_delegated_document_comes_back_to_the_delegate(firm, demand):
    """AP-5: Léa gave it to Bob, Bob was away: it is Bob's again, and Léa may still take it back."""
    from app.approval import seats

    demand([firm.lea])
    document = validated(firm)
    handing = seats.hand_over(seat_of(document, firm.lea), firm.bob, by=firm.lea, handed=Handed.DELEGATED)
    absence = away(firm, firm.bob, firm.tom)
    assert waits_for(document) == {"Tom"}

    absences.end(absence, by=firm.bob)
    standing_in.align_person(firm.bob, by=firm.bob)

    seat = seat_of(document, firm.bob)
    assert (seat.named, seat.handed) == (firm.lea, Handed.DELEGATED)
    seats.take_back(handing, by=firm.lea)
    assert waits_for(document) == {"Lea"}


@pytest.mark.parametrize(
    ("first", "last", "why"),
    [(3, 1, "before the first"), (-5, -2, "are over"), (0, 500, "A year at the most"), (2, 9, "already")],
)
def test_days_that_cannot_be_are_refused(firm, first, last, why):
    """AP-5: in words, before anything is written."""
    away(firm, firm.lea, firm.bob, 5, 6)

    with pytest.raises(Refused, match=why):
        away(firm, firm.lea, firm.tom, first, last)


def test_a_stand_in_must_be_able_to_decide_wherever_the_person_does(firm):
    """AP-5: US-3: somebody of one of two companies can't stand in for both."""
    other = make_company("Elsewhere")
    people.join(firm.lea, other, Role.APPROVER, by=None)
    both = make_user(Role.APPROVER, firm.company, name="Both")
    people.join(both, other, Role.MEMBER, by=None)
    db.session.commit()

    assert [each.name for each in absences.stand_ins(firm.lea)] == ["Both"]
    for stand_in in (firm.bob, firm.lea):
        with pytest.raises(Refused, match="cannot stand in"):
            away(firm, firm.lea, stand_in)


def test_the_stand_in_is_told_of_the_days(firm):
    """AP-5: once, with the dates."""
    today = clock.today(firm.company)
    away(firm, firm.lea, firm.bob)

    (mail,) = mails("stand-in")
    assert mail.recipients[0].address == firm.bob.email and "Lea" in mail.subject
    assert str((today + 3 * DAY).day) in mail.text


def test_an_absence_follows_the_companys_own_clock(firm, demand, time_machine):
    """S107: in Nouméa the day begins eleven hours before Greenwich."""
    firm.company.time_zone = "Pacific/Noumea"
    demand([firm.lea])
    document = validated(firm)
    absences.begin(firm.lea, firm.bob, date(2026, 12, 7), date(2026, 12, 8), by=firm.lea)

    time_machine.move_to("2026-12-06T12:59:00+00:00")
    assert align(firm) == 0
    time_machine.move_to("2026-12-06T13:01:00+00:00")
    assert align(firm) == 1 and waits_for(document) == {"Bob"}
    time_machine.move_to("2026-12-08T13:01:00+00:00")
    assert align(firm) == 1 and waits_for(document) == {"Lea"}


def be_away(browser, firm, user, stand_in) -> str:
    """Set an absence of one's own on its page; what the page says."""
    today = clock.today(firm.company)
    form = {"first_date": today, "last_date": today + DAY, "stand_in": stand_in.id}
    return browser(user).post("/account/absences", data=form, follow_redirects=True).text


def test_what_went_where_is_said_as_it_went(firm, demand, browser):
    """AP-5: to the stand-in; and back to whom it was asked of, where the stand-in is away too by now."""
    demand([firm.lea])
    lent = [validated(firm) for _each in range(3)]
    demand([firm.bob])
    own = validated(firm)

    assert "3 that waited went to the stand-in." in be_away(browser, firm, firm.lea, firm.bob)
    text = be_away(browser, firm, firm.bob, firm.lea)

    assert "went to the stand-in" not in text and "stays with you" in text
    assert "3 that were left to a stand-in went back to the person they were asked of." in text
    assert [waits_for(each) for each in (*lent, own)] == [{"Lea"}] * 3 + [{"Bob"}]


def test_what_goes_over_and_what_goes_back_are_counted_each(firm, demand, browser):
    """AP-5: Bob leaves his own to Tom, and what he had of Léa goes back to her: no chains."""
    demand([firm.lea])
    validated(firm)
    demand([firm.bob])
    validated(firm)
    be_away(browser, firm, firm.lea, firm.bob)

    text = be_away(browser, firm, firm.bob, firm.tom)

    assert "1 that waited went to the stand-in." in text
    assert "1 that was left to a stand-in went back to the person it was asked of." in text
