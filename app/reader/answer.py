"""What the child told so far, checked piece by piece: it may have been taken over by the file it reads."""

from __future__ import annotations

import os
import re
import stat
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.einvoice.invoice import Invoice
from app.reader.contents import Contents, Embedded, Page, Unreadable
from app.reader.limits import Limits
from app.reader.reasons import FLAGS, REASONS
from app.reader.wire import Malformed, clean, rebuilt

_TYPES = ("pdf", "image", "xml")
_PNG = b"\x89PNG\r\n\x1a\n"
_MAX_SIDE = 10_000
_MAX_EMBEDDED = 60


class Answer:
    """Grows into `contents`; `at` is the page that begins, until somebody takes note."""

    def __init__(self, work: Path, draw_to: Path | None, limits: Limits):
        self.work = work
        self.draw_to = draw_to
        self.limits = limits
        self.contents: Contents | None = None
        self.held: dict[str, bool] = {}
        self.at: tuple[int, int] | None = None
        self.ended = False
        self.error: tuple[str, str] | None = None

    def take(self, piece: tuple[str, Any]) -> None:
        """One piece as `(name, value)`; raises `Unreadable` where it can't be meant."""
        name, value = piece
        take: Callable[[Any], None] | None = getattr(self, f"_take_{name}", None) if name in _PIECES else None
        try:
            if take is None or (self.contents is None and name in _NEED_BEGIN):
                raise Malformed(f"unexpected: {str(name)[:40]}")
            take(value)
        except (Malformed, TypeError, ValueError, KeyError, OSError) as error:
            raise Unreadable("crashed", f"malformed answer: {str(error)[:200]}") from error

    def complete(self, status: int | None) -> Contents:
        """All of it; raises `Unreadable` where the child failed or fell silent."""
        if self.error:
            raise Unreadable(*self.error, contents=self.contents)
        if not self.ended or self.contents is None:
            raise Unreadable("crashed", f"exit status {status}", contents=self.contents)
        return self.contents

    def _take_held(self, value: Any) -> None:
        self.held = {clean(name, 40): bool(holds) for name, holds in dict(value).items()}

    def _take_begin(self, value: Any) -> None:
        count = rebuilt(int, value["page_count"])
        if value["type"] not in _TYPES or self.contents:
            raise Malformed("type")
        self.contents = Contents(type=value["type"], page_count=count)

    def _take_at(self, value: Any) -> None:
        number, count = rebuilt(list[int], value)
        self.at = (number, count)

    def _take_page(self, value: Any) -> None:
        page = rebuilt(Page, value)
        if page.number != len(self.contents.pages) + 1 or page.number > self.limits.pages:
            raise Malformed("page number")
        page.image = self._fetched(page) if page.image else None
        self.contents.pages.append(page)

    def _take_embedded(self, value: Any) -> None:
        if len(self.contents.embedded) >= _MAX_EMBEDDED:
            raise Malformed("too many embedded files")
        self.contents.embedded.append(rebuilt(Embedded, value))

    def _take_einvoice(self, value: Any) -> None:
        self.contents.einvoices.append(rebuilt(Invoice, value))

    def _take_xml_error(self, value: Any) -> None:
        if value not in REASONS:
            raise Malformed("xml error")
        self.contents.xml_error = value

    def _take_flag(self, value: Any) -> None:
        if value not in FLAGS:
            raise Malformed("flag")
        if value not in self.contents.flags:
            self.contents.flags.append(value)

    def _take_error(self, value: Any) -> None:
        code, detail = value
        if code not in REASONS:
            raise Malformed("error code")
        self.error = (code, re.sub(r"\s+", " ", clean(detail, 300)))

    def _take_end(self, value: Any) -> None:
        self.ended = value is True

    def _fetched(self, page: Page) -> str | None:
        """Take the drawn page out of the child's folder if it is a PNG of reasonable size."""
        name = f"page-{page.number}.png"
        if page.image != name or self.draw_to is None:
            raise Malformed("image name")
        data = _read_plain(self.work / name, self.limits.drawn_bytes)
        width, height = struct.unpack(">II", data[16:24]) if data.startswith(_PNG) and len(data) > 32 else (0, 0)
        if not (0 < width <= _MAX_SIDE and 0 < height <= _MAX_SIDE):
            return None
        self.draw_to.mkdir(parents=True, exist_ok=True)
        unfinished = self.draw_to / f".{name}.part"
        unfinished.write_bytes(data)
        unfinished.replace(self.draw_to / name)
        return name


_PIECES = frozenset(name.removeprefix("_take_") for name in vars(Answer) if name.startswith("_take_"))
_NEED_BEGIN = frozenset({"page", "embedded", "einvoice", "xml_error", "flag", "end"})


def _read_plain(path: Path, limit: int) -> bytes:
    """The bytes of a regular file of at most `limit`; links and pipes are not followed."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise Malformed("no plain file")
        data = file.read(limit + 1)
    return data if len(data) <= limit else b""
