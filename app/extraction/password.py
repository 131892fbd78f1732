"""The password somebody typed for an encrypted PDF: kept for one reading, outside the database and its backups."""

from __future__ import annotations

import os
from pathlib import Path

from flask import current_app

LONGEST = 200


def keep(document_id: int, password: str) -> None:
    """Put it where the next reading of this document looks; nobody but Facteur's own user can read it."""
    path = _path(document_id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(password[:LONGEST])


def of(document_id: int) -> str:
    """The password typed for this document, or nothing."""
    path = _path(document_id)
    return path.read_text() if path.exists() else ""


def forget(document_id: int) -> None:
    """Remove it; the reading it was typed for is over."""
    _path(document_id).unlink(missing_ok=True)


def _path(document_id: int) -> Path:
    return current_app.config["SETTINGS"].data_dir / "passwords" / str(int(document_id))
