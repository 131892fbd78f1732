"""Whatever is done with payments, nothing is paid twice or to a stranger."""

from __future__ import annotations

import os
import random

from app.extensions import db
from tests.documents.histories import run
from tests.payments.histories import PaymentHistories, ground
from tests.thorough import HISTORIES

SEED = int(os.environ.get("FACTEUR_SEED", random.randrange(2**32)))


def test_whatever_is_done_nothing_is_paid_twice(app):
    """PY-2: PY-3: LC-1: S91: S92: S93: one live batch at most, only confirmed accounts, sums and bytes that stay."""
    print(f"seed {SEED}")
    run(PaymentHistories, ground(db.engines[None]), times=HISTORIES, steps=5, number=SEED)
