"""Ten thousand histories of payments."""

from __future__ import annotations

import traceback
from pathlib import Path

from tests.live import make_live_app
from tests.payments.histories import PaymentHistories, ground, run
from tests.soak.told import Told
from tests.undoing import undone_in


class Counted(PaymentHistories):
    """The same, counting what it looked at and how many files were made."""

    looked = files = 0

    def teardown(self) -> None:
        Counted.looked += 1
        Counted.files += len(self.made)
        super().teardown()


def history_loop(folder: Path, seed: int, kills: int = 10_000) -> Told:
    """So many histories (SPEC PY-1 to PY-3; SAFETY S91 to S93); the seed repeats them."""
    app, told = make_live_app(folder), Told()
    with undone_in(app) as connection:
        try:
            run(Counted, ground(connection), times=kills, steps=15, number=seed)
        except Exception:
            traceback.print_exc()
            told.check(False, "a payment was not what it should be: the shortest history that shows it stands above")
    told.figures["histories"] = Counted.looked
    told.figures["files made"] = Counted.files
    return told
