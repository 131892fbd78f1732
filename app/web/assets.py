"""Where styles, scripts and icons are fetched: an address that changes with them, so that browsers may keep them."""

from __future__ import annotations

import hashlib
from pathlib import Path


def address(folder: Path) -> str:
    """`/static/VERSION`, the version being a hash of all files; in the path, since modules import each other."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return f"/static/{digest.hexdigest()[:12]}"
