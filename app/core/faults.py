"""What may be said of an error that is kept and shown: its kind and its place, never what a document or secret says."""

from __future__ import annotations

import os

from app.core.logs import places

OURS = "app."
LONGEST = 300


def told(error: BaseException) -> str:
    """One line: our own errors in their words; others by kind, the system's reason, and the place in our code."""
    kind = type(error).__name__
    if type(error).__module__.startswith(OURS):
        return f"{kind}: {error}"[:LONGEST]
    reason = f": {os.strerror(error.errno)}" if isinstance(error, OSError) and error.errno else ""
    ours = [place for place in places(error) if place.startswith("app/")]
    return f"{kind}{reason}" + (f" ({ours[-1]})" if ours else "")
