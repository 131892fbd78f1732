"""Assigning customers and suppliers to a person (SPEC US-2)."""

from __future__ import annotations

import pytest

from app.audit.models import AuditEntry
from app.extensions import db
from app.web.access import Role
from tests.factories import make_company, make_counterparty, make_user, reload, the_company


@pytest.fixture
def url(app):
    """The page of one member."""
    return f"/settings/companies/{the_company().id}/people/{make_user(name='Bob').id}/counterparties"


@pytest.fixture
def client(app, browser):
    """An admin's browser."""
    return browser(make_user(Role.ADMIN, name="Ada"))


def names(counterparty):
    return [user.name for user in reload(counterparty).assigned_users]


def test_ticked_is_assigned_and_unticked_no_more(client, url):
    """US-2: what was not shown stays as it was."""
    kept, taken, given = make_counterparty("Kept"), make_counterparty("Taken"), make_counterparty("Given")
    client.post(url, data={"shown": [kept.id, taken.id], "assigned": [kept.id, taken.id]})

    answer = client.post(url, data={"shown": [taken.id, given.id], "assigned": [given.id]})

    assert answer.status_code == 303
    assert (names(kept), names(taken), names(given)) == (["Bob"], [], ["Bob"])


def test_assigning_is_in_the_trail(client, url):
    """US-4: who assigned what to whom."""
    supplier = make_counterparty()

    client.post(url, data={"shown": [supplier.id], "assigned": [supplier.id]})

    entry = db.session.query(AuditEntry).filter_by(act="assigned").one()
    assert (entry.user_name, entry.object_id) == ("Ada", supplier.id)


def test_two_people_may_look_after_one_supplier(client, url):
    """US-2: assigning one takes nothing from another."""
    other = make_user(name="Eve")
    supplier = make_counterparty(assigned_users=[other])

    client.post(url, data={"shown": [supplier.id], "assigned": [supplier.id]})

    assert sorted(names(supplier)) == ["Bob", "Eve"]


def test_one_searches_by_name_and_number(client, url):
    """US-2: all the words, anywhere, whatever their case; % and _ are just signs."""
    make_counterparty("Papeterie Durand", vat_number="FR40303265045")
    make_counterparty("Durand Transports")
    found = lambda words: [  # noqa: E731
        name
        for name in ("Papeterie Durand", "Durand Transports")
        if name in client.get(url, query_string={"q": words}).text
    ]

    assert found("") == ["Papeterie Durand", "Durand Transports"]
    assert found("durand PAP") == ["Papeterie Durand"]
    assert found("303265045") == ["Papeterie Durand"]
    assert found("%") == found("_") == found("nobody") == []


def test_counterparties_of_another_company_cannot_be_assigned(client, url):
    """US-3: not shown, not taken."""  # S71
    theirs = make_counterparty("Theirs", make_company("Elsewhere"))

    client.post(url, data={"shown": [theirs.id], "assigned": [theirs.id]})

    assert names(theirs) == []
    assert "Theirs" not in client.get(url).text


def test_somebody_of_another_company_has_no_such_page(client):
    """US-3: a person who does not belong to the company is assigned nothing in it."""  # S71
    stranger = make_user(Role.MEMBER, make_company("Elsewhere"))
    url = f"/settings/companies/{the_company().id}/people/{stranger.id}/counterparties"

    assert client.get(url).status_code == 404
    assert client.post(url, data={}).status_code == 404


@pytest.mark.parametrize("words", ["électricité", "ÉLECTRICITÉ", "Électricité", "élec"])
def test_a_name_is_found_whatever_the_capitals_of_its_accents(app, words):
    """US-2: SQLite compares the English alphabet only."""
    from app.counterparties import assignments
    from tests.factories import the_company

    user, company = make_user(), the_company()
    for name in ("Électricité du Nord", "ÉLECTRICITÉ DU SUD"):
        make_counterparty(name)

    assert len(db.session.scalars(assignments.others(user, [company.id], words)).all()) == 2
