"""The modules of static/js in a real browser, under the real policy."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page
from werkzeug.serving import make_server

from tests.web.sample import make_app, shell

AXE = (Path(__file__).parents[1] / "vendor/axe-core-4.14.1/axe.min.js").read_text()
PAGES = ["/list", "/review", "/add", "/settings", "/refused"]
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where the sample is served."""
    server = make_server("127.0.0.1", 0, make_app(shell), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()


@pytest.fixture
def open_page(chromium, address):
    """`open_page("/list", …)`: a page of the sample; whatever the browser complains about fails the test."""
    complaints, contexts = [], []

    def open_at(path: str, **options) -> Page:
        contexts.append(
            chromium.new_context(base_url=address, **({"viewport": WIDE, "reduced_motion": "reduce"} | options))
        )
        page = contexts[-1].new_page()
        page.on("console", lambda said: complaints.append(said.text) if "Failed to load" not in said.text else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert complaints == []


def focused(page: Page) -> str:
    """The id or name of what has the focus."""
    return page.evaluate("document.activeElement.id || document.activeElement.name")


@pytest.mark.parametrize(("viewport", "scheme"), [(WIDE, "light"), (PHONE, "dark")], ids=["wide-light", "phone-dark"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_serious(open_page, path, viewport, scheme):
    """OP-6: WCAG 2.2 AA, on a phone, dark and light; and nothing is wider than the screen."""
    page = open_page(path, viewport=viewport, color_scheme=scheme)
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    serious = [(each["id"], [node["html"] for node in each["nodes"]]) for each in found]
    assert serious == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_keys_lead_to_the_search_and_to_pages_but_never_while_typing(open_page):
    """RV-7: `/` searches, one key after another goes to a page; in a field they are letters."""
    page = open_page("/list")
    page.keyboard.press("/")
    assert focused(page) == "q"
    page.keyboard.type("j/?")
    assert page.input_value("[name=q]") == "j/?"
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("s")
    page.wait_for_url("**/settings")


@pytest.mark.parametrize("how", ["held", "pressed twice"])
def test_a_key_decides_once(open_page, how):
    """RV-7: the next document has come by then, and nobody has seen it."""
    page = open_page("/review")
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)

    def press() -> None:
        page.keyboard.down("Enter")  # again without letting go: as when it is held
        if how == "pressed twice":
            page.keyboard.up("Enter")

    page.clock.set_fixed_time("2026-11-02T09:00:00")
    page.keyboard.down("Control")
    press()
    page.wait_for_url("**/saved")
    page.goto("/review")
    if how == "held":
        page.clock.set_fixed_time("2026-11-02T09:00:10")
    press()
    page.wait_for_timeout(200)
    assert len(sent) == 1
    page.keyboard.up("Enter")
    page.clock.set_fixed_time("2026-11-02T09:00:11")
    page.keyboard.down("Enter")
    page.wait_for_url("**/saved")
    assert len(sent) == 2


def test_what_the_page_is_about_goes_before_what_is_on_every_page(open_page):
    """RV-7: `a` approves where there is something to approve, and adds elsewhere."""
    page = open_page("/review")
    page.evaluate(
        """() => { const button = document.createElement("button"); button.dataset.key = "g"; button.textContent = "Go";
        button.onclick = () => { document.title = "done"; }; document.querySelector(".main").append(button);
        const other = button.cloneNode(true); other.onclick = () => { document.title = "wrong"; };
        document.body.prepend(other); }"""
    )
    page.keyboard.press("g")
    assert page.title() == "done"


def test_the_help_frame_lists_every_shortcut_of_the_page(open_page):
    """RV-7: listed under `?`."""
    page = open_page("/review")
    page.keyboard.press("?")
    shown = page.inner_text("[data-keys-list]")
    assert all(word in shown for word in ["Validate", "zoom-in", "rotate", "Search", "Settings"])
    page.keyboard.press("Escape")
    assert not page.is_visible("#keys")


def test_single_keys_can_be_switched_off(open_page):
    """OP-6: WCAG 2.1.4, for those whose voice presses keys; Ctrl+Enter still validates."""
    page = open_page("/review")
    page.keyboard.press("?")
    page.uncheck("[data-keys-switch]")
    page.reload()
    page.keyboard.press("/")
    assert focused(page) != "q"
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/saved")


def test_a_form_left_open_is_sent_with_the_newest_token(open_page):
    """OP-6: the token in the form is old; the page's own goes out instead."""  # S77
    page = open_page("/review")
    page.click("text=Validate")
    page.wait_for_url("**/saved")
    assert page.inner_text("h1") == "Settings"


def test_a_field_lights_its_box_and_a_box_leads_to_its_field(open_page):
    """RV-2: focusing a field shows where it was read."""
    page = open_page("/review")
    page.focus("#number")
    assert page.locator(".box.is-active").get_attribute("data-field") == "number"
    page.focus("#label")
    assert page.locator(".box.is-active").count() == 0
    page.hover(".box")
    assert page.locator(".field.is-pointed").count() == 1
    page.click(".box")
    assert focused(page) == "number"


def test_a_click_on_a_word_fills_the_field_and_moves_on(open_page):
    """RV-2: a date is put as a date field wants it; Shift adds a word; nothing fits where nothing is aimed at."""
    page = open_page("/review")
    word, day = page.locator(".word").nth(0), page.locator(".word").nth(1)
    word.click()
    assert page.input_value("#number") == ""
    page.focus("#number")
    word.click()
    assert (page.input_value("#number"), focused(page)) == ("F-204", "issue_date")
    word.click()
    assert (page.input_value("#issue_date"), focused(page)) == ("", "issue_date")
    day.click()
    assert (page.input_value("#issue_date"), focused(page)) == ("2026-12-03", "label")
    word.click(modifiers=["Shift"])
    word.click(modifiers=["Shift"])
    assert (page.input_value("#label"), focused(page)) == ("F-204 F-204", "label")


def test_the_page_is_zoomed_turned_and_leafed_through(open_page):
    """RV-2: zoom, rotate, thumbnails, by key too."""
    page = open_page("/review")
    width = page.locator(".sheet").first.bounding_box()["width"]
    page.keyboard.press("+")
    assert page.locator(".sheet").first.bounding_box()["width"] > width
    page.keyboard.press("-")
    page.keyboard.press("o")
    turned = page.locator(".sheet").first.bounding_box()
    assert page.locator(".sheet").first.get_attribute("data-rotation") == "90"
    assert turned["width"] == pytest.approx(width, abs=1)
    page.click("[data-review-page='2']")
    assert page.evaluate("document.querySelector('.review-sheets').scrollTop") > 100
    assert page.locator("[data-review-page='2']").get_attribute("aria-current") == "true"


def test_a_selection_shows_its_bar_and_its_number(open_page):
    """RV-7: bulk acts on what is selected, and says how many."""
    page = open_page("/list")
    assert not page.is_visible("[data-bulk]")
    page.locator("[name=ids]").nth(1).click()
    page.locator("[name=ids]").nth(4).click(modifiers=["Shift"])
    assert page.inner_text("[data-bulk-count]") == "4"
    page.click("[data-select-all]")
    assert page.inner_text("[data-bulk-count]") == "6"
    page.click("[data-bulk-clear]")
    assert not page.is_visible("[data-bulk]")


def test_menus_and_dialogs_open_and_close(open_page):
    """OP-6: usable by keyboard alone."""
    page = open_page("/list")
    page.focus(".person-menu > summary")
    page.keyboard.press("Enter")
    assert page.is_visible(".person-menu .menu-panel")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.closest('.person-menu') !== null")
    page.keyboard.press("Escape")
    assert not page.is_visible(".person-menu .menu-panel")
    page.click("[data-dialog='#sure']")
    assert page.is_visible("#sure")
    page.click("#sure [data-close]")
    assert not page.is_visible("#sure")


def test_the_chosen_theme_stays(open_page):
    """OP-6: dark and light, by choice or by the system."""
    page = open_page("/list", color_scheme="light")
    page.click(".person-menu > summary")
    page.click("[data-theme-choice=dark]")
    page.reload()
    assert page.evaluate("getComputedStyle(document.body).colorScheme") == "dark"


def test_without_script_the_system_s_theme_and_the_plain_forms_remain(open_page):
    """OP-6: core actions work without JavaScript."""
    page = open_page("/add", java_script_enabled=False, color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(15, 16, 18)"
    assert page.is_visible("input[type=file]#files") and page.is_visible("noscript button")
    page.goto("/list")
    assert page.is_visible("[data-bulk]") and not page.is_visible("[data-copy]")


def test_each_file_goes_by_itself_and_says_what_became_of_it(open_page):
    """IN-2: a progress bar per file, a reason, and a second try."""
    page = open_page("/add")
    names = ["one.pdf", "locked.pdf", "<b>two</b>.pdf"]
    page.set_input_files("#files", [{"name": name, "mimeType": "application/pdf", "buffer": b"%PDF"} for name in names])
    page.wait_for_selector(".upload-row:nth-child(3)[data-state=imported]")
    rows = page.locator(".upload-row")
    assert [row.get_attribute("data-state") for row in rows.all()] == ["imported", "failed", "imported"]
    assert "The file is encrypted." in rows.nth(1).inner_text() and rows.nth(0).locator("progress").count() == 1
    assert "<b>two</b>.pdf" in rows.nth(2).inner_text()  # S78
    rows.nth(1).locator("button").click()
    page.wait_for_selector(".upload-row:nth-child(2)[data-state=failed] button")
    assert page.inner_text("[data-upload-count]") == "Files: 3 of 3"


def test_a_file_that_is_too_large_is_not_sent(open_page):
    """IN-2: it says the limit at once, and offers no second try that cannot work."""
    page = open_page("/add")
    page.set_input_files("#files", {"name": "film.pdf", "mimeType": "application/pdf", "buffer": b"%PDF" * 300_000})
    page.wait_for_selector(".upload-row[data-state=failed]")
    assert "Larger than 1 MB" in page.inner_text(".upload-row")
    assert page.locator(".upload-row button").count() == 0 and page.inner_text("[data-upload-count]") == "Files: 1 of 1"


def test_of_more_files_than_allowed_the_last_are_not_sent(open_page):
    """IN-9: each says so; the others go."""
    page = open_page("/add")
    files = [{"name": f"{n}.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"} for n in range(6)]
    page.set_input_files("#files", files)
    page.wait_for_selector(".upload-row:nth-child(5)[data-state=imported]")
    assert "5 files at once are the most" in page.inner_text(".upload-row[data-state=failed]")
    assert page.locator(".upload-row[data-state=failed]").count() == 1


def test_what_was_refused_has_the_focus(open_page):
    """OP-6: WCAG 3.3.1: who presses Ctrl+Enter hears and sees what is wrong, not the top of the page."""
    assert focused(open_page("/refused")) == "form-errors"


def test_an_account_number_is_grouped_when_one_leaves_it(open_page):
    """OP-6: by fours, as it is printed."""
    page = open_page("/refused")
    page.fill("#iban", "fr7630006000011234567890189")
    page.keyboard.press("Tab")
    assert page.input_value("#iban") == "FR76 3000 6000 0112 3456 7890 189"


def test_a_toast_never_lies_over_the_buttons_of_the_review(open_page):
    """RV-1: what was just done is told over the picture."""
    for viewport in (WIDE, PHONE):
        page = open_page("/review", viewport=viewport)
        page.evaluate(
            "document.getElementById('alerts').append(document.getElementById('toast-lost').content.cloneNode(true))"
        )
        toast, bar = (page.locator(name).bounding_box() for name in ("#alerts .toast-line", ".review-actions"))
        is_beside = toast["x"] + toast["width"] <= bar["x"] or toast["x"] >= bar["x"] + bar["width"]
        assert is_beside or toast["y"] + toast["height"] <= bar["y"] or toast["y"] >= bar["y"] + bar["height"]


def test_an_answer_in_a_region_brings_its_toast(open_page):
    """OP-6: what happened is said where the eye and the screen reader find it."""
    page = open_page("/list")
    page.click("#ask")
    page.wait_for_selector("#alerts [data-toast]")
    assert page.inner_text("#alerts .toast-text") == "Saved."
    assert page.locator("#csrf-token").count() == 1 and page.inner_text("#region") == "New."


def test_a_failure_in_a_region_is_said_and_the_region_stays(open_page):
    """OP-6: silence would look like success."""
    page = open_page("/list")
    page.click("#fail")
    page.wait_for_selector("#alerts .toast-error")
    assert page.inner_text("#alerts .toast-text") == "It broke."
    assert "Nothing yet" in page.inner_text("#region")


DRAFTED = """() => {
  document.querySelector("main").insertAdjacentHTML("beforeend", `<form id="tried" hx-post="/tried/draft"
    hx-trigger="change" hx-swap="none"><input name="net"><button formaction="/tried/validation">End</button></form>`);
  const form = document.getElementById("tried");
  form.addEventListener("submit", (event) => event.preventDefault());
  htmx.process(form);
  for (const _each of [1, 2]) form.net.dispatchEvent(new Event("change", { bubbles: true }));
  form.querySelector("button").click();
}"""


def test_a_draft_that_waits_never_takes_the_address_of_a_button(open_page):
    """RV-1: where answers are slow, what was typed last is not validated once more beside the form itself."""
    page, asked = open_page("/list"), []

    def answer(route) -> None:
        asked.append(route.request.url.partition("/tried/")[2])
        route.fulfill(body="")

    page.route("**/tried/*", answer)
    with page.expect_response(lambda _answer: len(asked) == 2):
        page.evaluate(DRAFTED)

    assert asked == ["draft", "draft"]


def test_a_copy_says_so(open_page, address):
    """IN-1: the intake address with a copy button."""
    page = open_page("/list", permissions=["clipboard-read", "clipboard-write"])
    page.click("[data-copy]")
    page.wait_for_selector(".is-copied")
    assert page.evaluate("navigator.clipboard.readText()") == "achats@example.org"
