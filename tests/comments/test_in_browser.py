"""Comments in a real browser: somebody is named by keyboard, and nothing typed beside is lost."""

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
TOKEN = "token-of-the-comments"


@pytest.fixture
def review(chromium: Browser, tmp_path):
    """The review of a document, open in a member's window, and what the browser complains about."""
    make_live_app(tmp_path)
    app = create_app(settings_in(tmp_path), RATELIMIT_ENABLED=False, BELLS=[])
    with app.app_context():
        member, document = make_user(name="Zoé Fournier"), make_document(number="F-77")
        make_user(name="Léa <b>Martin</b>", email="lea@example.org")
        db.session.add(SignIn(token_hash=sessions.digest(TOKEN), user=member, company=document.company))
        db.session.commit()
        path = f"/review/{document.id}"
        db.session.remove()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    cookie = SecureCookieSessionInterface().get_signing_serializer(app).dumps({"_user_id": TOKEN, "_fresh": True})
    context, complaints = chromium.new_context(base_url=f"http://127.0.0.1:{server.port}"), []
    context.add_cookies([{"name": "session", "value": cookie, "url": f"http://127.0.0.1:{server.port}"}])
    page = context.new_page()
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(path)
    yield page
    context.close()
    server.shutdown()
    assert complaints == []


def test_somebody_is_named_by_keyboard_beside_a_form_that_is_half_typed(review: Page):
    """RV-4: RV-7: one key opens the comments, names are offered while typing, and the form keeps what is typed."""
    review.fill("[name=label]", "Half typed")
    review.locator("h1").click()
    review.keyboard.press("c")
    review.keyboard.type("Please look @l")
    review.wait_for_selector(".mention-choice")
    assert review.locator(".mention-choice").count() == 1
    assert review.locator(".mention-choice").inner_text().startswith("Léa <b>Martin</b>")  # S78
    review.keyboard.press("Enter")
    assert review.input_value("#comment-text") == "Please look @Léa <b>Martin</b> "
    review.click(".comment-form button[type=submit]")
    review.wait_for_selector(".comment")

    assert review.locator(".comment-name").inner_text() == "@Léa <b>Martin</b>"
    assert review.locator("#comments-count").inner_text() == "1"
    review.locator("h1").click()
    review.keyboard.press("l")
    review.keyboard.type("Lyon")
    review.keyboard.press("Enter")
    review.wait_for_selector(".labels button.filter")
    assert review.input_value("[name=label]") == "Half typed"
