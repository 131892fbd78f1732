"""Thousands of histories of one kind, played on one database and taken back one after the other."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

from tests.documents.histories import run
from tests.live import make_live_app
from tests.soak.told import Told
from tests.undoing import undone_in


def play(folder: Path, machine: Any, ground: Any, *, times: int, steps: int, seed: int, broken: str) -> Told:
    """So many; the seed repeats them. `broken` says what it means where one fails; it is printed above, shortened."""
    app, told = make_live_app(folder), Told()
    with undone_in(app) as connection:
        try:
            run(machine, ground(connection), times=times, steps=steps, number=seed)
        except Exception:
            traceback.print_exc()
            told.check(False, f"{broken}: the shortest history that shows it stands above")
    told.figures["histories"] = machine.looked
    return told
