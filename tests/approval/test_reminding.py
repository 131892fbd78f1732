"""Reminders after some days, at most five, never twice a day; or one mail a day with all that waits."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.approval import absences, decisions, jobs, links, reminding, standing_in
from app.approval.links import LinkState
from app.core import clock
from app.extensions import db
from app.notices import choices
from app.notices.models import ByMail, NoticeKind
from app.outbox import kinds, sealed
from app.tasks.models import Task
from tests.approval.making import decide, mails, token_in, validated
from tests.web.world import contents

DAY = timedelta(days=1)


def remind(firm, user) -> int:
    made = reminding.remind(user, firm.company)
    db.session.commit()
    return made


def choose(user, by_mail: ByMail) -> None:
    choices.choose(user, {NoticeKind.APPROVAL_ASKED: choices.Choice(True, by_mail)})
    db.session.commit()


def test_after_three_days_and_every_three_more_a_mail_five_at_most(firm, demand, time_machine):
    """AP-5: each with a link that works; asked twice a day, it is one."""
    demand([firm.lea])
    validated(firm)
    begun, made = clock.now(), []

    for day in range(40):
        time_machine.move_to(begun + day * DAY)
        made += [day] if remind(firm, firm.lea) else []
        assert remind(firm, firm.lea) == 0

    assert made == [3, 6, 9, 12, 15] and len(mails(user=firm.lea)) == 6
    last = links.find(token_in(mails(user=firm.lea)[-1]))
    time_machine.move_to(begun + 16 * DAY)
    assert links.state_of(last) is LinkState.LIVING


def test_a_clock_that_jumps_reminds_of_nothing_twice(firm, demand, time_machine):
    """S48: S107: forward a year and back, each reminder is written once, and one a day at the most."""
    demand([firm.lea])
    validated(firm)
    begun, made = clock.now(), []

    for days in (4, 365, 4, 5, 365, 4, 7, 7):
        time_machine.move_to(begun + days * DAY)
        made.append(remind(firm, firm.lea))

    assert made == [1, 1, 0, 0, 0, 0, 1, 0]
    keys = [mail.key for mail in mails(user=firm.lea)]
    assert len(keys) == len(set(keys)) == 4


def test_asked_anew_one_is_reminded_anew(firm, demand, time_machine):
    """AP-5: what was decided, taken back and forgotten is not forgotten for good."""
    demand([firm.lea])
    document = validated(firm)
    begun = clock.now()
    time_machine.move_to(begun + 3 * DAY)
    assert remind(firm, firm.lea) == 1
    decisions.undo(decide(document, firm.lea), by=firm.admin)
    db.session.commit()
    time_machine.move_to(begun + 6 * DAY)

    assert remind(firm, firm.lea) == 1


@pytest.mark.parametrize("days", [None, 0, -1])
def test_without_a_number_of_days_nobody_is_reminded(firm, demand, time_machine, days):
    """AP-5: a company may want none."""
    firm.company.approval_reminder_days = days
    demand([firm.lea])
    validated(firm)

    time_machine.move_to(clock.now() + 30 * DAY)

    assert remind(firm, firm.lea) == 0


def test_who_decided_is_away_or_shut_out_is_not_reminded(firm, demand, time_machine):
    """AP-5: nobody is reminded of what does not wait for them."""
    demand([firm.lea])
    decide(validated(firm), firm.lea)
    demand([firm.bob])
    validated(firm)
    demand([firm.tom])
    validated(firm)
    absences.begin(firm.bob, firm.tom, clock.today(), clock.today() + 30 * DAY, by=firm.bob)
    absences.begin(firm.tom, firm.lea, clock.today(), clock.today() + 30 * DAY, by=firm.tom)
    standing_in.align(firm.company)  # Bob's stay with Bob: his stand-in is away too
    firm.tom.is_disabled = True

    time_machine.move_to(clock.now() + 4 * DAY)

    assert [remind(firm, user) for user in (firm.bob, firm.tom)] == [0, 0]
    assert remind(firm, firm.lea) == 1  # what she has of Tom's


def test_whoever_wants_one_mail_a_day_gets_one_with_all_that_waits(firm, demand, time_machine):
    """AP-5: with figures and a link of its own for each; no single mails, and none on a day without any."""
    choose(firm.lea, ByMail.DAILY)
    demand([firm.lea])
    first, second = validated(firm, number="F-1"), validated(firm, number="F-2", gross_minor=340_000)

    assert mails(user=firm.lea) == [] and (remind(firm, firm.lea), remind(firm, firm.lea)) == (1, 0)

    (mail,) = mails("approval-digest")
    assert "2 wait for your approval" in mail.subject and "F-1" in mail.text and "€3,400.00" in mail.text
    said = sealed.whole(mail)
    tokens = [line.rpartition("/")[2] for line in said.text.splitlines() if "/approvals/links/" in line]
    assert [links.find(token).seat.step.approval.document for token in tokens] == [first, second]
    assert all(links.state_of(links.find(token)) is LinkState.LIVING for token in tokens)
    assert set(said.tokens) == set(tokens) and not any(token in str(contents()) for token in tokens)
    decide(first, firm.lea)
    decide(second, firm.lea)
    time_machine.move_to(clock.now() + DAY)
    assert remind(firm, firm.lea) == 0


def test_the_daily_mail_is_its_readers_own(firm, demand):
    """S52: S64: an admin who reads the outbox sees no link of it; once nothing waits it does not leave."""
    choose(firm.lea, ByMail.DAILY)
    demand([firm.lea])
    document = validated(firm)
    remind(firm, firm.lea)
    (mail,) = mails("approval-digest")

    (token,) = sealed.whole(mail).tokens
    assert token in kinds.shown_to(mail, firm.lea)
    assert token not in kinds.shown_to(mail, firm.admin) and kinds.why_not(mail) == ""
    decide(document, firm.lea)
    assert "nothing in it waits" in kinds.why_not(mail)


def test_a_daily_mail_sealed_with_another_key_is_not_called_needless(app, firm, demand, monkeypatch):
    """S65: nobody knows what it lists, so it goes on to say that it cannot be read."""
    choose(firm.lea, ByMail.DAILY)
    demand([firm.lea])
    validated(firm)
    remind(firm, firm.lea)
    (mail,) = mails("approval-digest")
    monkeypatch.setitem(vars(app.config["SETTINGS"]), "secret", "another-key-0123456789abcdef0123456789abcdef")

    assert not sealed.is_readable(mail) and kinds.why_not(mail) == ""


def test_whoever_wants_no_mails_gets_none(firm, demand, time_machine):
    """AP-5: they decide in the app."""
    choose(firm.lea, ByMail.NEVER)
    demand([firm.lea])
    validated(firm)
    time_machine.move_to(clock.now() + 4 * DAY)

    assert remind(firm, firm.lea) == 0 and mails(user=firm.lea) == []


def test_each_day_begins_once_in_each_time_zone(app, firm, demand, time_machine):
    """S40: S107: seats follow absences at midnight there, mails leave at seven; a missed day is made up once."""
    firm.company.time_zone = "America/New_York"
    demand([firm.lea])
    validated(firm)
    asked = lambda: sorted(task.key for task in db.session.query(Task) if task.kind in NAMES)  # noqa: E731

    for moment in ("2026-12-07T04:59", "2026-12-07T05:01", "2026-12-07T11:59", "2026-12-07T12:01", "2026-12-07T09:00"):
        time_machine.move_to(f"{moment}:00+00:00")
        jobs.start_the_day()
    time_machine.move_to("2026-12-09T13:00:00+00:00")
    jobs.start_the_day()

    zone = "America/New_York"
    assert asked() == [
        *(f"absence:{zone}:2026-12-{day}" for day in ("06", "07", "09")),
        *(f"approvals:{zone}:2026-12-{day}" for day in ("06", "07", "09")),
    ]


NAMES = {"follow_absences", "remind_approvers"}
