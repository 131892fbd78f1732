"""Notices: told once, shown while the subject may be seen, mailed as the person chose."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask_babel import force_locale
from sqlalchemy import select

from app.comments import saying
from app.core import clock
from app.documents import assigning
from app.extensions import db
from app.notices import choices, jobs, telling, words
from app.notices.choices import Choice
from app.notices.models import ByMail, Notice, NoticeKind
from app.notices.subjects import Subject
from app.outbox.kinds import why_not
from app.outbox.models import OutgoingMail
from app.tasks.models import Task
from app.users import people
from app.web.access import Role
from tests.factories import make_company, make_document, make_user, reload


def mails():
    """The mails that follow notices, oldest first."""
    kinds = OutgoingMail.kind.in_(["notice", "notices"])
    return list(db.session.scalars(select(OutgoingMail).where(kinds).order_by(OutgoingMail.id)))


def mention(user, document=None, by=None, key="mention:1", **more):
    document = document or make_document()
    return telling.tell(
        user, NoticeKind.MENTION, key=key, company_id=document.company_id, about=document, by=by or make_user(), **more
    )


def test_one_is_told_once_and_never_of_ones_own_acts(app):
    """RV-4: a notice for each cause, none for oneself."""
    user = make_user()

    assert mention(user).id == mention(user).id
    assert mention(user, by=user, key="mention:2") is None
    assert len(mails()) == 1


def test_the_bell_counts_and_a_click_opens_and_marks_as_seen(app, browser):
    """RV-4: one click from what it is about; looking at the page alone marks nothing."""  # R8
    user, document = make_user(), make_document(number="F-77")
    notice = mention(user, document)
    db.session.commit()
    client = browser(user)

    page = client.get("/notices").text
    assert "F-77" in page and "Notices (1 new)" in page
    assert reload(notice).seen_at is None
    answer = client.post(f"/notices/{notice.id}/opening")

    assert answer.status_code == 303 and answer.location == f"/documents/{document.id}"
    assert reload(notice).seen_at
    assert "Notices (0 new)" in client.get("/notices").text


def test_all_are_marked_but_what_came_meanwhile(app, browser):
    """RV-4: *mark all as seen* marks what was on the page."""
    user = make_user()
    first, second = mention(user), mention(user, key="mention:2")
    db.session.commit()

    browser(user).post("/notices/seen", data={"until": first.id})

    assert (bool(reload(first).seen_at), reload(second).seen_at) == (True, None)


def test_another_persons_notices_are_not_there(app, browser):
    """US-3: neither opened nor marked."""  # S71
    notice = mention(make_user())
    db.session.commit()
    client = browser(make_user())

    assert client.post(f"/notices/{notice.id}/opening").status_code == 404
    client.post("/notices/seen", data={"until": notice.id, "user_id": notice.user_id})

    assert reload(notice).seen_at is None


def test_what_one_may_not_see_any_more_is_told_without_contents(app, browser):
    """US-2: a notice about what left one's sight keeps no word of it, on the page and by mail."""  # S72
    company = make_company("Visible SARL", restrict_non_admins=True)
    member, admin = make_user(company=company), make_user(Role.ADMIN, company)
    choices.choose(member, {NoticeKind.MENTION: Choice(True, ByMail.DAILY)})
    document = make_document(company, number="zanzibar-1")
    saying.say(document, f"@{member.email} zanzibar-text", by=admin)
    document.validated_at = clock.now()
    db.session.commit()

    page = browser(member, company).get("/notices").text
    jobs.send_notices(member.id, "2026-11-27")

    assert "a document you no longer see" in page and "zanzibar" not in page
    assert mails() == []


def test_a_mail_follows_at_once_in_the_readers_language(app):
    """RV-4: who, what and where, with the comment's text."""
    member = make_user(language="fr", name="Léa Martin")
    document = make_document(number="F-77")

    saying.say(document, "@Léa Martin please look <b>", by=make_user(name="Paul Petit"))

    mail = mails()[0]
    assert mail.recipients[0].address == member.email
    assert mail.subject.startswith("Facteur : Paul Petit") and "F-77" in mail.subject
    assert "please look <b>" in mail.text and "please look &lt;b&gt;" in mail.html
    assert f"/documents/{document.id}#comment-" in mail.text


@pytest.mark.parametrize("by_mail", [ByMail.NEVER, ByMail.DAILY])
def test_who_wants_no_mail_at_once_gets_none(app, by_mail):
    """RV-4: the choice is the person's, kind by kind."""
    user = make_user()
    choices.choose(user, {NoticeKind.MENTION: Choice(True, by_mail)})

    notice = mention(user)

    assert notice.mailed_at is None and mails() == []


def test_once_a_day_all_that_is_new_is_one_mail(app):
    """RV-4: unseen ones only, each mailed once, in the morning of the company."""  # S37
    user = make_user()
    choices.choose(user, {NoticeKind.MENTION: Choice(True, ByMail.DAILY)})
    told = [mention(user, key=f"mention:{number}") for number in (1, 2, 3)]
    told[0].seen_at = clock.now()
    db.session.commit()
    task = db.session.scalars(select(Task).filter_by(kind="send_notices")).one()

    for _ in range(2):
        jobs.send_notices(*task.ids)
        db.session.commit()

    assert clock.now() < task.run_after <= clock.now() + timedelta(days=1)
    assert [len(mails()), mails()[0].text.count("/documents/")] == [1, 2]
    assert [bool(reload(each).mailed_at) for each in told] == [False, True, True]


def test_what_comes_between_two_runs_waits_for_the_next_morning(app):
    """RV-4: the mail of a day is written once: what it does not have is not marked as mailed."""  # S37
    user = make_user()
    choices.choose(user, {NoticeKind.MENTION: Choice(True, ByMail.DAILY)})
    mention(user)
    ids = db.session.scalars(select(Task).filter_by(kind="send_notices")).one().ids
    jobs.send_notices(*ids)
    late = mention(user, key="mention:2")
    jobs.send_notices(*ids)
    db.session.commit()

    assert len(mails()) == 1 and reload(late).mailed_at is None


def test_a_mail_that_waits_is_not_for_one_who_lost_sight_meanwhile(app):
    """US-2: asked again when its turn has come."""  # S52, S72
    company = make_company("Visible SARL", restrict_non_admins=True)
    member, document = make_user(company=company), make_document(company)
    mention(member, document, by=make_user(Role.ADMIN, company))
    mail = mails()[0]

    before = why_not(mail)
    document.validated_at = clock.now()
    db.session.commit()

    assert (before, bool(why_not(mail))) == ("", True)


SAYINGS = [
    (NoticeKind.DECIDED, {"what": "reject", "choice": "reject"}, "Léa rejected F-77."),
    (NoticeKind.DECIDED, {"choice": "send_back"}, "Léa sent F-77 back for correction."),
    (NoticeKind.DECIDED, {"what": "undone", "choice": "approve"}, "The decision on F-77 was taken back."),
    (
        NoticeKind.DECIDED,
        {"what": "lapsed", "choice": "approve"},
        "Léa took back an earlier approval of F-77: yours lapsed with it. You are asked again in turn.",
    ),
    (
        NoticeKind.DECIDED,
        {"what": "outdated", "choice": "approve"},
        "F-77 changed, or another rule asks for it: it is approved anew, and your approval counts no more.",
    ),
    (NoticeKind.HANDED_OVER, {"to": "Paul"}, "Paul now decides on F-77 in your place."),
    (NoticeKind.HANDED_OVER, {}, "The approval of F-77 was handed over."),
]


@pytest.mark.parametrize(("kind", "arguments", "said"), SAYINGS)
def test_a_notice_of_an_approval_says_which_way_it_went(app, kind, arguments, said):
    """AP-4: approved, rejected, sent back, taken back, or another's now."""
    notice = Notice(kind=kind, arguments=arguments, by=make_user(name="Léa"))

    with force_locale("en"):
        assert words.sentence(notice, Subject("F-77", "/")) == said


def test_an_approval_is_mailed_by_whoever_asks_and_not_twice(app):
    """AP-2: the notice of an approval writes no mail of its own."""
    user, document = make_user(), make_document()

    facts = {"key": "approval:1", "company_id": document.company_id, "about": document}
    telling.tell(user, NoticeKind.APPROVAL_ASKED, by=None, **facts)

    assert mails() == []
    assert choices.of(user, NoticeKind.APPROVAL_ASKED) == Choice(True, ByMail.AT_ONCE)


def test_the_choices_are_kept_and_hidden_kinds_are_not_counted(app, browser):
    """RV-4: told in the app, by mail, or not at all; extra fields change nothing."""  # S73
    user, other = make_user(), make_user()
    mention(user)
    db.session.commit()
    client = browser(user)

    client.post("/account/notices", data={"mail-mention": "daily", "mail-comment": "weekly", "user_id": other.id})

    assert choices.of(user, NoticeKind.MENTION) == Choice(False, ByMail.DAILY)
    assert choices.of(user, NoticeKind.COMMENT) == choices.usual(NoticeKind.COMMENT)
    assert choices.of(other, NoticeKind.MENTION) == choices.usual(NoticeKind.MENTION)
    assert "Notices (0 new)" in client.get("/notices").text


def test_whoever_is_put_in_charge_is_told_each_time_anew(app):
    """RV-4: not when it is oneself; again when it was taken off meanwhile."""
    user, by, document = make_user(), make_user(), make_document()

    for charged in (user, None, user):
        assigning.assign(document, charged, by=by)
    assigning.assign(document, by, by=by)

    kinds = [notice.kind for notice in db.session.scalars(select(Notice))]
    assert kinds == [NoticeKind.ASSIGNED] * 2


def test_every_notice_has_its_words_in_both_languages(app):
    """OP-6: no kind is without a sentence, a label and an icon."""
    notices = [Notice(kind=kind, arguments={}) for kind in NoticeKind]
    with force_locale("en"):
        said = [words.sentence(each, Subject("F-77", "/")) for each in notices]

    assert all("F-77" in sentence for sentence in said)
    assert set(words.KINDS) == set(words.ICONS) == set(NoticeKind)


def test_a_proven_forwarding_request_rings_the_bell_of_the_admins(app):
    """IN-6: the admins are notified in the app too; by mail as they chose."""
    from app.intake import forwarding
    from app.intake.forwarding import ForwardingRequest
    from tests.web.world import make_message

    admin = make_user(Role.ADMIN, password=True)
    message = make_message(admin.companies[0], "mail", [])
    asked = ForwardingRequest(
        message=message, company_id=message.company_id, provider="Gmail", asked_by="box@x.example"
    )
    db.session.add(asked)
    db.session.flush()
    choices.choose(admin, {NoticeKind.FORWARDING: Choice(True, ByMail.NEVER)})

    for user in people.admins_of(message.company_id):
        forwarding.tell(user, asked)

    assert [notice.kind for notice in db.session.scalars(select(Notice))] == [NoticeKind.FORWARDING]
    assert db.session.scalars(select(OutgoingMail)).all() == []
