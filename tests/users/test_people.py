"""What admins do with people: invite, change, take away, disable."""

from __future__ import annotations

import pytest
from flask_babel import force_locale

from app.audit.models import AuditEntry
from app.core.errors import Refused
from app.extensions import db
from app.outbox.models import OutgoingMail
from app.users import invitations, memberships, people
from app.users.models import Membership, SignIn, User, UserLink
from app.web.access import Role
from tests.factories import PASSWORD, make_company, make_user, reload, the_company


@pytest.fixture
def admin(app):
    """An admin who can sign in."""
    return make_user(Role.ADMIN, password=True, name="Ada")


def form(company, role="member", *rights, **facts):
    """The form of a person's access."""
    return {f"role-{company.id}": role, f"rights-{company.id}": list(rights)} | facts


def role_of(user, company):
    found = memberships.given(reload(user), company)
    return found.role if found else None


def test_an_admin_invites_somebody_by_mail(admin, browser):
    """US-1: with a role and rights in each company; the person cannot sign in before accepting."""
    company = the_company()
    facts = {"name": "Zoé", "email": "Zoe@Example.org", "language": "fr"}

    answer = browser(admin).post("/settings/people", data=form(company, "member", "send e-mails", **facts))

    user = people.by_email("zoe@example.org")
    assert answer.status_code == 303
    assert (user.memberships[0].role, user.memberships[0].rights) == (Role.MEMBER, ["send e-mails"])
    assert (user.password_hash, user.language) == ("", "fr")
    assert db.session.query(OutgoingMail).filter_by(kind="invitation").one().recipients[0].address == user.email


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"email": "not an address", "name": "X", "language": "en"}, "This is not an e-mail address."),
        ({"email": "x@example.org", "name": " ", "language": "en"}, "Enter a name."),
        (
            {"email": "x@example.org", "name": "X", "language": "en", "role": ""},
            "Choose a role in at least one company",
        ),
        ({"email": "here@example.org", "name": "X", "language": "en"}, "is here already"),
        ({"email": "a@b.org\r\nBcc: c@d.org", "name": "X", "language": "en"}, "This is not an e-mail address."),
    ],
)
def test_a_bad_invitation_comes_back_as_typed(admin, browser, facts, said):
    """US-1: with the reason; nobody is made, nothing is mailed."""  # S49
    make_user(email="here@example.org")
    before = db.session.query(User).count()
    data = form(the_company(), facts.pop("role", "accountant"), **facts)

    answer = browser(admin).post("/settings/people", data=data)

    assert (answer.status_code, said in answer.text) == (422, True)
    assert data[f"role-{the_company().id}"] == "" or 'value="accountant" checked' in answer.text
    assert (db.session.query(User).count(), db.session.query(OutgoingMail).count()) == (before, 0)


def test_somebody_who_has_an_account_gets_one_company_more(admin, browser):
    """US-3: no second account, no new password: a mail that says so."""
    elsewhere = make_company("Elsewhere")
    user = make_user(Role.MEMBER, elsewhere, password=True)
    hash_before, name = user.password_hash, user.name
    data = form(the_company(), "approver", email=user.email, name="Another", language="en")

    browser(admin).post("/settings/people", data=data)

    after = reload(user)
    assert {m.company_id for m in after.memberships} == {elsewhere.id, the_company().id}
    assert (after.password_hash, after.name) == (hash_before, name)
    assert db.session.query(OutgoingMail).one().kind == "access-given"
    assert db.session.query(UserLink).count() == 0


def test_access_in_companies_of_others_cannot_be_given(admin, browser):
    """US-3: the form's other fields are not read."""  # S73, S71
    theirs = make_company("Theirs")
    user = make_user()
    data = form(the_company(), "approver") | form(theirs, "admin") | {"role": "admin", "is_disabled": "y"}

    browser(admin).post(f"/settings/people/{user.id}", data=data)

    assert (role_of(user, the_company()), role_of(user, theirs)) == (Role.APPROVER, None)


def test_a_change_of_role_holds_at_once_and_ends_the_sign_ins(admin, browser):
    """US-6: what was open before is closed; the next sign-in has the new role."""  # S74
    user = make_user(Role.ADMIN, password=True)
    theirs = browser(user)
    before = theirs.get("/settings").status_code

    browser(admin).post(f"/settings/people/{user.id}", data=form(the_company(), "accountant"))

    assert (before, theirs.get("/account").status_code) == (200, 303)
    assert browser(reload(user)).get("/settings").status_code == 403


def test_two_people_are_two_people(app):
    """US-1: also when neither is signed in here."""
    one, other = make_user(), make_user()

    assert one != other
    assert one not in [other]
    assert reload(one) == one


def test_rights_are_for_members_alone(admin, browser):
    """US-6: a right by tick is a member's; another role keeps none, and an unknown one is nothing."""
    user, company = make_user(), the_company()

    browser(admin).post(f"/settings/people/{user.id}", data=form(company, "member", "send letters", "administer all"))
    ticked = reload(user).memberships[0].rights
    browser(admin).post(f"/settings/people/{user.id}", data=form(company, "approver", "send letters"))

    assert (ticked, reload(user).memberships[0].rights) == (["send letters"], [])


@pytest.mark.parametrize("role", ["", "member", "approver", "accountant"])
def test_the_last_admin_stays(admin, browser, role):
    """US-6: a company never loses its last admin; the refusal says what to do."""
    make_user(Role.ADMIN, is_disabled=True, password=True)
    make_user(Role.ADMIN)  # invited, never came

    answer = browser(admin).post(f"/settings/people/{admin.id}", data=form(the_company(), role))

    assert (answer.status_code, "Ada is the last admin" in answer.text) == (422, True)
    assert role_of(admin, the_company()) is Role.ADMIN


def test_the_last_admin_is_not_disabled_by_an_admin_from_elsewhere(app):
    """US-6: not in any of their companies."""
    here, there = make_company("Here"), make_company("There")
    boss = make_user(Role.ADMIN, here, password=True)
    last = make_user(Role.ADMIN, there, password=True)
    people.join(boss, there, Role.MEMBER, by=None)

    with force_locale("en"), pytest.raises(Refused, match="last admin of There"):
        memberships.disable(last, by=boss)
    assert not last.is_disabled


def test_nobody_disables_themselves(admin, browser):
    """US-1: by mistake one would be out at once."""
    make_user(Role.ADMIN, password=True)

    answer = browser(admin).post(f"/settings/people/{admin.id}/disabling")

    assert (answer.status_code, reload(admin).is_disabled) == (422, False)


def test_disabling_is_at_once_and_can_be_taken_back(admin, browser):
    """US-1: every browser is out; let in again, the same password works, the old sign-ins don't."""  # S74
    user = make_user(password=True)
    theirs = browser(user)

    browser(admin).post(f"/settings/people/{user.id}/disabling")
    out = theirs.get("/account").status_code
    browser(admin).post(f"/settings/people/{user.id}/enabling")

    again = browser().post("/sign-in", data={"email": user.email, "password": PASSWORD})
    assert (out, theirs.get("/account").status_code, again.status_code) == (303, 303, 303)


def test_an_admin_ends_the_sign_ins_of_somebody(admin, browser):
    """US-1: sessions are revocable, also by an admin."""
    user = make_user()
    theirs = browser(user)

    browser(admin).post(f"/settings/people/{user.id}/sign-ins/end")

    assert theirs.get("/account").status_code == 303
    assert db.session.query(SignIn).filter_by(user_id=user.id, ended_at=None).count() == 0


@pytest.mark.parametrize("act", ["disabling", "enabling", "invitation", "sign-ins/end"])
def test_acts_on_the_whole_person_need_all_their_companies(admin, browser, act):
    """US-3: an admin of one company changes nothing for another."""  # S71
    user = make_user()
    people.join(user, make_company("Elsewhere"), Role.MEMBER, by=None)
    theirs = browser(user)

    answer = browser(admin).post(f"/settings/people/{user.id}/{act}")

    assert (answer.status_code, theirs.get("/account").status_code) == (403, 200)


def test_who_is_removed_sees_nothing_more(admin, browser):
    """US-3: out of the company is out of its documents."""
    user = make_user()

    browser(admin).post(f"/settings/people/{user.id}", data=form(the_company(), ""))

    assert role_of(user, the_company()) is None
    assert browser(reload(user)).get("/account").status_code == 403
    assert browser(admin).get(f"/settings/people/{user.id}").status_code == 404


def test_an_invitation_is_sent_again_and_the_first_dies(admin, browser):
    """US-1: one working link at a time."""  # S76
    user = invitations.invite(
        "new@example.org", name="N", language="en", access={the_company(): (Role.MEMBER, [])}, by=admin
    )
    db.session.commit()

    answer = browser(admin).post(f"/settings/people/{user.id}/invitation")

    first, second = db.session.query(UserLink).order_by(UserLink.id)
    assert answer.status_code == 303
    assert first.used_at and not second.used_at
    assert db.session.query(OutgoingMail).filter_by(kind="invitation").count() == 2


def test_every_change_of_access_is_in_the_trail(admin, browser):
    """US-4: who gave what to whom."""
    user = make_user()

    browser(admin).post(f"/settings/people/{user.id}", data=form(the_company(), "accountant"))

    entry = db.session.query(AuditEntry).filter_by(act="access changed").one()
    assert (entry.user_name, entry.why, entry.company_id) == ("Ada", user.email, the_company().id)
    assert entry.changes == {"role": ["member", "accountant"]}


def test_nothing_changed_is_nothing_noted(admin, browser):
    """US-4: saving the same again ends no sign-in and writes no line."""
    user = make_user()
    theirs = browser(user)
    before = db.session.query(AuditEntry).count()

    browser(admin).post(f"/settings/people/{user.id}", data=form(the_company(), "member"))

    assert (theirs.get("/account").status_code, db.session.query(AuditEntry).count()) == (200, before)


def test_a_change_that_is_refused_changes_nothing_at_all(admin, browser):
    """US-6: two companies in one form: both or neither."""
    other = make_company("Other")
    people.join(admin, other, Role.ADMIN, by=None)
    make_user(Role.ADMIN, other, password=True)
    data = form(other, "member") | form(the_company(), "member")

    answer = browser(admin).post(f"/settings/people/{admin.id}", data=data)

    assert answer.status_code == 422
    assert (role_of(admin, other), role_of(admin, the_company())) == (Role.ADMIN, Role.ADMIN)


def test_the_list_asks_no_more_for_more_people(admin, browser, app):
    """US-1: twice the people, no more queries."""
    from sqlalchemy import event

    client, counts = browser(admin), []
    for _ in range(2):
        for _ in range(5):
            make_user()
        asked = []
        listen = lambda *args, asked=asked: asked.append(args[2])  # noqa: E731
        event.listen(db.engines[None], "before_cursor_execute", listen)
        client.get("/settings/people")
        event.remove(db.engines[None], "before_cursor_execute", listen)
        counts.append(len(asked))

    assert counts[0] == counts[1]
    assert db.session.query(Membership).count() == 11
