"""Many short histories of allocations; `./facteur soak allocations` has ten thousand."""

from __future__ import annotations

import os
import random

from app.extensions import db
from tests.bank.histories import Allocations, ground
from tests.documents.histories import run
from tests.thorough import HISTORIES

SEED = int(os.environ.get("FACTEUR_SEED", random.randrange(2**32)))


def test_whatever_is_allocated_and_taken_back_the_sums_agree(app):
    """S94: BK-2: BK-3: BK-4: LC-4: after each step, and undoing everything restores the first state."""
    print(f"seed {SEED}")
    run(Allocations, ground(db.engines[None]), times=HISTORIES, steps=4, number=SEED)
