"""What the tests of a package read is English: its conftest takes `in_english` in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask_babel import force_locale


@pytest.fixture(autouse=True)
def in_english(request: pytest.FixtureRequest, undone: None) -> Iterator[None]:
    """Outside a request Facteur speaks French; a browser's person speaks English already."""
    if "app" not in request.fixturenames or request.node.get_closest_marker("alone"):
        yield
        return
    with force_locale("en"):
        yield
