"""The bar below a list in a real browser: it says how many are meant."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from app.web import keyset
from tests.factories import make_document, make_user, the_company
from tests.windows import window

pytestmark = [pytest.mark.alone, pytest.mark.timeout(120)]


def prepare():
    for _each in range(7):
        make_document()
    return make_user(), the_company(), "/documents"


def test_all_of_a_list_is_counted_on_every_page_until_a_row_is_taken_off(chromium: Browser, tmp_path, monkeypatch):
    """RV-7: the number beside *Trash* is the number that goes there."""
    monkeypatch.setattr(keyset, "ROWS", 4)
    with window(chromium, tmp_path, prepare) as page:
        count, everything = page.locator("[data-bulk-count]"), page.locator("[name=everything]")
        page.check("[data-select-all]")
        assert count.inner_text() == "4"
        everything.check()
        assert count.inner_text() == "7"
        page.locator("[name=ids]").first.uncheck()
        assert count.inner_text() == "3" and not everything.is_checked()
        everything.check()
        assert count.inner_text() == "7" and page.locator("[name=ids]").first.is_checked()
        page.click("[data-bulk-clear]")
        assert not everything.is_checked()
