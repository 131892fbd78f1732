"""The short forms of the kill loops; `./facteur soak` has the long ones. The receiver's is in tests/intake."""

from __future__ import annotations

import os
import random

import pytest

from tests.soak import outbox, worker

SEED = int(os.environ.get("FACTEUR_SEED", random.randrange(2**32)))
KILLS = int(os.environ.get("FACTEUR_KILLS", "16"))
pytestmark = [pytest.mark.alone, pytest.mark.timeout(300 + 20 * KILLS)]


def test_senders_killed_at_every_moment_send_nothing_twice_and_lose_nothing(tmp_path):
    """S42: S43: 0 sent twice, 0 wrongly marked sent, 0 lost; what nobody can know is uncertain."""
    print(f"seed {SEED}")
    told = outbox.kill_loop(tmp_path, SEED, KILLS, each=3)
    print(told.table("outbox"))
    assert not told.broken
    assert told.figures["uncertain"]


def test_workers_killed_at_any_instant_bring_every_document_to_its_end(tmp_path):
    """S35: the worker, its child, both, the reader: each effect once, nothing stuck."""
    print(f"seed {SEED}")
    told = worker.kill_loop(tmp_path, SEED, KILLS // 3)
    print(told.table("worker"))
    assert not told.broken
