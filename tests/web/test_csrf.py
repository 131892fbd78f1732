"""Every act needs a form of ours (SAFETY S77), asked of every address that takes one."""

from __future__ import annotations

import re

import pytest

from app.extensions import csrf
from app.web.access import Role
from tests.conftest import aimed_at
from tests.factories import make_user
from tests.web.world import CONTENT, address, ask, contents, make_world, rules, taken_back

ACTS = ("POST", "PUT", "PATCH", "DELETE")
WITHOUT_COOKIES = {"api.documents": 401, "intake.mime": 404, "approval.answer": 404, "approval.renew": 303}
WITHOUT_COOKIES |= {"accounting.answer_by_link": 404}
"""Views for programs and mailed links: a session opens none of them, so nobody can make it act there; their answers."""
EXEMPT = {
    *("app.api.routes.documents", "app.intake.posting.mime"),
    *("app.approval.link_pages.answer", "app.approval.link_pages.renew"),
    "app.accounting.answer_pages.answer_by_link",
}


@pytest.fixture
def guarded(app):
    """The application with its forms' proof of origin asked for, as outside of tests."""
    app.config["WTF_CSRF_ENABLED"] = True
    yield app
    app.config["WTF_CSRF_ENABLED"] = False


def test_no_act_is_taken_without_a_token(guarded, browser):
    """SAFETY: a POST from elsewhere is 403 for every view, and nothing changes."""  # S77
    world, taken = make_world("canary", 4242), []
    client = browser(world.people[Role.ADMIN], world.company)
    for rule, method in rules(guarded, *ACTS):
        with taken_back():
            before = contents()
            answer = ask(client, method, address(guarded, rule, world.values(rule)), headers=CONTENT)
            if answer.status_code != WITHOUT_COOKIES.get(rule.endpoint, 403) or contents() != before:
                taken.append((method, rule.rule, answer.status_code))

    assert taken == []
    assert csrf._exempt_views == EXEMPT and not csrf._exempt_blueprints


def test_a_form_of_ours_is_taken(guarded, browser):
    """SAFETY: the token of the page goes with its form."""  # S77
    client = browser(make_user())
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/account").text).group(1)
    form = {"name": "Zoé", "language": "en", "csrf_token": token}

    assert client.post("/account", data=form).status_code == 303


def test_a_session_that_is_gone_leads_the_whole_page_to_the_sign_in(guarded, browser):
    """SAFETY: an htmx call after the session's end sends the browser to the sign-in; no form inside a region."""  # S77
    world, inside = make_world("canary", 4242), []
    for rule, method in rules(guarded):
        view = guarded.view_functions[rule.endpoint]
        if getattr(view, "permission", None) is None:
            continue
        answer = ask(browser(), method, address(guarded, rule, world.values(rule)), headers=aimed_at("results"))
        if answer.status_code != 401 or "/sign-in" not in answer.headers.get("HX-Redirect", "") or answer.data:
            inside.append((method, rule.rule, answer.status_code))

    assert inside == []


def test_a_form_sent_after_the_sessions_end_leads_to_the_sign_in(guarded, browser):
    """SAFETY: without htmx the same form is answered by the sign-in page, not by a riddle."""  # S77
    answer = browser().post("/account", data={"name": "Zoé"})

    assert (answer.status_code, answer.location) == (303, "/sign-in")
