"""No process outlives us: orphans of our processes become our children, and are ended with us."""

from __future__ import annotations

import ctypes
import os
import signal
import time
from contextlib import suppress
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
LOOKS_EVERY = 10


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends (Linux; elsewhere nothing happens)."""
    if Path("/proc/self/stat").exists():
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def let_go_of_the_dead() -> None:
    """For ever: take leave of orphans that ended, for whom nobody waits, or they would stay among the processes."""
    before: set[int] = set()
    while True:
        time.sleep(LOOKS_EVERY)
        before = let_go(before)


def let_go(before: set[int]) -> set[int]:
    """Take leave of the children that were dead at the look before too, as nobody waits for them; who is dead now."""
    dead = {pid for pid in own_children() if state_of(pid) == "Z"}
    for pid in dead & before:
        with suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
    return dead - before


def end_all() -> None:
    """Kill the children that are left, and theirs, until none is."""
    while children := own_children():
        for pid in children:
            with suppress(ProcessLookupError, ChildProcessError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)


def own_children() -> list[int]:
    """The processes whose parent we are."""
    return [int(stat.parent.name) for stat in Path("/proc").glob("[0-9]*/stat") if parent_of(stat) == os.getpid()]


def state_of(pid: int) -> str:
    """`Z` for one that ended; empty where it is gone already."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][:1]
    except OSError:
        return ""


def parent_of(stat: Path) -> int:
    """The parent named in a process's `stat`; 0 where the process is gone already."""
    try:
        return int(stat.read_text().rpartition(") ")[2].split()[1])
    except OSError:
        return 0
