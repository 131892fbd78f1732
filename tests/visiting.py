"""Somebody with a mailed link and no sign-in, and the hand of the clock."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient

NONCE = re.compile(r'name="page" value="([^"]+)"')
DIGITS = re.compile(r"<strong>((?:\d ){3}\d)</strong>")


class Visitor:
    """A browser without a sign-in; time passes when it says so."""

    def __init__(self, client: FlaskClient, clock_hand: time_machine.Coordinates, links: str = "/approvals/links"):
        self.client, self.hand, self.links = client, clock_hand, links

    def open(self, token, **query):
        self.answer = self.client.get(f"{self.links}/{token}", query_string=query)
        return self.answer

    def wait(self, seconds):
        self.hand.shift(timedelta(seconds=seconds))

    def press(self, token, choice="approve", after=5, page=None, follow=True, **form):
        """Press a button of the page that was opened last, so many seconds later."""
        self.wait(after)
        form |= {"choice": choice, "page": page or self.page}
        pressed = self.client.post(f"{self.links}/{token}", data=form, follow_redirects=follow)
        if NONCE.search(pressed.text):
            self.answer = pressed
        return pressed

    @property
    def page(self) -> str:
        """What proves the page that was opened last."""
        found = NONCE.search(self.answer.text)
        return found.group(1) if found else ""

    @property
    def digits(self) -> str:
        """What that page asks a person to copy."""
        return DIGITS.search(self.answer.text).group(1).replace(" ", "")


@pytest.fixture
def hand() -> Iterator[time_machine.Coordinates]:
    """The hand of the clock."""
    with time_machine.travel(datetime.now(UTC), tick=False) as traveller:
        yield traveller
