"""The whole way in real processes and a real browser: mailed, read, checked beside its page, validated, listed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests import samples
from tests.installation import ADMIN, PASSWORD, Installation, installed, wait_for

pytestmark = [pytest.mark.alone, pytest.mark.timeout(240)]
AXE = next((Path(__file__).parent / "vendor").glob("axe-core-*/axe.min.js"))
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
SOON = 30_000


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation of its own: Redis, pages, receiver, workers and sweep."""
    with installed(tmp_path_factory.mktemp("journey")) as there:
        yield there


@pytest.fixture
def visit(chromium: Browser, there: Installation) -> Iterator[Callable[..., Page]]:
    """`visit("en", viewport=…)`: a person who is signed in; what the browser complains about fails the test."""
    complaints: list[str] = []
    contexts = []

    def signed_in(language: str, **options) -> Page:
        options = {"viewport": WIDE, "base_url": there.settings.address, "reduced_motion": "reduce"} | options
        contexts.append(chromium.new_context(locale=language, **options))
        page = contexts[-1].new_page()
        page.set_default_timeout(SOON)
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        _sign_in(page, language)
        return page

    yield signed_in
    for context in contexts:
        context.close()
    assert complaints == []


def _sign_in(page: Page, language: str) -> None:
    page.goto("/sign-in")
    _is_accessible(page, "/sign-in")
    page.fill("[name=email]", ADMIN)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)
    page.click(".person-menu > summary")
    with page.expect_navigation():
        page.click(f".person-menu button[lang={language}]")
    assert page.locator("html").get_attribute("lang") == language


NEW_IBAN = "IBAN never seen for this supplier"
"""Said of each first purchase that names an account."""


def _is_accessible(page: Page, path: str) -> None:
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    serious = [
        (each["id"], [node["html"][:200] for node in each["nodes"]])
        for each in found
        if each["impact"] in ("serious", "critical")
    ]
    assert serious == [], path
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} is wider than the screen"


def _validate(page: Page) -> None:
    """Choose a category, then the keyboard alone."""
    page.select_option("[name=category_id]", index=1)
    page.wait_for_timeout(600)  # a key that was pressed twice decides once
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    alerts = page.locator(".alert-box-red, .alert-box-amber").all_inner_texts()
    assert [each for each in alerts if NEW_IBAN not in each] == []


def test_invoices_go_from_the_mail_to_the_list(there, visit):
    """IN-2: a Factur-X, a digital PDF and a photographed receipt arrive by SMTP, are read, checked and listed."""
    page = visit("en")
    page.goto("/review")
    assert page.is_visible("text=All done")

    attached = {
        "facturx.pdf": (samples.facturx_pdf("FX-2026-1", gross="540.00"), "application/pdf"),
        "facture.pdf": (samples.invoice_pdf("F-2026-2", gross="1234.50"), "application/pdf"),
        "ticket.jpg": (samples.receipt_jpeg("23.40", day=date(2026, 11, 14)), "image/jpeg"),
    }  # fmt: skip
    recipient = there.address()
    for name, (data, kind) in attached.items():
        there.mail(recipient, (name, data, kind), subject=name)
    ready = lambda: [state for _number, state in there.documents()] == ["to_process"] * 3  # noqa: E731
    wait_for(ready, "three documents to be read", 60)

    # The queue finds out by itself, without a reload.
    page.wait_for_selector("a.row-link >> nth=2", timeout=60_000)
    _is_accessible(page, "/review with work")
    with page.expect_navigation():
        page.click("text=Start reviewing")

    # The Factur-X: every field is there, its boxes lie on the page.
    assert page.input_value("[name=number]") == "FX-2026-1"
    assert page.input_value("[name=gross]") == "540.00"
    page.focus("[name=gross]")
    assert page.locator('.box[data-field="gross"].is-active').count() == 1
    assert page.evaluate("document.querySelector('.sheet img').naturalWidth") > 500
    _is_accessible(page, "/review of a Factur-X")
    _validate(page)

    # The digital PDF follows by itself.
    assert page.is_visible("text=FX-2026-1 validated.")
    assert page.input_value("[name=number]") == "F-2026-2"
    assert page.is_visible("text=FR40303265045")  # known since a moment ago
    _validate(page)

    # The receipt: what recognition did not find is clicked on the picture, or typed.
    assert page.input_value("[name=gross]") == "23.40"
    page.fill("[name=number]", "")
    page.focus("[name=number]")
    page.locator('.word[data-text="004217"] > text').click()
    assert page.input_value("[name=number]") == "004217"
    page.fill("[name=issue_date]", "2026-11-14")
    page.fill("[name=due_date]", "2026-11-14")
    page.fill("[name=counterparty_name]", "Boulangerie Moreau")
    page.fill("[name=label]", "Midday meal")
    page.fill("[name=net]", "21.27")
    page.fill("[name=tax]", "2.13")
    _validate(page)

    assert page.is_visible("text=All done")
    assert there.documents() == [("FX-2026-1", "to_match"), ("F-2026-2", "to_match"), ("004217", "to_match")]
    page.goto("/documents")
    for number in ("FX-2026-1", "F-2026-2", "004217"):
        assert page.is_visible(f"text={number}")


def test_a_document_is_put_aside_taken_back_and_read_again(there, visit):
    """RV-7: the keyboard alone, with a way back; a locked PDF opens with its password."""
    page = visit("fr")
    there.mail(there.address(), ("locked.pdf", samples.encrypted_pdf("sésame", "F-2026-9"), "application/pdf"))
    wait_for(lambda: [state for _number, state in there.documents()][-1:] == ["unreadable"], "the locked PDF")
    page.goto("/review?status=unreadable")
    with page.expect_navigation():
        page.click("a.row-link")
    _is_accessible(page, "/review of a locked PDF")
    page.fill("#pdf-password", "sésame")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.wait_for_selector("[name=number]")
    assert page.input_value("[name=number]") == "F-2026-9"

    with page.expect_navigation():
        page.keyboard.press("t")
    assert there.documents()[-1] == ("F-2026-9", "trash")
    with page.expect_navigation():
        page.keyboard.press("z")
    assert there.documents()[-1] == ("F-2026-9", "to_process")
