"""What lies in the folders of stored bytes and drawn pages, whatever the layout of their folders."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

_HASH = re.compile(r"[0-9a-f]{64}")


def stored(root: Path) -> Iterator[Path]:
    """Every file that is called by a hash; what is half written has another name."""
    for folder, _folders, names in os.walk(root):
        yield from (Path(folder, name) for name in names if _HASH.fullmatch(name))


def drawn(root: Path) -> Iterator[Path]:
    """Every folder of drawn pages, called by the hash of the file they were drawn from."""
    for folder, folders, _names in os.walk(root):
        yield from (Path(folder, name) for name in folders if _HASH.fullmatch(name))


def half_drawn(root: Path) -> Iterator[Path]:
    """Folders in which pages were being drawn when a process was killed."""
    for folder, folders, _names in os.walk(root):
        yield from (Path(folder, name) for name in folders if name.startswith("drawing-"))
