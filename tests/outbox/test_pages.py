"""The outbox page."""

from __future__ import annotations

import re

import pytest

from app.extensions import db
from app.outbox.models import Mark
from app.web.access import Role
from tests.factories import make_company, make_user, reload
from tests.outbox.test_delivery import make_mail, sample_template  # noqa: F401


def test_an_admin_reads_a_waiting_mail_and_its_link(app, browser):
    """OP-7: without a mail server its links can be tried."""
    admin = make_user(Role.ADMIN)
    mail = make_mail(body="Open http://localhost/invitation/abc")
    client = browser(admin)
    assert mail.subject in client.get("/outbox").text
    assert 'href="http://localhost/invitation/abc"' in client.get(f"/outbox/{mail.id}").text


def test_a_mail_of_another_company_is_not_there(app, browser):
    """S71: out of scope is 404."""
    admin = make_user(Role.ADMIN)
    mail = make_mail(company_id=make_company("Other").id)
    client = browser(admin)
    assert mail.subject not in client.get("/outbox").text
    assert client.get(f"/outbox/{mail.id}").status_code == 404


@pytest.mark.parametrize("role", [Role.MEMBER, Role.APPROVER, Role.ACCOUNTANT])
def test_the_outbox_is_for_admins(app, browser, role):
    """US-6: users, rules, settings, connections, outbox."""
    assert browser(make_user(role)).get("/outbox").status_code == 403


def test_a_waiting_mail_can_be_kept_from_leaving(app, browser):
    """SE-8: what waits can be stopped."""
    admin = make_user(Role.ADMIN)
    mail = make_mail()
    browser(admin).post(f"/outbox/{mail.id}/cancellation")
    assert reload(mail).mark is Mark.CANCELLED


@pytest.mark.parametrize("act", ["sending", "arrival"])
def test_what_does_not_fit_is_refused_in_words(app, browser, act):
    """SE-7: a mail that waits is neither sent again nor declared arrived."""
    mail = make_mail()
    answer = browser(make_user(Role.ADMIN)).post(f"/outbox/{mail.id}/{act}")
    assert (answer.status_code, reload(mail).mark) == (422, Mark.QUEUED)
    assert db.session.is_active


def test_a_long_outbox_is_turned_both_ways(app, browser):
    """OP-6: what was left behind is a click away again."""
    client = browser(make_user(Role.ADMIN))
    for number in range(30):
        make_mail(key=f"test:{number}", subject=f"mail {number:02}.")
    there = lambda way, page: re.search(rf'href="([^"]+)" rel="{way}"', page)[1].replace("&amp;", "&")  # noqa: E731
    said = lambda page: re.findall(r"mail \d\d\.", page)  # noqa: E731

    first = client.get("/outbox").text
    second = client.get(there("next", first)).text

    assert len({*said(first), *said(second)}) == 30
    assert said(client.get(there("prev", second)).text) == said(first)
