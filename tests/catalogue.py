"""The French catalogue, compiled where it changed."""

from __future__ import annotations

import os
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from app.config import ROOT

FOLDER = ROOT / "app" / "translations"


def compile_catalogues() -> None:
    """Make each `.mo` that is older than its `.po`; several workers may do it at once."""
    for source in FOLDER.glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            _compile(source, target)


def _compile(source: Path, target: Path) -> None:
    with source.open("rb") as file:
        catalogue = read_po(file, locale=source.parent.parent.name)
    beside = target.with_suffix(f".{os.getpid()}.mo.tmp")
    with beside.open("wb") as file:
        write_mo(file, catalogue)
    beside.replace(target)  # never half of it under the name that is read
