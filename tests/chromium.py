"""A headless browser for the tests that need a real one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

PROGRAM = shutil.which("chromium-headless-shell") or "/usr/bin/chromium"
"""The first has no window to draw around each page, which takes the other as long as the page itself."""
OPTIONS = "no-sandbox disable-gpu disable-background-networking disable-component-update disable-sync no-first-run"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One for all tests of a module."""
    with sync_playwright() as playwright:
        arguments = [f"--{option}" for option in OPTIONS.split()]
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=arguments)
        yield browser
        browser.close()
