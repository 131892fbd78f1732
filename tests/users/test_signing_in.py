"""Signing in, staying in, being out."""

from __future__ import annotations

import re
from datetime import timedelta
from statistics import median
from time import thread_time

import pytest

from app.core import clock
from app.extensions import db
from app.users import sessions, signing_in
from app.users.models import SignIn, SignInAttempt
from app.web.access import Role
from tests.factories import PASSWORD, make_company, make_user, reload

ENGLISH = {"Accept-Language": "en"}
WRONG = "This e-mail address and password do not go together."


def sign_in(client, email, password=PASSWORD, address="192.0.2.1", **form):
    """Send the form as from this address."""
    data = {"email": email, "password": password, **form}
    return client.post("/sign-in", data=data, headers=ENGLISH, environ_overrides={"REMOTE_ADDR": address})


def is_in(client):
    return client.get("/account").status_code == 200


def test_a_person_signs_in_and_out(app, browser):
    """US-1: with the password one is in; after signing out one is not, and the old cookie is dead."""  # S74
    user, client = make_user(password=True), browser()

    answer = sign_in(client, user.email.upper())
    was_in, cookie = is_in(client), client.get_cookie("session").value
    client.post("/sign-out")
    after = is_in(client)
    client.set_cookie("session", cookie)

    assert (answer.status_code, was_in, after, is_in(client)) == (303, True, False, False)


def test_each_sign_in_has_a_token_of_its_own(app, browser):
    """US-1: signing in again gives a new session and ends the one of this browser; only hashes are stored."""  # S74
    user, client = make_user(password=True), browser()
    with client.session_transaction() as before:
        before["_user_id"] = "planted"
    tokens = []
    for _ in range(2):
        sign_in(client, user.email)
        with client.session_transaction() as session:
            tokens.append(session["_user_id"])
        client.post("/sign-out")

    stored = set(db.session.scalars(db.select(SignIn.token_hash)))
    assert len({*tokens, "planted"}) == 3
    assert stored == {sessions.digest(token) for token in tokens}
    assert db.session.query(SignIn).filter_by(ended_at=None).count() == 0


def test_the_wrong_password_is_answered_as_an_unknown_address(app, browser):
    """US-1: the page does not say who has an account, has been disabled or was only invited."""  # S75
    make_user(password=True, email="zoe@example.org")
    make_user(password=True, email="gone@example.org", is_disabled=True)
    make_user(email="invited@example.org")
    pages = []
    for email, password in (
        ("zoe@example.org", "not the password"),
        ("nobody@example.org", PASSWORD),
        ("gone@example.org", PASSWORD),
        ("invited@example.org", ""),
        ("invited@example.org", PASSWORD),
    ):
        answer = sign_in(browser(), email, password or "x" * 12, address=f"192.0.2.{len(pages)}")
        pages.append((answer.status_code, WRONG in answer.text, re.sub(r'value="[^"]*"', "", answer.text)))

    assert len({(status, said) for status, said, _ in pages}) == 1
    assert pages[0][:2] == (422, True)


def test_an_unknown_address_takes_as_long_as_a_known_one(app, browser):
    """US-1: nor does the time of the answer say it: the work it is, whatever else this machine does."""  # S75
    user, times = make_user(password=True), {"known": [], "unknown": []}
    for turn in range(5):
        for name, email in (("known", user.email), ("unknown", f"nobody{turn}@example.org")):
            db.session.query(SignInAttempt).delete()
            begun = thread_time()
            sign_in(browser(), email, "not the password")
            times[name].append(thread_time() - begun)

    assert 0.4 < median(times["unknown"]) / median(times["known"]) < 2.5


def test_guessing_becomes_slow(app, browser):
    """US-1: after five tries each next one is later; a try made too early is not looked at, right or wrong."""  # S75
    user, client = make_user(password=True), browser()
    for _ in range(5):
        assert sign_in(client, user.email, "not the password").status_code == 422

    early = sign_in(client, user.email)

    assert (early.status_code, "Wait one second" in early.text) == (429, True)
    assert early.headers["Retry-After"] == "1"
    assert not is_in(client)


def test_guesses_without_end_are_a_handful_of_looks(app, time_machine):
    """US-1: guessing every four seconds for a quarter of an hour gets no further than a dozen."""  # S75
    user, looked = make_user(password=True), 0
    begun = clock.now()
    for turn in range(0, 1000, 4):
        time_machine.move_to(begun + timedelta(seconds=turn), tick=False)
        try:
            assert signing_in.check(user.email, f"guess {turn}", "192.0.2.1") is None
            looked += 1
        except signing_in.TooEarly:
            db.session.rollback()

    assert 5 < looked < 16


def test_a_guesser_locks_nobody_out_of_their_own_office(app, browser):
    """US-1: whoever signed in from an address before is not held up there by tries from elsewhere."""  # S75
    user = make_user(password=True)
    sign_in(browser(), user.email, address="192.0.2.1")
    for turn in range(40):
        sign_in(browser(), user.email, "not the password", address=f"198.51.100.{turn}")

    stranger = sign_in(browser(), user.email, address="203.0.113.1")
    owner = sign_in(browser(), user.email, address="192.0.2.1")

    assert (stranger.status_code, owner.status_code) == (429, 303)


def test_an_address_that_tries_many_accounts_is_slowed_down(app, browser):
    """US-1: one guess for each of many accounts counts too."""  # S75
    make_user(password=True, email="last@example.org")
    answers = [sign_in(browser(), f"person{turn}@example.org", "guess").status_code for turn in range(20)]

    assert set(answers) == {422}
    assert sign_in(browser(), "last@example.org").status_code == 429
    assert sign_in(browser(), "last@example.org", address="203.0.113.9").status_code == 303


def test_the_right_password_forgets_the_wrong_ones(app, browser):
    """US-1: a typing error this morning is not held against anybody this evening."""  # S75
    user = make_user(password=True)
    for _ in range(4):
        sign_in(browser(), user.email, "not the password")
    sign_in(browser(), user.email)

    assert db.session.query(SignInAttempt).count() == 0


def test_a_disabled_person_is_out_at_once(app, browser):
    """US-1: every sign-in of a disabled person is dead from that moment."""  # S74
    user = make_user()
    client = browser(user)
    before = is_in(client)
    reload(user).is_disabled = True
    db.session.commit()

    assert (before, is_in(client)) == (True, False)


def test_a_sign_in_does_not_last_for_ever(app, browser, time_machine):
    """US-1: after thirty days one signs in again."""  # S74
    user, client = make_user(password=True), browser()
    sign_in(client, user.email, stay="y")
    time_machine.move_to(clock.now() + timedelta(days=29), tick=False)
    still = is_in(client)
    time_machine.move_to(clock.now() + timedelta(days=2), tick=False)

    assert (still, is_in(client)) == (True, False)


def test_a_new_password_ends_the_other_sign_ins_and_says_so_by_mail(app, browser):
    """US-1: who knew the old one is out; this browser stays."""  # S74
    from app.outbox.models import OutgoingMail

    user = make_user(password=True)
    here, elsewhere = browser(), browser()
    sign_in(here, user.email)
    sign_in(elsewhere, user.email)

    answer = here.post("/account/password", data={"current": PASSWORD, "password": "another horse battery"})

    assert answer.status_code == 303
    assert (is_in(here), is_in(elsewhere)) == (True, False)
    assert sign_in(browser(), user.email).status_code == 422
    assert db.session.query(OutgoingMail).filter_by(kind="password-changed").count() == 1


@pytest.mark.parametrize(
    ("current", "new", "said"),
    [
        ("not the password", "another horse battery", "This is not your current password"),
        (PASSWORD, "short", "at least 10 characters"),
        (PASSWORD, "aaaaaaaaaaaaaa", "more different characters"),
        (PASSWORD, "zoe.long.name@example.org", "not your e-mail address"),
        (PASSWORD, "", "Choose a password."),
    ],
)
def test_a_bad_new_password_is_refused_beside_its_field(app, browser, current, new, said):
    """US-1: what is wrong is said, and the old password stays."""
    user = make_user(password=True, email="zoe.long.name@example.org")
    before = user.password_hash

    answer = browser(user).post("/account/password", data={"current": current, "password": new})

    assert (answer.status_code, said in answer.text) == (422, True)
    assert reload(user).password_hash == before


def test_one_sees_and_ends_ones_sign_ins(app, browser):
    """US-1: sessions are listed and revocable."""
    user = make_user(password=True)
    here, phone = browser(), browser()
    sign_in(here, user.email)
    agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Mobile/15E148 Safari/604.1"
    phone.post("/sign-in", data={"email": user.email, "password": PASSWORD}, headers={"User-Agent": agent})
    listed = here.get("/account").text
    other = db.session.query(SignIn).filter_by(browser=agent).one().id

    here.post(f"/account/sign-ins/{other}/end")

    assert "Safari on iPhone" in listed and "192.0.2.1" in listed
    assert (is_in(here), is_in(phone)) == (True, False)


def test_nobody_ends_the_sign_in_of_another(app, browser):
    """US-1: an id of somebody else's is not there."""  # S71
    mine, theirs = make_user(), make_user(Role.ADMIN)
    other = browser(theirs)
    sign_in_id = db.session.query(SignIn).filter_by(user_id=theirs.id).one().id

    answer = browser(mine).post(f"/account/sign-ins/{sign_in_id}/end")

    assert (answer.status_code, is_in(other)) == (404, True)


def test_extra_fields_change_nothing(app, browser):
    """US-1: a form's fields are those it shows; role, company and state are not among them."""  # S73
    user = make_user()
    form = {"name": "Zoé", "language": "en", "role": "admin", "is_disabled": "1", "company_id": "1", "email": "a@b.c"}

    browser(user).post("/account", data=form | {"password_hash": "x", "memberships-0-role": "admin", "id": "1"})

    after = reload(user)
    assert after.name == "Zoé"
    assert (after.memberships[0].role, after.is_disabled, after.email) == (Role.MEMBER, False, user.email)


def test_one_looks_at_another_of_ones_companies(app, browser):
    """US-3: the switcher is remembered on the server; a company that is not one's own is not there."""
    user, mine, theirs = make_user(), make_company("Mine too"), make_company("Not mine")
    from app.users import people

    people.join(user, mine, Role.MEMBER, by=None)
    db.session.commit()
    client = browser(user)

    chosen = client.post("/company", data={"company_id": mine.id, "next": "/account"})
    refused = client.post("/company", data={"company_id": theirs.id})

    assert (chosen.status_code, chosen.location, refused.status_code) == (303, "/account", 404)
    assert db.session.query(SignIn).filter_by(user_id=user.id).one().company_id == mine.id
