"""Where the pages of a file are drawn: whole, or not yet there."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def drawing(folder: Path) -> Iterator[Path]:
    """A folder to draw pages into; each takes its place in `folder` whole, also those drawn before a failure."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=folder.parent, prefix="drawing-"))
    try:
        yield fresh
    finally:
        folder.mkdir(exist_ok=True)
        for page in fresh.glob("page-*.png"):
            page.replace(folder / page.name)
        shutil.rmtree(fresh, ignore_errors=True)
