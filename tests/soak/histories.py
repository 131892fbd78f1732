"""Thousands of histories of one kind, played on one database and taken back one after the other."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

from tests.documents.histories import run
from tests.live import make_live_app
from tests.soak.told import Told
from tests.undoing import undone_in

PORTION = 500
"""After so many a transaction begins anew: one that is taken back piece by piece grows, and gets slower with it."""


def play(folder: Path, machine: Any, ground: Any, *, times: int, steps: int, seed: int, broken: str) -> Told:
    """So many; the seed repeats them. `broken` says what it means where one fails; it is printed above, shortened."""
    app, told = make_live_app(folder), Told()
    for begun in range(0, times, PORTION):
        with undone_in(app) as connection:
            try:
                run(machine, ground(connection), times=min(PORTION, times - begun), steps=steps, number=seed + begun)
            except Exception:
                traceback.print_exc()
                told.check(False, f"{broken}: the shortest history that shows it stands above")
    told.figures["histories"] = machine.looked
    return told
