"""What a child tells, taken piece by piece and checked: it may have been taken over by the file it opened."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.reader.contents import Contents, Unreadable
from app.reader.limits import Limits
from app.reader.reasons import REASONS
from app.reader.wire import Malformed, clean, rebuilt


class Told:
    """The pieces that every job has; what more one may tell are the `_take_…` of a class of its own.

    `at` is the part that begins, until somebody takes note.
    """

    def __init__(self, work: Path, limits: Limits):
        self.work = work
        self.limits = limits
        self.contents: Contents | None = None
        self.held: dict[str, bool] = {}
        self.at: tuple[int, int] | None = None
        self.ended = False
        self.error: tuple[str, str] | None = None

    def take(self, piece: tuple[str, Any]) -> None:
        """One piece as `(name, value)`; raises `Unreadable` where it can't be meant."""
        name, value = piece
        take: Callable[[Any], None] | None = getattr(self, f"_take_{name}", None)
        try:
            if take is None or not self.is_due(name):
                raise Malformed(f"unexpected: {str(name)[:40]}")
            take(value)
        except (Malformed, TypeError, ValueError, KeyError, OSError) as error:
            raise Unreadable("crashed", f"malformed answer: {str(error)[:200]}") from error

    def is_due(self, _name: str) -> bool:
        """Whether this piece may come now."""
        return True

    def check(self, status: int | None) -> None:
        """Raise `Unreadable` where the child failed or fell silent."""
        if self.error:
            raise Unreadable(*self.error, contents=self.contents)
        if not self.ended:
            raise Unreadable("crashed", f"exit status {status}", contents=self.contents)

    def _take_held(self, value: Any) -> None:
        self.held = {clean(name, 40): bool(holds) for name, holds in dict(value).items()}

    def _take_at(self, value: Any) -> None:
        number, count = rebuilt(list[int], value)
        self.at = (number, count)

    def _take_error(self, value: Any) -> None:
        code, detail = value
        if code not in REASONS:
            raise Malformed("error code")
        self.error = (code, re.sub(r"\s+", " ", clean(detail, 300)))

    def _take_end(self, value: Any) -> None:
        self.ended = value is True


def read_plain(path: Path, limit: int) -> bytes:
    """The bytes of a regular file of at most `limit`, else none; links and pipes are not followed."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise Malformed("no plain file")
        data = file.read(limit + 1)
    return data if len(data) <= limit else b""
