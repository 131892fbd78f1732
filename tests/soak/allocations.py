"""Ten thousand histories of what bank lines and credit notes settle."""

from __future__ import annotations

from pathlib import Path

from tests.bank.histories import Allocations, ground
from tests.soak.histories import play
from tests.soak.told import Told


def history_loop(folder: Path, seed: int, kills: int = 10_000) -> Told:
    """So many histories (SAFETY S94); the seed repeats them."""
    broken = "more was allocated than there is, or undoing left a trace"
    return play(folder, Allocations, ground, times=kills, steps=12, seed=seed, broken=broken)
