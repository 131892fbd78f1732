"""A decision page opened 1,000 times by a scanner of mails, which presses whatever it finds: how many decisions?"""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from flask.testing import FlaskClient
from playwright.sync_api import BrowserContext, Error, sync_playwright
from sqlalchemy import func, select

from app.approval.models import Decision
from app.extensions import db
from tests.approval.site import Site, served
from tests.chromium import OPTIONS, PROGRAM

OPENED = int(os.environ.get("FACTEUR_OPENED", "1000"))
WITH_BROWSER = 8
NONCE, BUTTONS = re.compile(r'name="page" value="([^"]+)"'), re.compile(r'name="choice" value="(\w+)"')
SUBMIT_ALL = "() => { for (const form of document.forms) form.submit(); }"
CLICK_FIRST = "() => { for (const form of document.forms) form.querySelector('[type=submit]').click(); }"
FILL = """() => document.querySelectorAll('textarea, input:not([type=hidden])').forEach(each => each.value = '1234')"""
CLICK = "which => { const all = document.querySelectorAll('[type=submit]'); if (all[which]) all[which].click(); }"


def main() -> None:
    """Open it in all ways a scanner knows, and say what stands afterwards."""
    with tempfile.TemporaryDirectory(prefix="facteur-bench-") as folder, served(Path(folder)) as site:
        site.ask()
        link, path = site.link(), "/approvals/links/" + site.link().rpartition("/")[2]
        began, client = time.monotonic(), site.app.test_client()
        ways: list[Callable[[FlaskClient, str], None]] = [_look, _head, _send_empty, _send_each, _send_first]
        for turn in range(OPENED - WITH_BROWSER):
            ways[turn % len(ways)](client, path)
        _with_a_browser(link)
        seconds = time.monotonic() - began
        print(f"opened {OPENED} times by a scanner, {WITH_BROWSER} of them in a browser, in {seconds:.0f} s:")
        print(f"  decisions that stand: {_standing(site)}, the document is {site.status()}")
        print("target: 0 decisions:", "met" if _standing(site) == 0 else "MISSED", flush=True)
        _tell_what_is_left(site)


def _look(client: FlaskClient, path: str) -> None:
    client.get(path, query_string={"choice": "approve"})


def _head(client: FlaskClient, path: str) -> None:
    client.head(path)


def _send_empty(client: FlaskClient, path: str) -> None:
    """As `form.submit()` does."""
    client.post(path, data={"page": _nonce(client, path), "reason": "1234"})


def _send_first(client: FlaskClient, path: str) -> None:
    """The first button of the page, at once."""
    page = client.get(path).text
    client.post(path, data={"page": _nonce(client, path), "choice": BUTTONS.findall(page)[0], "reason": "1234"})


def _send_each(client: FlaskClient, path: str) -> None:
    """Every button of one page, one after the other."""
    page = client.get(path).text
    nonce = NONCE.search(page)
    for choice in BUTTONS.findall(page):
        form = {"page": nonce.group(1) if nonce else "", "choice": choice, "reason": "1234", "digits": "1234"}
        client.post(path, data=form)


def _nonce(client: FlaskClient, path: str) -> str:
    found = NONCE.search(client.get(path).text)
    return found.group(1) if found else ""


def _with_a_browser(link: str) -> None:
    """Runs scripts, fills in every field, waits like a person, and presses all there is."""
    with sync_playwright() as playwright:
        arguments = [f"--{option}" for option in OPTIONS.split()]
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=arguments)
        for turn in range(WITH_BROWSER):
            context = browser.new_context()
            with contextlib.suppress(Error):
                _scan(context, link, turn)
            context.close()
        browser.close()


def _scan(context: BrowserContext, link: str, turn: int) -> None:
    page = context.new_page()
    page.goto(link)
    if turn % 3:
        page.wait_for_timeout(2500)
    for which in range(4):
        page.evaluate(FILL)
        page.evaluate((SUBMIT_ALL, CLICK_FIRST)[turn % 2]) if turn % 4 < 2 else page.evaluate(CLICK, which)
        page.wait_for_timeout(150)
        page.goto(link)


def _standing(site: Site) -> int:
    with site.app.app_context():
        return db.session.scalar(select(func.count(Decision.id)).where(Decision.undone_at.is_(None))) or 0


def _tell_what_is_left(site: Site) -> None:
    """What no page can tell from a person: it waits, and presses one button that is seen, once."""
    site.ask()
    before, path = _standing(site), "/approvals/links/" + site.link().rpartition("/")[2]
    client = site.app.test_client()
    nonce = _nonce(client, path)
    time.sleep(2.1)
    client.post(path, data={"page": nonce, "choice": "approve"})
    made = _standing(site) - before
    print(f"one that waits two seconds and presses Approve alone, once: {made}, told at once, and can be taken back")
