"""Whatever people do with documents, the facts and all that is shown agree."""

from __future__ import annotations

import os
import random

from app.extensions import db
from tests.documents.histories import Histories, ground, run
from tests.thorough import HISTORIES

SEED = int(os.environ.get("FACTEUR_SEED", random.randrange(2**32)))


def test_whatever_is_done_the_status_is_what_the_facts_amount_to(app):
    """LC-1: LC-4: LC-8: TR-1: TR-2: R17: no document in two places, figures are sums, no hold and no word lost."""
    print(f"seed {SEED}")
    run(Histories, ground(db.engines[None]), times=HISTORIES, steps=5, number=SEED)
