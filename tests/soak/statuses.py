"""Ten thousand histories of documents, the figures added up after each step."""

from __future__ import annotations

from pathlib import Path

from tests.documents.histories import Histories, ground
from tests.soak.histories import play
from tests.soak.told import Told


class Thorough(Histories):
    """The same, counting what it looked at."""

    is_thorough = True
    looked = 0

    def teardown(self) -> None:
        super().teardown()
        Thorough.looked += 1


def history_loop(folder: Path, seed: int, kills: int = 10_000) -> Told:
    """So many histories (SPEC LC-1, TR-1, TR-2); the seed repeats them."""
    broken = "facts and what is shown did not agree"
    return play(folder, Thorough, ground, times=kills, steps=12, seed=seed, broken=broken)
