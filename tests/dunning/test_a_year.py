"""The short form of the year of reminders; `./facteur soak dunning` has 5,000 customers."""

from __future__ import annotations

import os
import random

import pytest

from tests.soak import dunning

SEED = int(os.environ.get("FACTEUR_SEED", random.randrange(2**32)))


@pytest.mark.alone
@pytest.mark.timeout(300)
def test_nobody_is_reminded_who_should_not_be_whatever_happens_in_a_year(tmp_path):
    """DN-1: SE-2: S48: S52: paid, disputed, promised, paused, answered, on a weekend, too soon, or out of its order."""
    print(f"seed {SEED}")
    told = dunning.year(tmp_path, SEED, 40)
    print(told.table("dunning"))
    assert not told.broken
    assert told.figures["messages sent"] > 10
