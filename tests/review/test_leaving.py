"""Leaving a form in a real browser: what was typed is not lost by a link pressed too soon."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.factories import make_document, make_user
from tests.windows import window

pytestmark = [pytest.mark.alone, pytest.mark.timeout(120)]


def prepare():
    document = make_document(number="F-77")
    return make_user(), document.company, f"/review/{document.id}"


@pytest.fixture
def page(chromium: Browser, tmp_path):
    """A member's window on the review of a document; whoever is asked about leaving stays, and it is noted."""
    with window(chromium, tmp_path, prepare) as page:
        page.asked = []
        page.on("dialog", lambda dialog: (page.asked.append(dialog.type), dialog.dismiss()))
        yield page


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
