"""Views of the list that people come back to: their own and the company's."""

from __future__ import annotations

import pytest

from app.core import clock
from app.extensions import db
from app.lists import views
from app.lists.models import SavedView
from app.web.access import Role
from tests.factories import make_company, make_document, make_user, reload, the_company

KEPT = {"name": "Late ones", "query": "?late=yes&tab=outstanding&sort=due&after=2026-01-01_3&nonsense=<b>&since=never"}


def test_a_view_keeps_the_filters_and_the_order_and_nothing_else(app, browser):
    """SR-1: it stands above the list, leads there by one click, and is not offered twice."""
    make_document()
    member = browser(make_user())

    answer = member.post("/documents/views", data=KEPT)

    view = db.session.query(SavedView).one()
    assert view.query == "tab=outstanding&late=yes&sort=due" and answer.location.endswith(f"/documents?{view.query}")
    shown = member.get(answer.location).text
    assert 'aria-current="page">Late ones</a>' in shown and "Keep this view" not in shown
    assert "Keep this view" not in member.get("/documents").text
    assert "Keep this view" in member.get("/documents?late=yes").text


@pytest.mark.parametrize(
    "wrong", [{"name": " "}, {"name": "x" * 61}, {"query": ""}, {"query": "after=3_3&x=y"}, {"is_shared": "yes"}]
)
def test_a_view_without_sense_is_refused(app, browser, wrong):
    """SR-1: S84: a name, a filter, and only admins share."""
    answer = browser(make_user()).post("/documents/views", data=KEPT | wrong)

    assert answer.status_code == 422 and db.session.query(SavedView).count() == 0
    assert 'id="view-name-error"' in answer.text and f'value="{(KEPT | wrong)["name"]}"' in answer.text


def test_nobody_keeps_two_views_of_one_name(app, browser):
    """SR-1: RV-8: said at the field, with what was typed; a colleague may call theirs so."""
    member, other = make_user(), make_user()
    client = browser(member)
    client.post("/documents/views", data=KEPT)
    again = client.post("/documents/views", data=KEPT | {"name": "late  ONES", "query": "tab=to_match"})
    assert again.status_code == 422 and "A view is called “late ONES” already" in again.text
    assert 'name="query" value="tab=to_match"' in again.text
    client.post("/documents/views", data={"name": "To match", "query": "tab=to_match"})
    view = db.session.query(SavedView).filter_by(name="To match").one()

    for name in ("Late ones", " "):
        answer = client.post(f"/documents/views/{view.id}", data={"name": name})
        assert answer.status_code == 422 and f'value="{name}" autofocus' in answer.text
        assert f'id="name-{view.id}-error"' in answer.text and reload(view).name == "To match"
    assert client.post(f"/documents/views/{view.id}", data={"name": "to match"}).status_code == 303
    assert browser(other).post("/documents/views", data=KEPT).status_code == 303


def test_nobody_keeps_views_without_end(app, browser, monkeypatch):
    """S84: a cap, in words."""
    monkeypatch.setattr(views, "MOST", 1)
    member = browser(make_user())

    assert [member.post("/documents/views", data=KEPT).status_code for _each in range(2)] == [303, 422]


def test_a_view_is_renamed_shared_and_deleted_with_the_way_back(app, browser):
    """SR-1: by whoever keeps it; once it is shared, by admins."""
    member, other, admin = make_user(), make_user(), make_user(Role.ADMIN)
    browser(member).post("/documents/views", data=KEPT)
    view = db.session.query(SavedView).one()
    address = f"/documents/views/{view.id}"
    assert browser(other).post(address, data={"name": "x"}).status_code == 404
    assert browser(admin).post(address, data={"name": "x"}).status_code == 404

    browser(member).post(address, data={"name": "Overdue"})
    assert reload(view).name == "Overdue" and not view.is_shared
    assert browser(member).post(address, data={"name": "Mine", "is_shared": "yes"}).status_code == 422

    page = browser(member)
    gone = page.post(f"{address}/deletion", follow_redirects=True)
    assert db.session.query(SavedView).count() == 0 and "Undo" in gone.text and 'value="Overdue"' in gone.text
    again = {"name": "Overdue", "query": KEPT["query"], "is_shared": ""}
    assert page.post("/documents/views", data=again).status_code == 303


def test_a_shared_view_shows_each_what_they_may_see(app, browser):
    """SR-1: S72: US-2: the company's view is a question, the answer is one's own."""
    company = make_company(restrict_non_admins=True)
    admin, member = make_user(Role.ADMIN, company), make_user(company=company)
    make_document(company, number="CANARY", validated_at=clock.now())
    browser(admin, company).post("/documents/views", data={"name": "All", "query": "tab=to_match", "is_shared": "yes"})
    view = db.session.query(SavedView).one()
    reader = browser(member, company)

    assert ">All</a>" in reader.get("/documents").text
    assert "CANARY" not in reader.get(f"/documents?{view.query}").text
    assert "CANARY" in browser(admin, company).get(f"/documents?{view.query}").text
    assert reader.post(f"/documents/views/{view.id}", data={"name": "x"}).status_code == 403
    assert reader.post(f"/documents/views/{view.id}/deletion").status_code == 403
    assert "may change it" in reader.get("/documents/views").text
    stranger = browser(make_user(Role.ADMIN, make_company("Elsewhere")))
    assert stranger.post(f"/documents/views/{view.id}", data={"name": "x"}).status_code == 404
    assert browser(admin, company).post(f"/documents/views/{view.id}", data={"name": "Own"}).status_code == 303
    assert the_company() == company
