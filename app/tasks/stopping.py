"""Told to stop in mid-job: what ends soon is let end, any other work is broken off and its task given back at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from redis import RedisError

GRACE_SECONDS = 6
"""What a task may still take when its worker is told to stop; four seconds later the supervisor kills."""


_told = threading.Event()


class Stopped(BaseException):
    """The process was told to stop; no job catches this by accident."""


@contextmanager
def stoppable() -> Iterator[None]:
    """Here SIGTERM breaks off what is being done, after a while; it reaches the main thread only."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    told = signal.getsignal(signal.SIGTERM)

    def stop(number: int, frame: FrameType | None) -> None:
        # The worker takes no further task, and notes so in Redis: gone by then, it must not break what is being done.
        with suppress(RedisError):
            if callable(told):
                told(number, frame)
        signal.setitimer(signal.ITIMER_REAL, GRACE_SECONDS)
        _told.set()

    before = {signal.SIGTERM: signal.signal(signal.SIGTERM, stop), signal.SIGALRM: signal.signal(signal.SIGALRM, _end)}
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        _told.clear()
        for number, handler in before.items():
            signal.signal(number, handler)


def is_told() -> bool:
    """Was this process told to stop? What is done in many steps ends after the one it is at."""
    return _told.is_set()


def _end(_number: int, _frame: FrameType | None) -> None:
    raise Stopped
