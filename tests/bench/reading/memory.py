"""What the processes started here hold in memory, looked up in /proc while they live."""

from __future__ import annotations

import contextlib
import re
import threading
import time
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
            held = [(name, kilobytes / 1024) for name, kilobytes in descendants(self.parent)]
            self.together = max(self.together, sum(megabytes for _name, megabytes in held))
            readers = [megabytes for name, megabytes in held if name.startswith("python")]
            self.reader = max([self.reader, *readers])
            time.sleep(self.every)


def descendants(parent: int) -> list[tuple[str, int]]:
    """Name and resident kilobytes of every process that `parent` started, directly or not."""
    found = dict(_processes())
    family, size = {parent}, 0
    while len(family) > size:
        size = len(family)
        family |= {each for each, (_name, above, _held) in found.items() if above in family}
    return [(found[each][0], found[each][2]) for each in family - {parent} if each in found]


def _processes():
    """Each process that is there, with its name, its parent and its resident kilobytes."""
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                text = (folder / "status").read_text()
                name, above, held = (re.search(rf"^{key}:\s*(\S+)", text, re.M) for key in ("Name", "PPid", "VmRSS"))
                if name and above and held:
                    yield int(folder.name), (name[1], int(above[1]), int(held[1]))
