"""What the child read so far, checked piece by piece: it may have been taken over by the file it reads."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

from app.einvoice.invoice import Invoice
from app.reader.contents import Contents, Embedded, Page, Unreadable
from app.reader.limits import Limits
from app.reader.reasons import FLAGS, REASONS
from app.reader.told import Told, read_plain
from app.reader.wire import Malformed, rebuilt

_TYPES = ("pdf", "image", "xml")
_PNG = b"\x89PNG\r\n\x1a\n"
_MAX_SIDE = 10_000
_MAX_EMBEDDED = 60
_NEED_BEGIN = frozenset({"page", "embedded", "einvoice", "xml_error", "flag", "end"})


class Answer(Told):
    """Grows into `contents`."""

    def __init__(self, work: Path, draw_to: Path | None, limits: Limits):
        super().__init__(work, limits)
        self.draw_to = draw_to

    def is_due(self, name: str) -> bool:
        """Whether this piece may come now: nothing of a file before its beginning."""
        return self.contents is not None or name not in _NEED_BEGIN

    def complete(self, status: int | None) -> Contents:
        """All of it; raises `Unreadable` where the child failed or fell silent."""
        self.check(status)
        if self.contents is None:
            raise Unreadable("crashed", f"exit status {status}")
        return self.contents

    def _take_begin(self, value: Any) -> None:
        count = rebuilt(int, value["page_count"])
        if value["type"] not in _TYPES or self.contents:
            raise Malformed("type")
        self.contents = Contents(type=value["type"], page_count=count)

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

    def _fetched(self, page: Page) -> str | None:
        """Take the drawn page out of the child's folder if it is a PNG of reasonable size."""
        name = f"page-{page.number}.png"
        if page.image != name or self.draw_to is None:
            raise Malformed("image name")
        data = read_plain(self.work / name, self.limits.drawn_bytes)
        width, height = struct.unpack(">II", data[16:24]) if data.startswith(_PNG) and len(data) > 32 else (0, 0)
        if not (0 < width <= _MAX_SIDE and 0 < height <= _MAX_SIDE):
            return None
        self.draw_to.mkdir(parents=True, exist_ok=True)
        unfinished = self.draw_to / f".{name}.part"
        unfinished.write_bytes(data)
        unfinished.replace(self.draw_to / name)
        return name
