"""Ten thousand histories of payments."""

from __future__ import annotations

from pathlib import Path

from tests.payments.histories import PaymentHistories, ground
from tests.soak.histories import play
from tests.soak.told import Told


class Counted(PaymentHistories):
    """The same, counting what it looked at and how many files were made."""

    looked = files = 0

    def teardown(self) -> None:
        Counted.looked += 1
        Counted.files += len(self.made)
        super().teardown()


def history_loop(folder: Path, seed: int, kills: int = 10_000) -> Told:
    """So many histories (SPEC PY-1 to PY-3; SAFETY S91 to S93); the seed repeats them."""
    broken = "a payment was not what it should be"
    told = play(folder, Counted, ground, times=kills, steps=15, seed=seed, broken=broken)
    told.figures["files made"] = Counted.files
    return told
