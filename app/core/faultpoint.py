"""Places between two durable steps where a test may let the process die, and waits that a test may shorten."""

from __future__ import annotations

import os
import signal

DIE_AT = "FACTEUR_DIE_AT"
HURRY = "FACTEUR_HURRY"


def faultpoint(name: str) -> None:
    """Die here at once, without any clean-up, if the test environment asks for it."""
    if os.environ.get(DIE_AT) == name:
        os.kill(os.getpid(), signal.SIGKILL)


def hurried(seconds: float) -> float:
    """This wait, or the part of it that the test environment asks for: `20` makes a minute three seconds."""
    return seconds / float(os.environ.get(HURRY, "1"))
