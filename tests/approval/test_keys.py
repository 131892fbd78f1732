"""Deciding by keys in a real browser: words that are typed decide nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from app.approval import demands
from app.approval.demands import Demand, WantedStep
from app.approval.models import Mode
from tests.approval.making import make_firm, validated
from tests.windows import window

pytestmark = [pytest.mark.alone, pytest.mark.timeout(120)]


def test_the_reason_that_is_typed_after_its_key_is_a_reason(chromium: Browser, tmp_path, monkeypatch):
    """AP-4: AP-5: `r` and `h` open a form and go to its field, where an “a” approves nothing."""

    def prepare():
        firm = make_firm()
        wanted = (WantedStep((firm.lea.id,), Mode.ANY),)
        monkeypatch.setattr(demands, "asks", [lambda _document: Demand(None, {"name": "all"}, wanted)])
        validated(firm)
        return firm.lea, firm.company, "/approvals/1"

    with window(chromium, tmp_path, prepare) as page:
        page.keyboard.press("r")
        page.keyboard.type("a duplicate, already paid")
        assert page.locator("[name=reason]").first.input_value() == "a duplicate, already paid"
        page.goto("/approvals/1")
        page.keyboard.press("h")
        assert page.evaluate("document.activeElement.form?.action ?? ''").endswith("/handing")
        page.keyboard.type("a")
        assert page.url.endswith("/approvals/1") and page.get_by_role("button", name="Approve").is_visible()
