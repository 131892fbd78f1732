"""How a company sends to its customers, and the master switch."""

from __future__ import annotations

import pytest

from app.extensions import db
from app.users.models import Company
from app.web.access import Role
from tests.factories import make_user, reload, the_company

FORM = {"sends_automatically": "y", "send_time": "07:45", "message_gap_days": "0", "letter_after_days": "60"}
FORM |= {"customer_language": "en"}


def test_an_admin_says_how_customers_are_sent_to(browser):
    """SE-1: from then on; saving again keeps the beginning; off is off."""
    company, admin = the_company(), make_user(Role.ADMIN)
    client, url = browser(admin), f"/settings/companies/{company.id}/sending"
    assert "Otherwise customers get each invoice twice" in client.get(url).text
    client.post(url, data=FORM | {"sends": "y"})
    since = reload(company).sends_since
    assert since and (company.send_time.isoformat("minutes"), company.customer_language) == ("07:45", "en")

    client.post(url, data=FORM | {"sends": "y", "keeps_holidays": "y", "uses_parent_plan": "y"})
    assert reload(company).sends_since == since and company.keeps_holidays and company.uses_parent_plan
    client.post(url, data=FORM)
    assert reload(company).sends_since is None
    assert "Facteur sends the invoices since" in client.get("/audit").text
    assert browser(make_user()).get(url).status_code == 403


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("message_gap_days", "31"), ("message_gap_days", "-1"), ("letter_after_days", "0")),
        *(("letter_after_days", "61"), ("send_time", "25:00"), ("send_time", ""), ("customer_language", "xx")),
    ],
)
def test_settings_beyond_their_edge_are_refused(browser, field, value):
    """SE-5: at the edge and one past it."""
    company = the_company()
    url = f"/settings/companies/{company.id}/sending"

    assert browser(make_user(Role.ADMIN)).post(url, data=FORM | {field: value}).status_code == 422
    assert reload(company).customer_language == "fr"


def test_every_page_says_that_the_master_switch_is_off(browser):
    """SE-8: to those who may edit, as long as it is off; admins get the way to switch it on."""
    company = the_company()
    people = {role: make_user(role, company) for role in Role}
    says = "nothing goes to customers of"
    assert says not in browser(people[Role.MEMBER]).get("/").text
    company.sends_automatically = False
    db.session.commit()

    for url in ("/", "/documents", "/customers", "/account"):
        assert says in browser(people[Role.MEMBER]).get(url).text
        assert says not in browser(people[Role.ACCOUNTANT]).get(url).text
    switch_url = f"/settings/companies/{company.id}/sending"
    assert switch_url in browser(people[Role.ADMIN]).get("/").text
    assert switch_url not in browser(people[Role.MEMBER]).get("/").text
    browser(people[Role.ADMIN]).post(switch_url, data=FORM)
    assert db.session.get(Company, company.id).sends_automatically
    assert says not in browser(people[Role.ADMIN]).get("/").text
