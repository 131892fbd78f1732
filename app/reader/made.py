"""What the child made of a file, checked when it arrives: a file of the kind asked for, or the cells of sheets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.reader.contents import Sheet, Unreadable
from app.reader.limits import Limits
from app.reader.told import Told, read_plain
from app.reader.wire import Malformed, clean, rebuilt

PDF = ("made.pdf", b"%PDF-")
JPEG = ("made.jpg", b"\xff\xd8\xff")
MAX_SHEETS = 50
_LONGEST_NAME = 200


class Made(Told):
    """Grows into the bytes of the one file that is `wanted`, or into sheets where none is."""

    def __init__(self, work: Path, limits: Limits, wanted: tuple[str, bytes] | None = None):
        super().__init__(work, limits)
        self.wanted = wanted
        self.data = b""
        self.page_count = 0
        self.sheets: list[Sheet] = []
        self.bytes_left = limits.cells_bytes

    def file(self, status: int | None) -> bytes:
        """The file that was made; raises `Unreadable` where there is none."""
        self.check(status)
        if not self.data:
            raise Unreadable("crashed", "no file was made")
        return self.data

    def table(self, status: int | None) -> list[Sheet]:
        """The sheets that were read; raises `Unreadable` where the child failed."""
        self.check(status)
        return self.sheets

    def _take_file(self, name: Any) -> None:
        if not self.wanted or name != self.wanted[0]:
            raise Malformed("file name")
        self.data = read_plain(self.work / name, self.limits.made_bytes)
        if not self.data.startswith(self.wanted[1]):
            raise Malformed("another kind of file")

    def _take_pages(self, value: Any) -> None:
        self.page_count = rebuilt(int, value)

    def _take_sheet(self, name: Any) -> None:
        if self.wanted or len(self.sheets) >= MAX_SHEETS:
            raise Malformed("too many sheets")
        self.sheets.append(Sheet(clean(name, _LONGEST_NAME)))

    def _take_rows(self, value: Any) -> None:
        rows = rebuilt(list[list[str]], value)
        self.bytes_left -= sum(len(cell.encode()) + 1 for row in rows for cell in row)
        sheet = self.sheets[-1] if self.sheets else Sheet("")
        too_many = len(sheet.rows) + len(rows) > self.limits.rows or self.bytes_left < 0
        if not self.sheets or too_many or any(len(row) > self.limits.columns for row in rows):
            raise Malformed("rows")
        sheet.rows.extend(rows)
