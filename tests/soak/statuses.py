"""Ten thousand histories of documents, the figures added up after each step."""

from __future__ import annotations

import traceback
from pathlib import Path

from tests.documents.histories import Histories, ground, run
from tests.live import make_live_app
from tests.soak.told import Told
from tests.undoing import undone_in


class Thorough(Histories):
    """The same, counting what it looked at."""

    is_thorough = True
    looked = 0

    def teardown(self) -> None:
        super().teardown()
        Thorough.looked += 1


def history_loop(folder: Path, seed: int, kills: int = 10_000) -> Told:
    """So many histories (SPEC LC-1, TR-1, TR-2); the seed repeats them."""
    app, told = make_live_app(folder), Told()
    with undone_in(app) as connection:
        try:
            run(Thorough, ground(connection), times=kills, steps=12, number=seed)
        except Exception:
            traceback.print_exc()
            told.check(False, "facts and what is shown did not agree: the shortest history that shows it stands above")
    told.figures["histories"] = Thorough.looked
    return told
