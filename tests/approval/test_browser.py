"""A whole approval from the mail, on a phone, in a real browser; and a scanner with a real browser of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, TimeoutError, expect

from app.users import served as serving
from tests.approval.site import Site, served

pytestmark = [pytest.mark.alone, pytest.mark.timeout(240)]
PHONE = {"width": 390, "height": 844}
WORDS = {
    "en": ("Approve", "You decide as Léa Martin", "You approved it", "Take the decision back", "Taken back"),
    "fr": (
        "Approuver",
        "Vous décidez en tant que Léa",
        "Vous l’avez approuvé",
        "Annuler la décision",
        "Opération annulée",
    ),
}
PRESS_ALL = """() => { for (const form of document.forms) { form.submit(); } }"""
PRESS_FIRST = """() => { for (const form of document.forms) { form.querySelector('[type=submit]').click(); } }"""
PRESS_LAST = """() => { for (const form of document.forms) { [...form.querySelectorAll('textarea, input[type=text]')]
  .forEach(each => each.value = 'x'); [...form.querySelectorAll('[type=submit]')].at(-1).click(); } }"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with served(tmp_path_factory.mktemp("site")) as here:
        yield here


@pytest.fixture
def page(chromium: Browser, site: Site) -> Iterator[Page]:
    """A phone that is signed in nowhere and runs no script."""
    context = chromium.new_context(viewport=PHONE, java_script_enabled=False, device_scale_factor=2)
    yield context.new_page()
    context.close()


def picture(page: Page, name: str) -> None:
    """Keep how it looks, where somebody wants to see it."""
    if folder := os.environ.get("FACTEUR_PICTURES"):
        page.screenshot(path=Path(folder, f"{name}.png"), full_page=True)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_an_approval_from_the_mail_to_its_end(site, page, monkeypatch, language):
    """AP-2: AP-3: the mail, the page, the choice, the mail about it, and back again: no sign-in and no script."""
    monkeypatch.setattr(serving, "QUICKEST", timedelta(0))
    site.speak(language)
    site.ask()
    approve, who, done, take_back, over = WORDS[language]
    page.set_content(site.mail())
    picture(page, f"{language}-1-mail")
    page.get_by_role("link", name=approve, exact=True).click()
    expect(page.get_by_text(who)).to_be_visible()
    assert page.url.startswith(site.address)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    picture(page, f"{language}-2-page")
    page.get_by_role("button", name=approve, exact=True).click()
    expect(page.get_by_role("heading", name=done)).to_be_visible()
    assert site.status() == "to_match"
    picture(page, f"{language}-3-done")

    page.goto("about:blank")
    page.set_content(site.mail("approval-decided"))
    picture(page, f"{language}-4-told")
    page.get_by_role("link", name=take_back).click()
    picture(page, f"{language}-5-take-back")
    page.get_by_role("button", name=take_back).click()
    expect(page.get_by_role("heading", name=over, exact=True)).to_be_visible()
    assert site.status() == "to_approve"
    picture(page, f"{language}-6-taken-back")


def test_a_scanner_with_a_browser_decides_nothing(site, chromium):
    """AP-3: S58: runs scripts, waits for nothing, submits every form it finds in every way it knows."""
    site.speak("en")
    site.ask()
    link = site.link()
    context = chromium.new_context()
    for press in (PRESS_ALL, PRESS_FIRST, PRESS_LAST):
        robot = context.new_page()
        robot.goto(f"{link}?choice=approve")
        for _deep in range(2):  # and what comes after it
            with suppress(TimeoutError), robot.expect_navigation(timeout=3000):
                robot.evaluate(press)
    context.close()

    assert site.status() == "to_approve"
