"""Parents and children, account owners, and who looks after many at once."""

from __future__ import annotations

import threading

import pytest

from app.audit.models import AuditEntry
from app.core.errors import Refused
from app.counterparties import family
from app.counterparties.models import Counterparty
from app.extensions import db
from app.users.models import User
from app.web.access import Role
from tests.factories import make_company, make_counterparty, make_user, reload


def test_a_branch_is_shown_under_its_head_office(app, browser):
    """CP-1: by its name, with the account owner; the page of the parent lists it; all in the trail."""
    office, branch, lea = make_counterparty("Head Office"), make_counterparty("Branch"), make_user(name="Léa")
    member, address = browser(make_user()), f"/counterparties/{branch.id}/family"

    assert "Head Office" in member.get("/counterparties/names?parent=head").text
    assert member.post(address, data={"parent": "head office", "owner": lea.id}).status_code == 303

    assert (reload(branch).parent, branch.owner) == (office, lea)
    assert "Branch" in member.get(f"/counterparties/{office.id}").text
    page = member.get(f"/counterparties/{branch.id}").text
    assert "Head Office" in page and "Léa" in page
    acts = [entry.act for entry in db.session.scalars(AuditEntry.about(branch))]
    assert acts == ["given to somebody", "put under another"]
    wrong = member.post(address, data={"parent": "Nobody", "owner": ""})
    assert wrong.status_code == 422 and "Nobody is called so" in wrong.text
    circle = member.post(f"/counterparties/{office.id}/family", data={"parent": "Branch", "owner": ""})
    assert circle.status_code == 422 and "a circle is not possible" in circle.text
    member.post(address, data={"parent": "", "owner": ""})
    assert (reload(branch).parent_id, branch.owner_id) == (None, None)


def test_only_who_sees_it_owns_it(app, browser):
    """CP-1: US-2: SE-5: a restricted member without sight, an accountant, a stranger: none of them."""
    company = make_company(restrict_non_admins=True)
    party = make_counterparty("Durand", company)
    admin = make_user(Role.ADMIN, company)
    others = [make_user(company=company), make_user(Role.ACCOUNTANT, company), make_user(company=make_company("Far"))]

    for other in others:
        answer = browser(admin).post(f"/counterparties/{party.id}/family", data={"parent": "", "owner": other.id})
        assert answer.status_code == 422
        with app.test_request_context(), pytest.raises(Refused):
            family.give_to(party, other, by=admin)
    assert reload(party).owner_id is None


def test_a_parent_out_of_sight_stays_and_is_not_named(app, browser):
    """US-2: S72: a restricted member neither sees nor changes it."""
    company = make_company(restrict_non_admins=True)
    member = make_user(company=company)
    hidden = make_counterparty("CANARY", company)
    branch = make_counterparty("Branch", company, parent=hidden, assigned_users=[member])
    reader, address = browser(member), f"/counterparties/{branch.id}/family"

    assert "CANARY" not in reader.get(f"/counterparties/{branch.id}").text + reader.get(address).text
    assert "CANARY" not in reader.get("/counterparties/names?parent=canary").text
    reader.post(address, data={"parent": "", "owner": member.id})
    assert (reload(branch).parent_id, branch.owner_id) == (hidden.id, member.id)


@pytest.mark.alone
def test_two_put_under_each_other_at_once_make_no_circle(live_app):
    """CP-1: S37: the second is refused."""
    with live_app.app_context():
        company = make_company()
        by_id = make_user(company=company).id
        ids = [make_counterparty(name, company).id for name in ("One", "Two")]
    both_ready, refused = threading.Barrier(2), []

    def put(pair):
        with live_app.app_context(), live_app.test_request_context(method="POST", headers={"Accept-Language": "en"}):
            child, parent = (db.session.get(Counterparty, each) for each in pair)
            by = db.session.get(User, by_id)
            db.session.commit()
            both_ready.wait()
            try:
                family.put_under(child, parent, by=by)
                db.session.commit()
            except Refused:
                db.session.rollback()
                refused.append(pair)

    threads = [threading.Thread(target=put, args=(pair,)) for pair in (ids, ids[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with live_app.app_context():
        under = db.session.query(Counterparty).filter(Counterparty.parent_id.is_not(None)).count()
    assert (len(refused), under) == (1, 1)


def test_many_are_given_to_people_at_once(app, browser):
    """CP-1: US-2: “look after these 2: …”, beside or instead; only admins, only of this company."""
    lea, tom, admin = make_user(name="Léa"), make_user(name="Tom"), make_user(Role.ADMIN)
    one, two = make_counterparty("One", assigned_users=[tom]), make_counterparty("Two")
    far = make_counterparty("Far", make_company("Other"))
    client, ids = browser(admin), [one.id, two.id, far.id]

    page = client.get("/counterparties/assignments", query_string={"ids": ids}).text
    assert "Look after these 2: One, Two" in page and "Far" not in page
    client.post("/counterparties/assignments", data={"ids": ids, "users": [lea.id], "how": "add"})
    assert (set(reload(one).assigned_users), reload(two).assigned_users) == ({lea, tom}, [lea])
    client.post("/counterparties/assignments", data={"ids": ids, "users": [lea.id], "how": "replace"})
    assert (reload(one).assigned_users, reload(far).assigned_users) == ([lea], [])
    entry = db.session.scalars(AuditEntry.about(one)).first()
    assert (entry.act, entry.changes) == ("assignment ended", {"assigned": [tom.email, None]})
    assert client.post("/counterparties/assignments", data={"ids": ids, "how": "add"}).status_code == 422
    assert client.get("/counterparties/assignments").status_code == 422
    assert browser(lea).post("/counterparties/assignments", data={"ids": ids, "users": [lea.id]}).status_code == 403
    assert 'name="ids"' in client.get("/suppliers").text and 'name="ids"' not in browser(lea).get("/suppliers").text


def test_an_empty_list_of_a_restricted_member_says_whom_to_ask(app, browser):
    """US-2: not that nobody is here, but that none is assigned to them."""
    company = make_company(restrict_non_admins=True)
    make_counterparty("CANARY", company)
    make_user(Role.ADMIN, company, name="Ann", password=True)

    page = browser(make_user(company=company)).get("/suppliers").text

    assert "None is assigned to you yet" in page and "Ann" in page and "Nobody here yet" not in page


def test_a_siret_begins_with_the_siren(app, browser):
    """CP-1: else one of the two is another firm's."""
    data = {"name": "Durand", "is_supplier": "y", "siren": "303265045", "siret": "73282932000074"}
    answer = browser(make_user()).post("/counterparties", data=data)
    assert answer.status_code == 422 and "does not begin with the SIREN" in answer.text
