"""Where a form may send the person: nowhere but here (SAFETY S81)."""

from __future__ import annotations

import re

import pytest

from app.web.targets import local, onward
from tests.factories import PASSWORD, make_user

ELSEWHERE = [
    "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example/", "http:evil",
    "javascript:alert(1)", "/\t/evil.example", "/\n/evil.example", "\x00/evil", "evil.example", "", " /a", "//", None,
    "/ok\r\nSet-Cookie: a=b", "data:text/html,x", "/\\/evil.example", "https:/evil.example", "/%09/../\x0b/evil",
]  # fmt: skip


@pytest.mark.parametrize("target", ELSEWHERE)
def test_another_site_is_never_gone_to(target):
    """SAFETY: what could be read as another site becomes the first page."""  # S81
    assert local(target) == "/"


@pytest.mark.parametrize("target", ["/", "/documents/12", "/documents?status=to_pay&q=a%2Fb", "/a//b", "/é"])
def test_a_page_of_this_site_is_kept(target):
    """US-1: after signing in one is where one wanted to go."""
    assert local(target) == target


def test_a_form_of_htmx_is_led_on_as_a_whole_page(app):
    """RV-8: a browser is redirected, htmx told; a header takes no letters beyond Latin."""
    with app.test_request_context(headers={"HX-Request": "true"}):
        told = onward("/documents?q=Łódź")
    with app.test_request_context():
        sent = onward("/documents?q=Łódź")
    assert (told.status_code, told.headers["HX-Redirect"]) == (200, "/documents?q=%C5%81%C3%B3d%C5%BA")
    assert (sent.status_code, sent.location) == (303, "/documents?q=Łódź")


def test_signing_in_leads_where_one_wanted_to_go_but_never_elsewhere(app, browser):
    """US-1: `next` is followed on this site only."""  # S81
    user = make_user(password=True)
    form = {"email": user.email, "password": PASSWORD}

    wanted = browser().post("/sign-in", data=form | {"next": "/account"})
    evil = browser().post("/sign-in", data=form | {"next": "//evil.example"})

    assert (wanted.location, evil.location) == ("/account", "/")


def test_the_sign_in_page_does_not_repeat_an_evil_address(app, browser):
    """US-1: nor does the form carry it."""  # S81
    page = browser().get("/sign-in?next=//evil.example").text

    assert re.search(r'<input id="sign-in-next"[^>]*value=""', page)


def test_a_forged_host_changes_no_address(app, browser):
    """SAFETY: what a request claims to be named is not where it is sent."""  # S81
    answer = browser().get("/account", headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})

    assert answer.location.startswith("/sign-in")
