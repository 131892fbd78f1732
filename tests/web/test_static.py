"""What is sent to a browser: vendored files as published, no code or style inside a page, colours one can read."""

from __future__ import annotations

import hashlib
import json
import re
from itertools import chain
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "static"
PAGES = [page for page in sorted((ROOT / "templates").rglob("*.html")) if "mail" not in page.parts]
STYLES = sorted((STATIC / "css").glob("*.css"))
SCRIPTS = sorted((STATIC / "js").glob("*.js"))
MANIFEST = json.loads((STATIC / "vendor/MANIFEST.json").read_text())["packages"]
VENDORED = dict(chain.from_iterable(package["files"].items() for package in MANIFEST))

INSIDE = {
    "a script inside the page": r"<script(?![^>]*\bsrc=)",
    "a style inside the page": r"<style\b",
    "a style attribute": r"<[^>]*\sstyle\s*=",
    "an event attribute": r"<[a-zA-Z][^<>]*\s(on[a-z]+|hx-on[:\w-]*)\s*=",
    "code in an address": r"javascript:",
    "code in an htmx attribute": r"hx-(vals|headers|vars|request)\s*=\s*[\"']\s*js:",
    "a condition htmx would evaluate": r"hx-trigger\s*=\s*\"([^\"]*,)?\s*[\w:.-]+\[",
    "a file from outside": r"<(script|link|img|source|iframe|use)\b[^>]*\b(src|href)\s*=\s*[\"'](https?:)?//",
}


def broken(pattern: str, text: str) -> list[str]:
    """The places of `text` that hold what the pattern describes, for the message of the test."""
    return [match.group(0) for match in re.finditer(pattern, text)]


@pytest.mark.parametrize("name", sorted(VENDORED))
def test_a_vendored_file_is_the_one_that_was_published(name):
    """OP-1: nothing is fetched at run time, so what is shipped must be what the manifest names."""
    assert hashlib.sha256((ROOT / name).read_bytes()).hexdigest() == VENDORED[name]


def test_no_vendored_file_is_missing_from_the_manifest():
    """OP-1: each foreign file is known by version, licence and hash."""
    shipped = [*(STATIC / "vendor").rglob("*"), *(ROOT / "tests/vendor").rglob("*")]
    names = {str(file.relative_to(ROOT)) for file in shipped if file.is_file() and file.name != "MANIFEST.json"}
    assert names <= set(VENDORED)
    assert all(package["version"] and package["licence"] for package in MANIFEST)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_holds_no_code_no_style_and_nothing_from_outside(page):
    """OP-6: the strict policy blocks nothing that a page needs."""  # S78 S79
    text = re.sub(r"{#.*?#}", "", page.read_text(), flags=re.S)
    assert {what: found for what, pattern in INSIDE.items() if (found := broken(pattern, text))} == {}


def test_the_watcher_of_pages_sees_each_of_these():
    """OP-6: the test above would notice."""  # S79
    wrong = """<script>x</script><style></style><p style="a"><b onclick="x" ><a href="javascript:x"><i hx-vals='js:x'>
    <u hx-trigger="click[x]"><img src="//example.org/a.png">"""
    assert [what for what, pattern in INSIDE.items() if not broken(pattern, wrong)] == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_a_script_is_small_and_writes_no_markup(script):
    """OP-6: what a script shows is text, whatever a document or a file name holds."""  # S78 S79
    text = script.read_text()
    assert len(text.splitlines()) < 150
    forbidden = r"\b(eval|Function|innerHTML|outerHTML|insertAdjacentHTML|document\.write)\b|https?://"
    assert broken(forbidden, text) == []


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)
def test_a_style_sheet_loads_nothing(style):
    """OP-6: one request, no outside font and no picture."""  # S79
    assert broken(r"url\(|@import", style.read_text()) == []


def test_the_library_of_styles_loads_nothing_but_what_it_carries():
    """OP-6: only data: pictures, which the policy allows for images alone."""  # S79
    text = (STATIC / "vendor/tabler-1.6.1/tabler.min.css").read_text()
    assert broken(r"@import|url\((?![\"']?data:image/)", text) == []


def icons() -> set[str]:
    """The names of the sprite."""
    return {symbol.get("id", "") for symbol in ElementTree.parse(STATIC / "icons.svg").getroot()}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_icon_a_page_names_is_in_the_sprite(page):
    """OP-6: no empty square where an icon should be."""
    assert set(re.findall(r"\bicon\(\"([a-z0-9-]+)\"", page.read_text())) <= icons()


def test_every_picture_of_the_sprite_has_a_size():
    """OP-6: an icon scales with the text."""
    symbols = list(ElementTree.parse(STATIC / "icons.svg").getroot())
    assert len(symbols) > 40
    assert {symbol.get("viewBox") for symbol in symbols} == {"0 0 24 24"}


def tokens(theme: int) -> dict[str, str]:
    """The colours of facteur.css in one theme: 0 is light, 1 is dark."""
    found = re.findall(
        r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", (STATIC / "css/facteur.css").read_text()
    )
    return {name: colours[theme] for name, *colours in found}


def luminance(colour: str) -> float:
    """How light a colour is, as WCAG 2 defines it."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The WCAG contrast of two colours."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


TINTS = ["red", "amber", "green", "teal", "violet", "grey"]
GROUNDS = ["ground", "surface", "raised", "sunken"]
PAIRS = [(ink, ground) for ink in ["text", "text-soft", "accent-text"] for ground in GROUNDS]
PAIRS += [(tint, ground) for tint in TINTS for ground in [f"{tint}-tint", "surface", "raised"]]
PAIRS += [("accent-text", "accent-tint"), ("text", "accent-tint"), ("text", "amber-tint"), ("text", "red-tint")]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_every_word_can_be_read_on_its_ground(theme):
    """OP-6: WCAG 2.2 AA asks 4.5:1 for text, 3:1 for the edge of a field."""
    colours = tokens(theme)
    assert {
        pair: contrast(colours[pair[0]], colours[pair[1]])
        for pair in PAIRS
        if contrast(colours[pair[0]], colours[pair[1]]) < 4.5
    } == {}
    assert contrast("#ffffff", colours["accent"]) >= 4.5
    assert contrast("#ffffff", colours["red-fill"]) >= 4.5
    assert all(contrast(colours["line-strong"], colours[ground]) >= 3 for ground in ["surface", "ground", "raised"])


def test_every_icon_of_the_navigation_is_in_the_sprite():
    """OP-6: the sidebar's icons are named in Python."""
    named = set(re.findall(r"Item\([^)]*\), \"([a-z0-9-]+)\"", (ROOT / "app/web/navigation.py").read_text()))
    assert named
    assert named <= icons()
