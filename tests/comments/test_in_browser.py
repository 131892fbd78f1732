"""Comments in a real browser: somebody is named by keyboard, and nothing typed beside is lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.factories import make_document, make_user
from tests.windows import window

pytestmark = [pytest.mark.alone, pytest.mark.timeout(120)]


def prepare():
    """A member before the review of a document, and a colleague with a name that is no HTML."""
    member, document = make_user(name="Zoé Fournier"), make_document(number="F-77")
    make_user(name="Léa <b>Martin</b>", email="lea@example.org")
    return member, document.company, f"/review/{document.id}"


@pytest.fixture
def review(chromium: Browser, tmp_path):
    with window(chromium, tmp_path, prepare) as page:
        yield page


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
    review.wait_for_selector("#comment-text:focus")
    review.locator("h1").click()
    review.keyboard.press("l")
    review.keyboard.type("Lyon")
    review.keyboard.press("Enter")
    review.wait_for_selector(".labels button.filter")
    review.wait_for_selector("#tag-name:focus")
    review.keyboard.type("Spring")
    review.click(".labels .label-form button")
    review.wait_for_selector("button.filter >> nth=1")
    review.wait_for_selector("#tag-name:focus")
    assert review.input_value("[name=label]") == "Half typed"


def test_what_is_written_beside_the_form_is_sent_before_anything_is_decided(review: Page):
    """RV-4: RV-7: Ctrl+Enter sends the comment that has the focus; with none typed it validates as everywhere."""
    review.keyboard.press("c")
    review.keyboard.type("Wait for the credit note")
    review.keyboard.press("Control+Enter")
    review.wait_for_selector(".comment")
    assert "Wait for the credit note" in review.locator(".comment-text").inner_text()
    assert review.url.split("#")[0].endswith("/review/1")

    with review.expect_navigation():
        review.keyboard.press("Control+Enter")
    assert review.locator("[role=alert]").count() or "/review/1" not in review.url
