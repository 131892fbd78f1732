"""What is demanded in these tests, and in which language they read."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from app.approval import demands
from app.approval.demands import Demand, WantedStep
from app.approval.models import Mode
from app.users.models import User
from tests.approval.making import Firm, make_firm
from tests.language import in_english

__all__ = ["demand", "firm", "in_english"]


@pytest.fixture
def demand() -> Iterator[Callable[..., None]]:
    """`demand([lea], [bob, tom])`: each document waits for Léa, then for Bob or Tom; `demand()`: for nobody."""
    asks, kept = demands.asks, list(demands.asks)

    def set_to(*steps: list[User], mode: Mode = Mode.ANY, over: int = 0, rule_id: int | None = None) -> None:
        wanted = tuple(WantedStep(tuple(user.id for user in users), mode) for users in steps)
        asked = Demand(rule_id, {"name": "over 1,000 €"}, wanted)
        asks[:] = [lambda document: asked if wanted and (document.gross_minor or 0) >= over else None]

    asks.clear()
    yield set_to
    asks[:] = kept


@pytest.fixture
def firm(app) -> Firm:
    """A company with somebody who validates, three who approve, and an admin."""
    return make_firm()
