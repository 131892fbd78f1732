"""The queue: oldest first, counted, filtered, and asked again while something is being read."""

from __future__ import annotations

from datetime import date

import pytest

from app.core import clock
from app.documents.models import Direction, ReadState
from app.extensions import db
from app.review import queue
from app.web.access import Role
from tests.conftest import aimed_at
from tests.factories import make_company, make_counterparty, make_document, make_user, reload, the_company

UNREADABLE = {"read_state": ReadState.UNREADABLE, "unreadable_reason": "broken"}
READING = {"read_state": ReadState.READING}


def test_the_queue_counts_each_status_and_begins_with_the_oldest(browser):
    """RV-1: a queue with counts per status, oldest first."""
    first, second = make_document(number="F-1"), make_document(number="F-2")
    make_document(**UNREADABLE)
    make_document(**READING)
    make_document(number="F-2026-VALIDATED", validated_at=clock.now())

    page = browser(make_user()).get("/review").text

    assert page.index(first.number) < page.index(second.number)
    assert "F-2026-VALIDATED" not in page
    tabs = page[page.index('class="tabs') : page.index("</nav>", page.index('class="tabs'))]
    assert [piece.split("<")[0] for piece in tabs.split('class="count">')[1:]] == ["4", "2", "1", "1"]


def test_filters_stand_in_the_address(browser):
    """RV-1: filters by status, direction, words, and what needs a look."""
    sale = make_document(number="S-1", direction=Direction.SALE)
    flagged = make_document(number="P-1", flags=[{"code": "not_invoice"}])
    named = make_document(number="P-2", counterparty=make_counterparty("Boulangerie 100%"))
    browser = browser(make_user())

    shown = lambda address: {d.number for d in (sale, flagged, named) if d.number in browser.get(address).text}  # noqa: E731

    assert shown("/review?direction=sale") == {"S-1"}
    assert shown("/review?flagged=yes") == {"P-1"}
    assert shown("/review?q=100%25") == {"P-2"}
    assert shown("/review?status=unreadable") == set()
    assert shown("/review?page=-3") == shown("/review?page=x") == {"S-1", "P-1", "P-2"}
    assert shown(f"/review?page={10**30}") == set()
    assert shown("/review?status=nonsense&direction=nonsense") == {"S-1", "P-1", "P-2"}


def test_an_unchanged_queue_is_not_sent_again(browser):
    """EX-8: the queue follows the reading without reloading."""
    document = make_document(**READING, page_count=5, read_pages=2)
    client = browser(make_user())
    page = client.get("/review").text
    assert "page 2 of 5" in page and 'hx-trigger="every 2s"' in page
    seen = page.split('"seen": "')[1].split('"')[0]

    assert client.get(f"/review?seen={seen}", headers=aimed_at("queue")).status_code == 204
    document.read_pages = 3
    db.session.commit()
    answer = client.get(f"/review?seen={seen}", headers=aimed_at("queue"))

    assert answer.status_code == 200 and "page 3 of 5" in answer.text and "<h1>" not in answer.text


def test_nothing_to_do_says_what_to_do_next(browser):
    """RV-1: an empty queue is friendly and shows where to mail to."""
    page = browser(make_user()).get("/review").text

    assert "All done" in page and "@in.example" in page


def test_start_opens_the_oldest(browser):
    """RV-1: reviewing begins with one click, unreadable ones at the end."""
    make_document(**UNREADABLE)
    oldest = make_document()
    make_document()

    assert browser(make_user()).get("/review/next").location == f"/review/{oldest.id}"


def test_start_without_work_leads_back_to_the_queue(browser):
    """RV-1: nothing to check is no error."""
    assert browser(make_user()).get("/review/next").location == "/review"


def test_another_companys_documents_are_not_in_the_queue(browser):
    """US-3: nothing of another company is visible."""
    the_company()
    other = make_company("Other")
    make_document(other, number="SECRET-1")
    person = make_user()

    page = browser(person).get("/review").text

    assert "SECRET-1" not in page and "All done" in page


def test_a_restricted_member_reviews_all_that_is_not_validated(browser):
    """US-2: unvalidated documents of everybody are reviewed by everybody."""
    the_company().restrict_non_admins = True
    db.session.commit()
    document = make_document(number="F-77")

    assert document.number in browser(make_user()).get("/review").text


@pytest.mark.parametrize("role", [Role.APPROVER, Role.ACCOUNTANT])
def test_who_may_not_edit_has_no_queue(browser, role):
    """US-6: approvers and accountants do not review."""
    document = make_document()
    client = browser(make_user(role))

    assert client.get("/review").status_code == 403
    assert client.get(f"/review/{document.id}").status_code == 403
    assert client.post(f"/review/{document.id}/validation").status_code == 403
    assert reload(document).validated_at is None


def test_the_queue_asks_the_database_as_often_for_many_as_for_few(app, browser, count_queries):
    """RV-1: one line more is no query more."""
    client = browser(make_user())
    for _each in range(2):
        make_document()
    few = count_queries(lambda: client.get("/review"))
    for day in range(1, 9):
        make_document(issue_date=date(2026, 11, day), **(UNREADABLE if day % 2 else {}))

    assert count_queries(lambda: client.get("/review")) == few


@pytest.mark.alone
def test_the_queue_is_the_same_on_every_database(live_app):
    """OP-2: filters, counts and neighbours on SQLite and PostgreSQL."""
    with live_app.app_context():
        person, company = make_user(), the_company()
        plain, flagged = make_document(), make_document(flags=[{"code": "not_invoice"}], number="100%")
        make_document(**UNREADABLE)

        assert list(queue.counts(person, company, queue.Filters()).values()) == [2, 1, 0]
        only = queue.Filters(flagged=True, words="100%", direction=Direction.PURCHASE)
        assert list(queue.counts(person, company, only).values()) == [1, 0, 0]
        assert queue.place(person, flagged)[:3] == (2, 3, plain.id)
        assert queue.following(person, company, plain) == flagged


def test_the_queue_shows_who_is_in_charge_and_only_ones_own_on_request(browser):
    """RV-1: filters; what somebody is to see to is found by them."""
    mine, other = make_user(name="Zoé Fournier"), make_user(name="Léa Martin")
    make_document(number="F-MINE", assignee=mine)
    make_document(number="F-OTHER", assignee=other)
    make_document(number="F-NOBODY")
    client = browser(mine)

    every, own = client.get("/review").text, client.get("/review?mine=yes").text

    assert all(word in every for word in ("F-MINE", "F-OTHER", "F-NOBODY", "Léa Martin"))
    assert "F-MINE" in own and "F-OTHER" not in own and "F-NOBODY" not in own


@pytest.mark.parametrize(("most", "shown"), [(1000, ">3</span>"), (2, ">2</span>")])
def test_the_sidebar_counts_what_waits_no_further_than_anybody_looks(browser, monkeypatch, most, shown):
    """RV-1: S110: a company with a hundred thousand waiting pays no more for the sidebar of each page."""
    monkeypatch.setattr(queue, "MANY", most)
    for number in range(3):
        make_document(number=f"F-{number}")

    page = browser(make_user()).get("/notices").text

    link = page[page.index('href="/review"') :]
    assert shown in link[: link.index("</a>")]


def test_a_count_nobody_ended_is_shown_as_more(app):
    """RV-1: from a thousand on."""
    shown = app.jinja_env.from_string('{% from "web/_macros.html" import nav_item %}{{ nav_item(item) }}')
    item = {"label": "Review", "url": "/review", "icon": "inbox"}
    assert "999+" in shown.render(item=item | {"count": 1000}) and ">999<" in shown.render(item=item | {"count": 999})
