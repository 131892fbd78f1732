"""Leaving a form in a real browser: what was typed is not lost by a link pressed too soon."""

from __future__ import annotations

import threading

import pytest
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from app import create_app
from app.extensions import db
from app.users import sessions
from app.users.models import SignIn
from tests.factories import make_document, make_user
from tests.live import make_live_app
from tests.settings import settings_in

pytestmark = [pytest.mark.alone, pytest.mark.timeout(120)]
TOKEN = "token-of-the-review"


@pytest.fixture
def page(chromium: Browser, tmp_path):
    """A member's window on the review of a document; whoever is asked about leaving stays, and it is noted."""
    make_live_app(tmp_path)
    app = create_app(settings_in(tmp_path), RATELIMIT_ENABLED=False, BELLS=[])
    with app.app_context():
        document = make_document(number="F-77")
        db.session.add(SignIn(token_hash=sessions.digest(TOKEN), user=make_user(), company=document.company))
        db.session.commit()
        path = f"/review/{document.id}"
        db.session.remove()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    cookie = SecureCookieSessionInterface().get_signing_serializer(app).dumps({"_user_id": TOKEN, "_fresh": True})
    context = chromium.new_context(base_url=f"http://127.0.0.1:{server.port}")
    context.add_cookies([{"name": "session", "value": cookie, "url": f"http://127.0.0.1:{server.port}"}])
    page = context.new_page()
    page.asked = []
    page.on("dialog", lambda dialog: (page.asked.append(dialog.type), dialog.dismiss()))
    page.goto(path)
    yield page
    context.close()
    server.shutdown()


def press(page: Page, link: str) -> None:
    """Press it; whether the page goes is what the tests ask."""
    page.click(link, no_wait_after=True)
    page.wait_for_timeout(500)


def test_whoever_typed_is_asked_before_a_link_takes_them_away(page):
    """RV-8: nothing typed is lost; nobody who typed nothing, or saves it, is asked."""
    page.click("[name=label]")
    press(page, ".side-nav a[href='/documents']")
    page.wait_for_url("**/documents")
    page.go_back()

    page.fill("[name=label]", "Half typed")
    press(page, ".side-nav a[href='/documents']")
    assert page.asked == ["beforeunload"] and "/review/" in page.url
    assert page.input_value("[name=label]") == "Half typed"

    with page.expect_navigation():
        page.keyboard.press("Control+s")
    press(page, ".side-nav a[href='/documents']")
    page.wait_for_url("**/documents")
    assert page.asked == ["beforeunload"]


def test_what_was_refused_is_kept_by_asking_too(page):
    """RV-8: it stands in the form and nowhere else."""
    page.fill("[name=gross]", "a lot")
    page.keyboard.press("Control+s")
    page.wait_for_selector("#form-errors")
    page.click("h1")
    press(page, ".side-nav a[href='/documents']")
    assert page.asked == ["beforeunload"] and page.input_value("[name=gross]") == "a lot"


def test_cancel_says_by_itself_that_it_may_go(page):
    """RV-8: whoever presses it meant it."""
    shown = page.url.replace("/review/", "/documents/")
    page.goto(f"{shown}/facts")
    page.fill("[name=label]", "Half typed")
    press(page, ".form-actions a")
    page.wait_for_url(shown)
    assert page.asked == []
