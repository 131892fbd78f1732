"""The lines a child says, as long as it keeps to its time and its share of memory."""

from __future__ import annotations

import json
import os
import selectors
import time
from collections.abc import Iterator
from typing import Any

from app.reader.contents import Unreadable
from app.reader.limits import Limits

QUIET: tuple[str, Any] = ("", None)
"""Instead of a piece: nothing was said for a moment, so whatever began is taking its time."""
_MOMENT = 0.25
_LONGEST = 16_000_000
"""Bytes of one piece, far more than the words of a page; as objects of ours they take many times that."""


def lines(told: int, limits: Limits) -> Iterator[tuple[str, Any]]:
    """Each piece on the pipe `told` as `(name, value)`; raises `Unreadable` when a page or the file takes too long."""
    end = time.monotonic() + limits.file_seconds
    page_end = time.monotonic() + limits.page_seconds
    pending, total = b"", 0
    with selectors.DefaultSelector() as selector:
        selector.register(told, selectors.EVENT_READ)
        while (left := min(end, page_end) - time.monotonic()) > 0:
            if not selector.select(min(left, _MOMENT)):
                yield QUIET
                continue
            piece = os.read(told, 1 << 16)
            if not piece:
                return
            total += len(piece)
            if total > limits.answer_bytes:
                raise Unreadable("crashed", "the answer is too long")
            *whole, pending = (pending + piece).split(b"\n")
            if len(pending) > _LONGEST:
                raise Unreadable("crashed", "one piece of the answer is too long")
            for line in whole:
                name, value = _decoded(line)
                if name == "at":
                    page_end = time.monotonic() + limits.page_seconds
                yield name, value
    raise Unreadable("too_slow", "killed at the limit")


def _decoded(line: bytes) -> tuple[str, Any]:
    try:
        [(name, value)] = json.loads(line).items()
    except (ValueError, AttributeError, RecursionError) as error:
        raise Unreadable("crashed", "the answer makes no sense") from error
    return name, value
