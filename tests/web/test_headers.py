"""What every page tells the browser (SAFETY S79), asked of every address."""

from __future__ import annotations

import re

from app.web.access import Role
from tests.conftest import aimed_at
from tests.web.world import CONTENT, addresses, ask, make_world, rules

INLINE = {
    "a script": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.I),
    "a style": re.compile(r"<style|\sstyle=", re.I),
    "a handler": re.compile(r"<[^>]*\son[a-z]+=[\"']", re.I),
    "an outside source": re.compile(
        r"<(?:script|link|img|iframe|source|use)[^>]*(?:src|href)=[\"'](?:https?:)?//", re.I
    ),
    "a javascript address": re.compile(r"href=[\"']\s*javascript:", re.I),
    "htmx evaluating": re.compile(r"hx-on|hx-vars|hx-vals=[\"']js:", re.I),
}


ANSWERED: list = []
"""What was answered; asked for once, by whichever test comes first."""


def pages(app, browser):
    """Every page of an admin, and every one that is open to all: its rule, the whole, and a fragment of it."""
    if ANSWERED:
        return ANSWERED
    world = make_world("canary", 4242)
    client = browser(world.people[Role.ADMIN], world.company)
    answered = []
    for rule, method in rules(app, "GET"):
        if rule.endpoint != "static":
            for url in addresses(app, rule, world, (world.waiting, world.validated)):
                whole = ask(client, method, url)
                region = aimed_at("results") if b'id="results"' in whole.data else CONTENT
                answered.append((rule, whole, ask(client, method, url, headers=region)))
    ANSWERED.extend(answered)  # all or none: half of them would let the other tests pass
    return ANSWERED


def test_every_page_forbids_what_is_not_ours_and_stays_in_no_cache(app, browser):
    """SAFETY: one strict policy, no store, no sniffing, no frame, on every answer."""  # S79
    wrong = []
    for rule, *answers in pages(app, browser):
        for answer in answers:
            head = answer.headers
            policy = head.get("Content-Security-Policy", "")
            strict = "default-src 'none'" in policy and "unsafe" not in policy and "*" not in policy
            kept = "no-store" not in head.get("Cache-Control", "") and not _may_be_kept(app, rule, head)
            sniffed = head.get("X-Content-Type-Options") != "nosniff"
            framed = "frame-ancestors 'none'" not in policy and "sandbox" not in policy
            if not strict or kept or sniffed or framed:
                wrong.append((rule.rule, policy, dict(head)))

    assert wrong == []


def _may_be_kept(app, rule, head):
    """Pictures known by their hash, in the browser of who saw them; a file that is open to all."""
    kind, view = head.get("Content-Type", ""), app.view_functions[rule.endpoint]
    is_open_file = getattr(view, "permission", "closed") is None and not kind.startswith("text/")
    return is_open_file or ("private" in head.get("Cache-Control", "") and kind.startswith("image/"))


def test_pages_hold_nothing_inline_and_nothing_from_outside(app, browser):
    """SAFETY: no inline script, style or handler; no source but this server."""  # S79
    found = []
    for rule, *answers in pages(app, browser):
        for answer in answers:
            if answer.mimetype == "text/html" and "attachment" not in answer.headers.get("Content-Disposition", ""):
                found += [(rule.rule, what) for what, pattern in INLINE.items() if pattern.search(answer.text)]

    assert found == []


def test_a_page_and_its_fragment_are_kept_apart(app, browser):
    """SAFETY: an answer that depends on htmx says so, or a cache would give the one for the other."""  # S79
    mixed = [
        rule.rule
        for rule, whole, fragment in pages(app, browser)
        if whole.status_code == 200
        and whole.mimetype == "text/html"
        and whole.text != fragment.text
        and "<html" in whole.text
        and "<html" not in fragment.text
        and "HX-Request" not in whole.headers.get("Vary", "")
    ]

    assert mixed == []


def test_htmx_may_not_evaluate_or_keep_pages(app, browser):
    """SAFETY: htmx evaluates nothing and keeps no page that Back could show after signing out."""  # S79
    page = browser().get("/sign-in").text

    for setting in ('"allowEval": false', '"historyCacheSize": 0', '"includeIndicatorStyles": false'):
        assert setting in page


def test_no_answer_breaks(app, browser):
    """SAFETY: every page of an admin answers, also as a fragment."""
    broken = [
        rule.rule for rule, *answers in pages(app, browser) if any(answer.status_code >= 500 for answer in answers)
    ]

    assert broken == []
