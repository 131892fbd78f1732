"""Invitations and password resets (SAFETY S76)."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from app.core import clock
from app.extensions import db
from app.outbox import sealed
from app.outbox.models import OutgoingMail
from app.tasks.jobs import JOBS
from app.tasks.models import Task
from app.users import invitations, jobs, links, people
from app.users.models import LinkPurpose, SignIn, UserLink
from app.web.access import Role
from tests.factories import PASSWORD, make_company, make_user, reload, the_company
from tests.outbox import ends
from tests.outbox.test_delivery import server
from tests.web.world import contents

__all__ = ["server"]

NEW = "a newly made secret"


def run_waiting(kind):
    """Do the tasks of this kind that wait."""
    for task in db.session.query(Task).filter_by(kind=kind):
        JOBS[kind](*task.ids)
        db.session.delete(task)
    db.session.commit()


def token_in(mail):
    return re.search(r"/(?:passwords|invitations)/([\w-]+)", sealed.whole(mail).text).group(1)


def mails(kind):
    return db.session.query(OutgoingMail).filter_by(kind=kind).order_by(OutgoingMail.id).all()


@pytest.fixture
def asked(app, browser):
    """Somebody who has asked for a new password, and the token in the mail."""
    user = make_user(password=True)
    browser().post("/forgotten-password", data={"email": user.email})
    run_waiting("send_password_reset")
    return user, token_in(mails("password-reset")[0])


@pytest.fixture
def invited(app):
    """Somebody who was invited by an admin, and the token in the mail."""
    admin = make_user(Role.ADMIN, password=True, name="Ada")
    user = invitations.invite(
        "New@Example.org", name="New", language="en", access={the_company(): (Role.MEMBER, [])}, by=admin
    )
    db.session.commit()
    return user, token_in(mails("invitation")[0])


def test_a_forgotten_password_is_chosen_anew(asked, browser):
    """US-1: the link leads to a new password; every sign-in ends, and nobody is signed in by the link."""  # S76, S74
    user, token = asked
    elsewhere, client = browser(user), browser()

    answer = client.post(f"/passwords/{token}", data={"password": NEW})

    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert elsewhere.get("/account").status_code == 303
    assert client.get("/account").status_code == 303
    assert browser().post("/sign-in", data={"email": user.email, "password": NEW}).status_code == 303
    assert len(mails("password-changed")) == 1


def test_a_link_works_once(asked, browser):
    """US-1: used, it is dead, and the second password is not taken."""  # S76
    user, token = asked
    browser().post(f"/passwords/{token}", data={"password": NEW})
    hash_then = reload(user).password_hash

    again = browser().post(f"/passwords/{token}", data={"password": "some other secret"})

    assert (again.status_code, reload(user).password_hash) == (410, hash_then)


@pytest.mark.parametrize(
    ("purpose", "life"), [("passwords", timedelta(minutes=30)), ("invitations", timedelta(days=14))]
)
def test_a_link_has_its_time(request, browser, purpose, life, time_machine):
    """US-1: a reset lives thirty minutes, an invitation fourteen days, and not a second more."""  # S76
    _user, token = request.getfixturevalue("asked" if purpose == "passwords" else "invited")
    made = db.session.query(UserLink).one().created_at
    form = {"password": NEW, "name": "New", "language": "en"}
    time_machine.move_to(made + life - timedelta(seconds=2), tick=False)
    before = browser().get(f"/{purpose}/{token}").status_code
    time_machine.move_to(made + life, tick=False)

    assert (before, browser().get(f"/{purpose}/{token}").status_code) == (200, 410)
    assert browser().post(f"/{purpose}/{token}", data=form).status_code == 410
    assert db.session.query(UserLink).one().used_at is None


def test_opening_a_link_decides_nothing(asked, browser):
    """US-1: mail scanners open links; the link still works afterwards."""  # S76, S57
    user, token = asked
    before = user.password_hash
    for method in ["GET"] * 20 + ["HEAD"] * 5:
        assert browser().open(f"/passwords/{token}", method=method).status_code == 200

    assert (reload(user).password_hash, db.session.query(UserLink).one().used_at) == (before, None)
    assert browser().post(f"/passwords/{token}", data={"password": NEW}).status_code == 303


@pytest.mark.parametrize("change", ["", "x", "truncated", "other purpose"])
def test_a_wrong_link_shows_nothing(asked, browser, change):
    """US-1: unknown, cut, or meant for something else: the same page, without any name."""  # S76, S60
    user, token = asked
    path = {
        "": "/passwords/x",
        "x": f"/passwords/{token}x",
        "truncated": f"/passwords/{token[:-1]}",
        "other purpose": f"/invitations/{token}",
    }[change]

    answer = browser().get(path)

    assert answer.status_code == 410
    assert user.email not in answer.text and user.name not in answer.text


def test_a_newer_link_ends_the_older(asked, browser):
    """US-1: two mails, one working link: the last."""  # S76
    user, first = asked
    browser().post("/forgotten-password", data={"email": user.email})
    run_waiting("send_password_reset")
    second = token_in(mails("password-reset")[1])

    assert browser().get(f"/passwords/{first}").status_code == 410
    assert browser().get(f"/passwords/{second}").status_code == 200


@pytest.mark.parametrize("kind", ["password-reset", "invitation"])
@pytest.mark.parametrize("mark", ends.ENDS)
def test_no_working_token_is_in_the_database(request, server, kind, mark):
    """US-1: only hashes are stored, and the mail sealed: while it waits, refused, uncertain, and sent."""  # S65, S76
    _user, token = request.getfixturevalue({"password-reset": "asked", "invitation": "invited"}[kind])
    ends.bring_to(mark, server)

    assert reload(mails(kind)[0]).mark is mark
    assert token not in str(contents(but=lambda table: False))


def test_the_answer_is_the_same_for_an_address_nobody_has(app, browser):
    """US-1: the page says the same, does the same work, and no mail is written."""  # S75
    user = make_user(password=True, email="zoe@example.org")
    make_user(password=True, email="gone@example.org", is_disabled=True)
    pages = [
        browser().post("/forgotten-password", data={"email": email}).text.replace(email, "")
        for email in (user.email, "nobody@example.org", "gone@example.org")
    ]
    tasks = db.session.query(Task).filter_by(kind="send_password_reset").count()
    run_waiting("send_password_reset")

    strip = lambda page: re.sub(r'(value|content)="[^"]*"|"X-CSRFToken": "[^"]*"', "", page)  # noqa: E731
    assert len({strip(page) for page in pages}) == 1
    assert tasks == 3
    assert [each.recipients[0].address for each in mails("password-reset")] == [user.email]


def test_nobody_is_flooded_with_resets(app, browser):
    """US-1: three mails an hour, whoever asks how often."""  # S75
    user = make_user(password=True)
    for _ in range(6):
        browser().post("/forgotten-password", data={"email": user.email})
        run_waiting("send_password_reset")

    assert len(mails("password-reset")) == 3


def test_asking_once_mails_once_however_often_the_job_runs(app):
    """US-1: a job may run twice; the first mail's link stays good."""  # S37
    user, moment = make_user(password=True), clock.now().isoformat()

    for _ in range(2):
        jobs.send_password_reset(user.email, moment)
        db.session.commit()

    assert len(mails("password-reset")) == 1
    assert links.find(token_in(mails("password-reset")[0]), LinkPurpose.PASSWORD_RESET)


def test_links_in_mails_begin_with_the_configured_address(app, browser):
    """US-1: whatever host a request claims."""  # S67
    user = make_user(password=True)
    browser().post("/forgotten-password", data={"email": user.email}, headers={"Host": "evil.example"})
    run_waiting("send_password_reset")
    mail = mails("password-reset")[0]

    assert "evil" not in mail.text + mail.html
    assert f"{app.config['SETTINGS'].address}/passwords/" in mail.text


def test_an_invitation_is_accepted_with_name_password_and_language(invited, browser):
    """US-1: the person chooses them, and is then asked to sign in with them."""  # S76
    user, token = invited
    client = browser()
    shown = client.get(f"/invitations/{token}").text

    answer = client.post(
        f"/invitations/{token}", data={"name": "Zoé", "password": NEW, "language": "fr", "role": "admin"}
    )

    after = reload(user)
    assert "new@example.org" in shown and the_company().name in shown
    assert (answer.location, client.get("/account").status_code) == ("/sign-in", 303)
    assert (after.name, after.language, after.memberships[0].role) == ("Zoé", "fr", Role.MEMBER)
    assert client.post("/sign-in", data={"email": user.email, "password": NEW}).status_code == 303
    assert browser().get(f"/invitations/{token}").status_code == 410


def test_a_weak_password_does_not_use_up_the_invitation(invited, browser):
    """US-1: the form comes back with the reason and what was typed."""
    user, token = invited

    answer = browser().post(f"/invitations/{token}", data={"name": "Zoé", "password": "short", "language": "fr"})

    assert (answer.status_code, 'value="Zoé"' in answer.text) == (422, True)
    assert reload(user).password_hash == ""
    assert browser().get(f"/invitations/{token}").status_code == 200


def test_nobody_signs_in_before_accepting(invited, browser):
    """US-1: an invited person has no password, not even an empty one."""
    user, _token = invited

    for password in ("", " ", "None", PASSWORD):
        assert browser().post("/sign-in", data={"email": user.email, "password": password}).status_code == 422
    assert db.session.query(SignIn).filter_by(user_id=user.id).count() == 0


def test_the_link_of_a_disabled_person_is_dead(invited, browser):
    """US-1: disabled is disabled, also by an earlier mail."""  # S76
    user, token = invited
    user.is_disabled = True
    db.session.commit()

    assert browser().get(f"/invitations/{token}").status_code == 410


def test_an_invitation_speaks_the_language_chosen_for_it(app):
    """OP-6: mails are written in the reader's language, not in the sender's."""
    admin = make_user(Role.ADMIN, language="en")
    invitations.invite(
        "neuf@example.org", name="Neuf", language="fr", access={the_company(): (Role.MEMBER, [])}, by=admin
    )

    assert '<html lang="fr"' in mails("invitation")[0].html


def test_the_mail_has_a_plain_twin_and_nothing_from_outside(invited):
    """US-1: one column, two forms, the link in both, no picture to be fetched."""
    mail = mails("invitation")[0]

    assert token_in(mail) in sealed.whole(mail).html and "600" in mail.html
    assert not re.search(r"<img|<link|<script|url\(", mail.html)
    assert "<" not in mail.text


def test_whoever_administers_one_company_cannot_read_the_link_into_others(app):
    """US-3: a link opens a whole account; in the outbox only those see it who administer all of it."""  # S71
    here, there = the_company(), make_company("There")
    user = make_user(Role.ADMIN, here, password=True)
    from app.users import people

    people.join(user, there, Role.ADMIN, by=None)
    only_here, both = make_user(Role.ADMIN, here), make_user(Role.ADMIN, here)
    people.join(both, there, Role.ADMIN, by=None)
    jobs.send_password_reset(user.email, clock.now().isoformat())
    db.session.commit()

    seen = lambda admin: db.session.scalars(OutgoingMail.visible_to(admin)).all()  # noqa: E731
    assert (len(seen(only_here)), len(seen(both))) == (0, 1)


def test_the_mails_templates_are_whole():
    """US-1: every mail has both forms."""
    folder = Path(__file__).parents[2] / "templates" / "users" / "mail"

    assert {each.stem for each in folder.glob("*.txt")} == {each.stem for each in folder.glob("*.html")}


def test_an_invitation_opens_in_the_language_of_its_mail(app, browser):
    """OP-6: US-1: it leads to a sign-in in the chosen language, with the address filled in."""
    people.new("neuf@example.org", language="fr")
    user = people.by_email("neuf@example.org")
    people.join(user, the_company(), Role.MEMBER, by=None)
    _link, token = links.make(user, LinkPurpose.INVITATION)
    db.session.commit()
    client, english = browser(), {"Accept-Language": "en"}

    assert '<html lang="fr">' in client.get(f"/invitations/{token}", headers=english).text
    client.post("/language", data={"language": "en"})
    assert '<html lang="en">' in client.get(f"/invitations/{token}", headers=english).text
    client.post(f"/invitations/{token}", data={"name": "Zoé", "password": NEW, "language": "fr"}, headers=english)
    for _again in range(2):
        page = client.get("/sign-in", headers=english).text
        assert '<html lang="fr">' in page and 'value="neuf@example.org"' in page


def test_who_never_chose_a_language_keeps_the_one_they_signed_in_with(app, browser):
    """OP-6: the first admin is made before anybody knows what they speak."""
    admin = make_user(Role.ADMIN, language="", password=True)

    browser().post("/sign-in", data={"email": admin.email, "password": PASSWORD}, headers={"Accept-Language": "en"})

    assert reload(admin).language == "en" and admin.spoken == "en"
