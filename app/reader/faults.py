"""Ways for the child to fail that only tests ask for."""

from __future__ import annotations

import os
import time
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
    while fault == "chatter":
        out.write('{"flag": "%s"}\n' % ("x" * 10_000))
