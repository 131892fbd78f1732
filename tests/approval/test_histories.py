"""Whatever happens in whatever order: none decided twice, none decided on a version nobody saw (SAFETY S59, S61)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.approval import demands
from tests.approval.histories import KINDS, begin
from tests.thorough import HISTORIES
from tests.web.world import taken_back

pytestmark = pytest.mark.timeout(400)
STEPS = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 11), st.integers(0, 11)), min_size=2, max_size=6)


@pytest.fixture
def history(firm):
    """One document, as it stands at the beginning of each history."""
    before = list(demands.asks)
    yield begin(firm)
    demands.asks[:] = before


@settings(max_examples=HISTORIES)
@given(steps=STEPS)
def test_whatever_happens_nothing_is_approved_that_nobody_saw(history, steps):
    """AP-1: AP-3: LC-5: one decision a seat, one open round, links of ended rounds dead, and a status that fits."""
    with taken_back():
        history.again()
        history.play(steps)
