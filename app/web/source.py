"""The source of what runs here, packed for whoever asks: the licence (AGPL-3.0, section 13) wants it offered."""

from __future__ import annotations

import tarfile
import tempfile
from pathlib import Path
from typing import IO

PARTS = (
    *("app", "deploy", "docs", "migrations", "static", "templates", "tests", ".ci"),
    *(
        "facteur",
        "worker.py",
        "wsgi.py",
        "gunicorn.conf.py",
        "pyproject.toml",
        "requirements.lock",
        "requirements-dev.lock",
    ),
    *("README.md", "LICENSE", "Dockerfile", "compose.yaml", ".gitignore", ".dockerignore"),
)
"""What the project is made of: never the whole folder, which may hold data and secrets."""


def packed(root: Path) -> IO[bytes]:
    """A tar.gz of the source as it lies here, to be read from its start."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 (closed by whoever sends it)
    with tarfile.open(fileobj=file, mode="w:gz", compresslevel=3) as archive:
        for part in PARTS:
            if (root / part).exists():
                archive.add(root / part, f"facteur/{part}", filter=_plain)
    file.seek(0)
    return file


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Without what Python made of it, and without the names of this machine's users."""
    if "__pycache__" in member.name or not (member.isfile() or member.isdir()):
        return None
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member
