"""The buttons that write a variable where the cursor is."""

from __future__ import annotations

from app.config import ROOT

PAGE = """<button type="button" data-insert="{number}">Number</button>
<input id="subject" data-insertable value="About ">
<textarea id="text" data-insertable>Dear </textarea><input id="other" value="cc">"""
TOLD = "document.addEventListener('input', event => (window.told = [...(window.told || []), event.target.id]))"


def test_a_variable_is_written_where_the_cursor_was(chromium):
    """SE-4: in the field that had it last, else in the text; whoever follows what is typed hears of it."""
    page = chromium.new_page()
    page.set_content(PAGE)
    page.evaluate(TOLD)
    page.add_script_tag(content=(ROOT / "static/js/insert.js").read_text(), type="module")
    button, value = page.locator("button"), lambda name: page.input_value(f"#{name}")

    button.click()
    assert (value("subject"), "{number}" in value("text")) == ("About ", True)
    page.locator("#subject").focus()
    page.keyboard.press("End")
    page.locator("#other").focus()
    button.click()
    page.keyboard.type("!")
    assert (value("subject"), value("other")) == ("About {number}!", "cc")
    assert page.evaluate("window.told") == ["text", "subject", "subject"]
    page.close()
