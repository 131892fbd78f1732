"""Random histories of approvals: none decided twice, none decided on a version nobody saw (SAFETY S59, S61)."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

from app.approval import demands
from app.extensions import db
from tests.approval.histories import KINDS, History, Step, begin
from tests.approval.making import make_firm
from tests.live import make_live_app
from tests.soak.histories import PORTION
from tests.soak.told import Told
from tests.undoing import undone_in

LONGEST = 14
HISTORIES = int(os.environ.get("FACTEUR_HISTORIES", "10000"))


def histories(folder: Path, seed: int, kills: int = HISTORIES) -> Told:
    """Play so many, each of them taken back afterwards; `kills` says how many, as for the other loops."""
    app, chance, told, began = make_live_app(folder), random.Random(seed), Told(), time.monotonic()
    steps = 0
    for begun in range(0, kills, PORTION):
        with undone_in(app) as connection:
            demands.asks.clear()
            history = begin(make_firm())
            for number in range(begun, min(begun + PORTION, kills)):
                savepoint, chosen = connection.begin_nested(), _chosen(chance)
                steps += len(chosen)
                _play(history, chosen, number, told)
                db.session.rollback()
                savepoint.rollback()
                db.session.expire_all()
    told.figures |= {"histories": kills, "steps": steps, "seconds": round(time.monotonic() - began)}
    told.summary = f"{len(told.broken)} of {kills} broken"
    return told


def _chosen(chance: random.Random) -> list[Step]:
    count = chance.randint(2, LONGEST)
    return [(chance.choice(KINDS), chance.randrange(12), chance.randrange(12)) for _step in range(count)]


def _play(history: History, steps: list[Step], number: int, told: Told) -> None:
    try:
        history.again()
        history.play(steps)
    except AssertionError as broken:
        told.check(False, f"history {number}: {broken}")
