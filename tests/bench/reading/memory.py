"""What the processes started here hold in memory, looked up in /proc while they live."""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

PROC = Path("/proc")


class Watch:
    """Looks every few milliseconds at all descendants of a process, as long as the block lasts.

    `reader` is the most that one Python among them held, `together` the most that all held at once; megabytes.
    """

    def __init__(self, parent: int, every: float = 0.01):
        self.parent, self.every = parent, every
        self.reader = self.together = 0.0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Watch:
        self.thread.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        self.over.set()
        self.thread.join()

    def _look(self) -> None:
        while not self.over.is_set():
            held = descendants(self.parent)
            self.together = max(self.together, sum(now for _name, now, _most in held) / 1024)
            self.reader = max([self.reader, *(most / 1024 for name, _now, most in held if name.startswith("python"))])
            time.sleep(self.every)


def descendants(parent: int) -> list[tuple[str, int, int]]:
    """Name, resident kilobytes now and the most so far, of every process that `parent` started, directly or not."""
    found = dict(_processes())
    family, size = {parent}, 0
    while len(family) > size:
        size = len(family)
        family |= {each for each, (above, _told) in found.items() if above in family}
    return [found[each][1] for each in family - {parent} if each in found]


def _processes() -> Iterator[tuple[int, tuple[int, tuple[str, int, int]]]]:
    """Each process that is there, with its parent and what `descendants` tells of it."""
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                said = dict(re.findall(r"^(\w+):\s*(\S+)", (folder / "status").read_text(), re.M))
                if "VmRSS" in said:
                    yield int(folder.name), (int(said["PPid"]), (said["Name"], int(said["VmRSS"]), int(said["VmHWM"])))
