"""How the process that reading children are forked from is started, and where it is found."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-E", "-s", "-B", "-m", "app.reader.server"]


def of(data: Path) -> Path:
    """Where the server of an installation listens, in its data folder."""
    return data.resolve() / "run" / "reader.sock"


@contextmanager
def short(place: Path) -> Iterator[str]:
    """Another name of a socket's path, short enough for the kernel, however deep its folder lies."""
    folder = os.open(place.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{place.name}"
    finally:
        os.close(folder)
