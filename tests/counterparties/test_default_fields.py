"""The part of a counterparty's form that says what is usual for it."""

from __future__ import annotations

import re

import pytest

from app.audit import words
from app.audit.models import AuditEntry
from app.core import clock
from app.counterparties.models import Terms
from app.extensions import db
from app.tags.models import Tag
from app.web.access import Role
from tests.factories import make_category, make_company, make_counterparty, make_user, reload, the_company

SENT = {"name": "Papeterie Durand", "is_supplier": "y", "terms_days": "30"}


def make_tag(name="Office", company=None, **facts):
    tag = Tag(company_id=(company or the_company()).id, name=name, **facts)
    db.session.add(tag)
    db.session.commit()
    return tag


def save(browser, party, role=Role.ADMIN, **typed):
    sent = SENT | {"version": party.version} | typed
    return browser(make_user(role)).post(f"/counterparties/{party.id}/facts", data=sent)


def test_all_of_it_is_saved_shown_and_noted(app, browser):
    """LC-6: and the page says that it changes no document that is there."""
    party, category, tag = make_counterparty(), make_category("Paper"), make_tag()
    typed = {"terms": "end_of_month_plus", "terms_days": "45", "default_category_id": str(category.id)}
    typed |= {"account_code": "401DURAND", "treasury_category": "Supplies", "default_label": "Paper"}
    typed |= {"default_tags": [str(tag.id)], "is_validated_automatically": "y"}

    assert save(browser, party, **typed).status_code == 303

    party = reload(party)
    assert (party.terms, party.terms_days, party.default_category_id) == (Terms.END_OF_MONTH_PLUS, 45, category.id)
    assert ([each.name for each in party.default_tags], party.is_validated_automatically) == (["Office"], True)
    entry = db.session.scalars(AuditEntry.about(party)).first()
    assert entry.changes["default_category"] == [None, "Paper"] and entry.changes["default_tags"] == [[], ["Office"]]
    with app.test_request_context():
        assert len(words.changes(entry)) == 8
    client = browser(make_user(Role.ADMIN))
    shown = client.get(f"/counterparties/{party.id}").text
    for said in ("end of month + 45 days", "Paper", "401DURAND", "Supplies", "Office", "automatically"):
        assert said in shown
    form = client.get(f"/counterparties/{party.id}/facts").text
    assert "changes no document that is there already" in form
    ticked = re.findall(r"<input[^>]* checked[^>]*>", form)
    names = [name for each in ticked for name in re.findall('name="([^"]*)"', each)]
    assert names == ["is_supplier", "default_tags", "is_validated_automatically"]
    assert 'value="45"' in form


def test_it_can_be_emptied_again(app, browser):
    """LC-6: without terms nothing is filled."""
    party = make_counterparty(terms=Terms.NET, account_code="401", default_tags=[make_tag()])
    save(browser, party, terms="", account_code="")

    party = reload(party)
    assert (party.terms, party.account_code, party.default_tags) == (None, "", [])


def test_only_admins_say_that_it_is_validated_automatically(app, browser):
    """LC-6: US-6: S73: a member neither sees nor changes it."""
    party = make_counterparty()
    save(browser, party, Role.MEMBER, is_validated_automatically="y", account_code="401")
    assert (reload(party).is_validated_automatically, party.account_code) == (False, "401")

    save(browser, party, is_validated_automatically="y", account_code="401")
    save(browser, reload(party), Role.MEMBER, account_code="402")
    assert (reload(party).is_validated_automatically, party.account_code) == (True, "402")
    member = browser(make_user())
    assert "Validate automatically" not in member.get(f"/counterparties/{party.id}/facts").text


WRONG = [
    ({"terms": "net", "terms_days": ""}, "Enter the number of days"),
    ({"terms_days": "-1"}, "between 0 and 365"),
    ({"terms_days": "366"}, "between 0 and 365"),
    ({"terms_days": "x"}, "Not a valid integer"),
    ({"terms": "someday"}, "Invalid Choice"),
    ({"account_code": "4" * 21}, "longer than 20"),
    ({"default_category_id": "99999"}, "Not a valid choice"),
    ({"default_tags": ["99999"]}, "valid choice"),
]


@pytest.mark.parametrize(("typed", "said"), WRONG)
def test_mistakes_come_back_beside_their_fields(app, browser, typed, said):
    """LC-6: S107: and nothing is changed."""
    party = make_counterparty()
    answer = save(browser, party, **typed)

    assert answer.status_code == 422 and said in answer.text
    assert reload(party).version == 1


def test_nothing_of_another_company_can_be_usual(app, browser):
    """US-3: S71: neither its categories nor its tags are there."""
    party, other = make_counterparty(), make_company("Other")
    theirs = make_category("Theirs", other), make_tag("Hidden", other)
    assert save(browser, party, default_category_id=str(theirs[0].id)).status_code == 422
    assert save(browser, party, default_tags=[str(theirs[1].id)]).status_code == 422
    page = browser(make_user()).get(f"/counterparties/{party.id}/facts").text
    assert "Theirs" not in page and "Hidden" not in page


def test_what_was_put_away_stays_where_it_is_used(app, browser):
    """LC-6: an archived category or tag is offered only to the counterparty that has it."""
    gone = make_category("Gone", archived_at=clock.now())
    tag = make_tag("Shelved", archived_at=clock.now())
    party = make_counterparty(default_category_id=gone.id, default_tags=[tag])
    client = browser(make_user())

    assert "Gone" in client.get(f"/counterparties/{party.id}/facts").text
    other = client.get(f"/counterparties/{make_counterparty('Encre').id}/facts").text
    assert "Gone" not in other and "Shelved" not in other


def test_whoever_saves_second_loses_nothing(app, browser):
    """LC-6: RV-8: who changed the terms meanwhile is said beside them."""
    party = make_counterparty()
    save(browser, party, terms="net", terms_days="10", account_code="401")

    answer = save(browser, party, version=1, terms="net_end_of_month", terms_days="30")

    assert answer.status_code == 409 and "changed it meanwhile" in answer.text
    assert 'value="401"' in answer.text and reload(party).terms is Terms.NET
