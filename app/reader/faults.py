"""Ways for the child to fail that only tests ask for."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TextIO

FAULT = "FACTEUR_READER_FAULT"


def provoke(out: TextIO) -> None:
    """Fail as the environment says; the cage passes the variable on in tests only."""
    fault = os.environ.get(FAULT, "")
    if fault == "abort":
        os.abort()
    if fault == "hang":
        sum(range(10**12))  # one long call into C: no Python signal interrupts it
    if fault == "sleep":
        time.sleep(3600)
    if fault == "greedy":
        bytearray(3 << 29)  # 1.5 GiB
    if fault == "lie":
        out.write('{"begin": {"type": "pdf", "page_count": -1}}\n{"end": true}\n')
    if fault == "tell":
        out.write(json.dumps({"error": ["crashed", " ".join(_open_files())]}) + "\n")
    while fault == "chatter":
        out.write('{"flag": "%s"}\n' % ("x" * 10_000))


def _open_files() -> list[str]:
    """What this process holds open, as the kernel calls it; not the folder that is looked into for it."""
    return [str(handle.readlink()) for handle in sorted(Path("/proc/self/fd").iterdir()) if handle.exists()]
