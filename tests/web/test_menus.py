"""Menus in a real browser: each line of an open one can be clicked, wherever its button stands."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from app.documents.models import Status
from app.web.access import Role
from tests.factories import make_document, make_user, the_company
from tests.rules.making import make_rule, when
from tests.windows import window

pytestmark = [pytest.mark.alone, pytest.mark.timeout(120)]
SIZES = [{"width": 1280, "height": 800}, {"width": 390, "height": 844}]
REACHED = """menu => [...menu.querySelectorAll('.menu-panel :is(a, button)')].map(each => {
  const at = each.getBoundingClientRect();
  return each.contains(document.elementFromPoint(at.left + at.width / 2, at.top + at.height / 2));
})"""


def prepare():
    for number in range(4):
        make_rule(when("number", "is", f"F-{number}"), name=f"Rule {number}")
    assert make_document().status is Status.TO_PROCESS
    return make_user(Role.ADMIN), the_company(), "/rules"


def test_every_line_of_a_menu_can_be_clicked(chromium: Browser, tmp_path):
    """OP-6: at the end of a card, at the foot of the screen, above the bar of a phone."""
    with window(chromium, tmp_path, prepare) as page:
        for size in SIZES:
            page.set_viewport_size(size)
            for path in ("/rules", "/review/1"):
                page.goto(path)
                menus = page.locator("main details.menu")
                for number in range(menus.count()):
                    menu = menus.nth(number)
                    if not menu.locator("> summary").is_visible():
                        continue
                    menu.locator("> summary").click()
                    page.wait_for_timeout(50)
                    found = menu.evaluate(REACHED)
                    assert found and all(found), (size, path, number, found)
                    page.keyboard.press("Escape")
