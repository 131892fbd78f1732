"""The scorer that lies beside the repository, taken in by its path: it is the same that judges elsewhere."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

SHARED = Path(__file__).resolve().parents[4] / "shared"
CORPUS = SHARED / "corpus/invoices/manifest.jsonl"

Document = dict[str, Any]
"""A line of a manifest."""
Answer = dict[str, Any]
"""A line that `extract` prints."""


def scorer() -> ModuleType:
    """The module `score_extraction`."""
    folder = str(SHARED / "score")
    if folder not in sys.path:
        sys.path.insert(0, folder)
    import score_extraction

    return score_extraction


def documents(manifest: Path) -> list[Document]:
    """The manifest's lines, each with its `path`; its files lie in its folder or the one above."""
    lines = scorer().read_lines(manifest)
    for line in lines:
        places = [manifest.parent / line["file"], manifest.parent.parent / line["file"]]
        line["path"] = next((place for place in places if place.is_file()), places[0])
    return lines
