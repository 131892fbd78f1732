"""Keys and pointer in a real browser: where the focus goes when something opens or is drawn anew, or asks again."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from playwright.sync_api import Browser, Page, expect

from app.documents import decisions
from app.extensions import db
from app.tags import keeping
from app.web.access import Role
from tests.approval.making import seat_of
from tests.factories import make_category, make_document, make_user
from tests.rules.making import ask, make_rule, when
from tests.windows import window

pytestmark = [pytest.mark.alone, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def place(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """The window of an admin who is asked to approve, with rules, a trash and something to review."""
    known = SimpleNamespace()

    def prepare():
        admin, zoe = make_user(Role.ADMIN, name="Ada"), make_user(name="Zoé")
        make_user(Role.APPROVER, name="Bob")
        rules = [make_rule(when("direction", "is", "purchase"), does=[ask(admin)], name="Ask Ada", position=1)]
        rules += [make_rule(when("label", "contains", "xyz"), name=f"Rule {n}", position=n) for n in range(2, 9)]
        asked = make_document(number="ASKED-1", category=make_category())
        trashed = make_document(number="GONE-1")
        decisions.validate(asked, by=zoe)
        decisions.trash(trashed, by=admin)
        db.session.commit()
        known.asked = asked.id
        known.seat, known.rules = seat_of(asked, admin).id, [rule.id for rule in rules]
        known.company, tags = asked.company_id, [keeping.add(asked.company, {"name": name}, by=admin) for name in "ABC"]
        db.session.commit()
        known.tags = [tag.id for tag in tags]
        return admin, asked.company, "/rules"

    with window(chromium, tmp_path_factory.mktemp("hands"), prepare) as known.page:
        yield known


@pytest.fixture
def page(place) -> Page:
    return place.page


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.id || document.activeElement.tagName")


def test_a_reason_is_typed_where_its_key_opens_it(place, page):
    """AP-5: its letters are no shortcuts: the first *a* would approve."""
    page.goto(f"/approvals/{place.seat}")
    page.keyboard.press("r")
    page.keyboard.type("Not what was agreed")
    assert page.input_value("[name=reason] >> nth=0") == "Not what was agreed"
    assert page.url.endswith(f"/approvals/{place.seat}")
    page.keyboard.press("Escape")

    page.keyboard.press("h")
    page.wait_for_selector("[name=to]:focus")


def test_a_moved_rule_keeps_the_focus_on_its_button(place, page):
    """LC-3: OP-6: one press after another moves it on."""
    first = place.rules[0]
    page.goto("/rules")
    page.focus(f"#later-{first}")
    for number in (2, 3):
        with page.expect_navigation():
            page.keyboard.press("Enter")
        expect(page.get_by_text(f"acts as number {number} of 8 now.")).to_be_visible()
        assert focused(page) == f"later-{first}"
        page.wait_for_timeout(600)  # a key decides only once within half a second


@pytest.mark.parametrize(
    ("path", "kind", "said"),
    [
        ("/rules", "rules", "The rules act in this order"),
        ("/settings/companies/{}/tags", "tags", "The tags stand in this order"),
    ],
)
def test_a_dragged_line_stays_where_it_was_put(place, page, path, kind, said):
    """LC-3: RV-4: OP-6: the order is the one that was dragged, and the page knew the one before."""
    first, second, *others = getattr(place, kind)
    page.goto(path.format(place.company))
    line = page.locator(f"[data-order-id='{second}']").bounding_box()
    page.hover(f"[data-order-id='{first}'] [data-order-grip]")
    page.mouse.down()
    page.mouse.move(line["x"] + 20, line["y"] + line["height"] - 2, steps=5)
    with page.expect_navigation():
        page.mouse.up()
    expect(page.get_by_text(said)).to_be_visible()
    order = page.eval_on_selector_all("[data-order-id]", "lines => lines.map(line => +line.dataset.orderId)")
    assert order == [second, first, *others]


def test_the_builder_leads_into_each_new_row(place, page):
    """LC-3: OP-6: and to a neighbour of one that is taken away."""
    page.goto(f"/rules/{place.rules[0]}")
    presses = {
        "add-condition": "c1-fact", "remove-condition-0": "c0-fact", "remove-condition-0 ": "add-condition",
        "add-action": "a1-act", "remove-action-1": "a0-act",
        "add-step-0": "a0-s1-users", "remove-step-0-1": "a0-s0-users",
    }  # fmt: skip
    for press, then in presses.items():
        page.focus(f"[value={press.strip()}]")
        page.keyboard.press("Enter")
        page.wait_for_selector(f"#{then}:focus")


def test_one_tag_after_another_is_put_on_a_document(place, page):
    """RV-4: OP-6: the page comes back at the field it was typed into."""
    page.goto(f"/documents/{place.asked}")
    page.keyboard.press("l")
    for count, name in enumerate(("Lyon", "Nantes"), 1):
        page.keyboard.type(name)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        expect(page.locator(".labels button.filter")).to_have_count(count)
        assert focused(page) == "tag-name"
        page.wait_for_timeout(600)
    with page.expect_navigation():
        page.locator("#in-charge + button").press("Enter")
    assert focused(page) == "in-charge"


def test_a_word_that_is_not_the_word_stays_in_its_question(place, page):
    """TR-2: what is wrong stands beside it, and Enter asks again."""
    page.on("dialog", lambda dialog: dialog.accept())  # the builder was left half typed
    page.goto("/trash")
    page.click("[data-dialog='#empty']")
    page.fill("#empty-typed", "all of it")
    page.keyboard.press("Enter")
    expect(page.locator("#empty-typed-error")).to_be_visible()
    assert focused(page) == "empty-typed" and page.input_value("#empty-typed") == "all of it"
    page.fill("#empty-typed", "empty")
    page.keyboard.press("Enter")
    expect(page.locator(".toast-text", has_text="1 document deleted for good.")).to_be_visible()
