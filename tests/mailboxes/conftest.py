"""What tests of mailboxes start from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.mailboxes.server import Server


@pytest.fixture
def server() -> Iterator[Server]:
    """A scripted mail server."""
    server = Server()
    yield server
    server.close()
