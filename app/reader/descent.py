"""Who descends from whom: nothing a reading child starts gets away from the process that forked it."""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Container
from contextlib import suppress
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_strays(known: Container[int]) -> None:
    """Kill our children that are none of these, and theirs: they left their group to outlive it."""
    while strays := [pid for pid in children() if pid not in known]:
        for pid in strays:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def children(of: int | None = None) -> list[int]:
    """The processes whose parent is `of`, or this one."""
    parent = of or os.getpid()
    told = Path(f"/proc/{parent}/task/{parent}/children")
    if told.exists():
        return [int(pid) for pid in told.read_text().split()]
    return [int(place.name) for place in Path("/proc").glob("[0-9]*") if parent_of(int(place.name)) == parent]


def is_ours(pid: int) -> bool:
    """Whether `pid` is this process or descends from it; one that is gone is taken for ours."""
    while pid not in (0, 1, os.getpid()):
        pid = parent_of(pid) or os.getpid()
    return pid == os.getpid()


def parent_of(pid: int) -> int:
    """The parent of a process; 0 where it is gone."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[1])
    except OSError:
        return 0
