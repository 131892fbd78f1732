"""Ten thousand histories of what bank lines and credit notes settle."""

from __future__ import annotations

import traceback
from pathlib import Path

from tests.bank.histories import Allocations, ground
from tests.documents.histories import run
from tests.live import make_live_app
from tests.soak.told import Told
from tests.undoing import undone_in


def history_loop(folder: Path, seed: int, kills: int = 10_000) -> Told:
    """So many histories (SAFETY S94); the seed repeats them."""
    app, told = make_live_app(folder), Told()
    with undone_in(app) as connection:
        try:
            run(Allocations, ground(connection), times=kills, steps=12, number=seed)
        except Exception:
            traceback.print_exc()
            told.check(False, "more was allocated than there is, or undoing left a trace: see the history above")
    told.figures["histories"] = Allocations.looked
    return told
