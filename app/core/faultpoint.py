"""Places between two durable steps where a test may let the process die."""

from __future__ import annotations

import os
import signal

DIE_AT = "FACTEUR_DIE_AT"


def faultpoint(name: str) -> None:
    """Die here at once, without any clean-up, if the test environment asks for it."""
    if os.environ.get(DIE_AT) == name:
        os.kill(os.getpid(), signal.SIGKILL)
